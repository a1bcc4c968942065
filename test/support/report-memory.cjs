/**
 * For `node --require`: says at the end, on stderr, how many KiB of memory a program had at most. `resourceUsage().maxRSS` would
 * not do: of a process that was forked by a large one, the kernel counts what that one had.
 */
const { readFileSync, writeSync } = require('node:fs');

process.on('exit', () =>
  writeSync(2, `maxRSS=${/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]}\n`),
);

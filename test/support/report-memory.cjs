/** For `node --require`: says at the end, on stderr, how many KiB of memory a program had at most. */
const { writeSync } = require('node:fs');

process.on('exit', () => writeSync(2, `maxRSS=${process.resourceUsage().maxRSS}\n`));

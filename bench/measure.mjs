// Whole processes, timed in pairs: the machine may drift, the ratio of two runs that follow each other does not.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

const env = { ...process.env };
delete env.NODE_EXTRA_CA_CERTS; // costs Node 20 some 45 ms a start, on both sides: the ratio would look falsely good

/** As a shell opens it: `ignore` looks like a stdout that was closed, which dktool refuses to write a message to. */
const nowhere = openSync('/dev/null', 'w');

/** In a pipe the octets come through cat. */
function started({ command, stdin, pipe }) {
  if (pipe) return ['sh', ['-c', 'cat "$IN" | "$@"', 'sh', ...command], 'ignore'];
  return [command[0], command.slice(1), stdin === undefined ? 'ignore' : openSync(stdin, 'r')];
}

/** One run, which must end with `status`, 0 where it names none. @returns seconds */
function once(what) {
  const [program, args, input] = started(what);
  const began = process.hrtime.bigint();
  const { status, error } = spawnSync(program, args, {
    stdio: [input, nowhere, nowhere],
    env: { ...env, IN: what.stdin },
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (typeof input === 'number') closeSync(input);
  if (error) throw error;
  if (status !== (what.status ?? 0)) throw new Error(`${what.command.join(' ')} ended with status ${status}`);
  return seconds;
}

/** A peer that is installed and does what is asked of it. */
export function isUsable(command) {
  try {
    once(command);
    return true;
  } catch {
    return false;
  }
}

/** The median seconds of each, all run in turn. */
export function interleaved(commands, runs) {
  const times = commands.map(() => []);
  for (let i = 0; i <= runs; i++) {
    for (const [at, command] of commands.entries()) {
      const seconds = once(command);
      if (i > 0) times[at].push(seconds);
    }
  }
  return times.map(median);
}

/** Median of a list. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Run both in turn, one uncounted pair first.
 *
 * @returns median ratio subject/reference, the quartiles of the ratios, and the median seconds of both
 */
export function compare(subject, reference, pairs) {
  once(reference);
  once(subject);
  const ratios = [];
  const seconds = { subject: [], reference: [] };
  for (let i = 0; i < pairs; i++) {
    const b = once(reference);
    const a = once(subject);
    ratios.push(a / b);
    seconds.subject.push(a);
    seconds.reference.push(b);
  }
  ratios.sort((a, b) => a - b);
  const at = (share) => ratios[Math.min(ratios.length - 1, Math.floor(ratios.length * share))];
  return {
    ratio: median(ratios),
    spread: [at(0.25), at(0.75)],
    seconds: { subject: median(seconds.subject), reference: median(seconds.reference) },
  };
}

const hasTime = !spawnSync('/usr/bin/time', ['--version']).error;

/** Why peakMemory has no answer, where it has none. */
export const noMemory = hasTime ? undefined : 'GNU time is not installed';

/** Peak resident memory of one run in MiB, as the kernel counts it; `undefined` where GNU time is missing. */
export function peakMemory({ command, stdin, pipe }) {
  if (!hasTime) return undefined;
  const shell = pipe ? `cat "$IN" | exec /usr/bin/time -f %M -- "$@"` : `exec /usr/bin/time -f %M -- "$@" < "$IN"`;
  const run = spawnSync('sh', ['-c', shell, 'sh', ...command], {
    env: { ...env, IN: stdin },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return Number(run.stderr.trim().split('\n').at(-1)) / 1024;
}

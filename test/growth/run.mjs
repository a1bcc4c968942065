// npm run growth [-- --divisor N] [-- SHAPE...]: work for adversarial input at n, 2n and 4n, counted and not timed.
// With --divisor all sizes are a part of what they are, and limits are not reached.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { bundleTests } from '../support/bundle-tests.mjs';
import { isLinear } from './judge.mjs';

const { values, positionals } = parseArgs({
  options: { divisor: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const isWhole = values.divisor === '1';

const program = await bundleTests('growth', ['growth/measure.ts']);
const args = ['--max-old-space-size=3000', program, values.divisor, ...positionals];
const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const ended = once(child, 'close');
let shapes = 0;
let faults = 0;
for await (const line of createInterface({ input: child.stdout })) {
  const { name, counts, isLimited, outcome } = JSON.parse(line);
  const [one, two, four] = counts;
  const isReported = isLimited !== false || !isWhole;
  const good = isReported && isLinear(counts) === !name.startsWith('quadratic');
  shapes++;
  if (!good) faults++;
  const growth = `${one} steps, 2n ${(two / one).toFixed(2)}, 4n ${(four / one).toFixed(2)}`;
  const limit = isLimited === true ? ', limit reported' : isReported ? '' : `, no limit reported: ${outcome}`;
  console.log(`${good ? 'ok    ' : 'FAULT '} ${name}: ${growth}${limit}`);
}
const [status] = await ended;
console.log(`growth: ${shapes} shapes, ${faults} faults`);
process.exitCode = faults === 0 && status === 0 ? 0 : 1;

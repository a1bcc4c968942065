/** `npm run growth` in small: the work for adversarial input, counted by V8 and not timed, grows with its size. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProgram } from '../support/bin.ts';

const PROGRAM = fileURLToPath(new URL('../growth/run.mjs', import.meta.url));

it('the steps for 50 shapes of input are linear, and the quadratic one is found out', {
  timeout: 120_000,
}, async () => {
  // A process of its own: V8 has one set of counters, which those who measure coverage use.
  const { status, stdout, stderr } = await runProgram(process.execPath, [PROGRAM, '--divisor', '50']);
  expect(stdout.split('\n').filter((line) => line.startsWith('FAULT'))).toEqual([]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.match(/^ok /gm)!.length).toBeGreaterThan(50);
});

/** The examples of the library compile against the package as it is published, and run. */
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from './support/bin.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (args: readonly string[], input = '') => runProgram(process.execPath, args, { cwd: root, input });

describe('the library', () => {
  it('has examples that compile and run', async () => {
    expect(await node([join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.examples.json'])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await node(['build/examples/round-trip.js'])).toEqual({ status: 0, stdout: 'pass\n', stderr: '' });
    // An unsigned message asks for no key, so no name server is asked.
    expect(await node(['build/examples/verify.js'], 'From: user@example.com\n\nhello\n')).toEqual({
      status: 0,
      stdout: 'user@example.com: none\n',
      stderr: '',
    });
  });
});

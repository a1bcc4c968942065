import { join } from 'node:path';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { passes, systemReason } from '../../../src/console/streams/system-reason.ts';
import { errnoOf } from '../../../src/lib/errors.ts';
import { DKTOOL, runProgram } from '../../support/bin.ts';
import { PLAIN } from '../../support/hand-signer.ts';
import { mailFolder } from '../../support/mail-folder.ts';

/** As Node throws it for an error that libuv has no word for. */
const unnamed = (errno: number) => Object.assign(new Error('open'), { errno, code: `Unknown system error ${errno}` });

describe('what the system says', () => {
  it('has the word of the system also where libuv has none', () => {
    expect(errnoOf(unnamed(-constants.errno.EDQUOT))).toBe('EDQUOT');
    expect(systemReason(unnamed(-constants.errno.EDQUOT))).toBe('the disk quota is used up');
    expect(errnoOf(unnamed(-9999))).toBe('Unknown system error -9999');
    expect(errnoOf(Object.assign(new Error('x'), { code: 'ENOENT', errno: -2 }))).toBe('ENOENT');
    expect(errnoOf({ code: 5 })).toBeUndefined();
    expect(errnoOf(null)).toBeUndefined();
  });

  it.each([
    ['EMFILE', true],
    ['ENOMEM', true],
    ['EIO', true],
    ['ENOENT', false],
    ['EACCES', false],
    ['EISDIR', false],
  ])('of %s is about the system and not about the file: %s', (code, expected) => {
    expect(passes(Object.assign(new Error('x'), { code }))).toBe(expected);
  });
});

const FS_FAULTS = fileURLToPath(new URL('../../support/fs-faults.cjs', import.meta.url));

it.each([
  ['EMFILE', 111, 'too many files are open (ulimit -n)'],
  ['EACCES', 100, 'permission denied'],
])('a message that cannot be opened for %s ends with %i', async (errno, expected, reason) => {
  const cwd = mailFolder({ 'msg.eml': PLAIN });
  const args = ['--require', FS_FAULTS, DKTOOL, 'sign', '-k', join(cwd, 'ed25519'), 'msg.eml'];
  const { status, stdout, stderr } = await runProgram(process.execPath, args, {
    cwd,
    env: { FS_FAULTS: `openSync ${errno} msg.eml$` },
  });
  expect([status, stdout, stderr]).toEqual([expected, '', `dktool: cannot open msg.eml: ${reason}\n`]);
});

/** What SECURITY.md says that a command does without: network, programs, files that are not named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DKTOOL, runProgram } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';
import { needProgram } from '../support/peers.ts';
import { NOW } from '../support/vectors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const COMMANDS: readonly (readonly [string, string, string, ...string[]])[] = [
  ['sign', '-q', '-k', 'ed25519', '--timestamp', String(NOW), 'msg.eml'],
  ['verify', '--now', String(NOW), '--zone', 'zone.json', 'signed.eml'],
  ['verify', '--now', String(NOW), '--zone', 'zone.json', '--auth-results', 'mx.example.org', 'signed.eml'],
];

const PERMISSION = ['--permission', '--experimental-permission'].find((one) =>
  process.allowedNodeEnvironmentFlags.has(one),
)!;
const env = { DKTOOL_CONFIG_FILE: '/dev/null' };

/** Run with nothing to be read but the package, one directory and no configuration. */
const permitted = (cwd: string, args: readonly string[]) => {
  const allowed = [root, `${cwd}/`, '/dev/null'].map((path) => `--allow-fs-read=${path}`);
  const node = [PERMISSION, '--disable-warning=ExperimentalWarning', ...allowed];
  return runProgram(process.execPath, [...node, DKTOOL, ...args], { cwd, env });
};

const folder = () => mailFolder({ 'msg.eml': PLAIN, 'signed.eml': signByHand(PLAIN) });

describe.each(COMMANDS)('%s %s %s %s', (...args) => {
  it('opens no socket and runs no program', async ({ skip }) => {
    const strace = needProgram('strace', 'strace', skip);
    const cwd = folder();
    const trace = ['-f', '-qq', '-o', 'trace', '-e', 'trace=socket,connect,execve,execveat,fork,vfork,bind'];
    const { status } = await runProgram(strace, [...trace, process.execPath, DKTOOL, ...args], { cwd });
    const lines = readFileSync(join(cwd, 'trace'), 'latin1').trim().split('\n');
    expect([status, lines.length]).toEqual([0, 1]);
    expect(lines[0]).toMatch(/^\d+ +execve\(/);
  });

  it("works under Node's permission model, with what is named and no more", async () => {
    const cwd = folder();
    const plain = await runProgram(process.execPath, [DKTOOL, ...args], { cwd, env });
    expect(await permitted(cwd, args)).toEqual(plain);
    expect(plain).toMatchObject({ status: 0, stderr: '' });
  });
});

it('a key that lies elsewhere is not read under the permission model, and a sentence says so', async () => {
  const cwd = folder();
  const elsewhere = mailFolder();
  const { status, stdout, stderr } = await permitted(cwd, ['sign', '-k', join(elsewhere, 'ed25519'), 'msg.eml']);
  expect([status, stdout]).toEqual([111, '']);
  expect(stderr).toMatch(/^dktool: key file .*ed25519 /m);
});

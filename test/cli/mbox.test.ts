/** A mailbox of several messages is not a message: judged as one, it would be a body that was changed. */
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyPath, keyRecord, NOW } from '../support/vectors.ts';

const SEPARATOR = 'From ann@example.com Thu May 14 12:00:00 2009\r\n';
const GOOD = signByHand(PLAIN);
const MBOX = `${SEPARATOR}${GOOD}\r\n${SEPARATOR}${GOOD}`;
/** One message that quotes a mailbox. */
const QUOTING = SEPARATOR + signByHand(`${PLAIN}\r\n${SEPARATOR}Subject: quoted\r\n`);

const RECORD = ['--now', String(NOW), '--key-record', `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`];
const verify = (input: string, ...args: string[]) => runInMemory(['verify', ...RECORD, ...args], input);

describe('an mbox with several messages', () => {
  it('is judged message by message by verify where it is said to be one', async () => {
    const { status, stdout, stderr } = await verify(MBOX, '--input', 'mbox');
    expect(await verify(MBOX, '--mbox', 'mboxo')).toEqual(expect.objectContaining({ status, stdout, stderr }));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.match(/^-:\d: pass/gm)).toEqual(['-:1: pass', '-:2: pass']);
  });

  it('has messages with numbers and offsets in JSON', async () => {
    const { stdout } = await verify(MBOX, '--json', '--input', 'mbox');
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([
      { file: '-', id: '1', offset: 0, result: 'pass' },
      { file: '-', id: '2', offset: SEPARATOR.length + GOOD.length + 2, result: 'pass' },
    ]);
    expect(Object.keys(lines[0]!).slice(0, 4)).toEqual(['file', 'id', 'offset', 'result']);
  });

  it('is no way to append to a signed message that a delivery agent pipes in', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'box'), MBOX, 'latin1');
    for (const args of [['-q'], ['-q', '--author'], ['--json', '-q'], ['--jobs', '4', '-q'], ['-q', '--explain']]) {
      expect(await verify(MBOX, ...args)).toMatchObject({ status: 100, stdout: '' });
    }
    expect(await verify(MBOX, '-q', '--', '-', join(folder, 'box'))).toMatchObject({ status: 100 });
  });

  it('is refused from a pipe, where it is said to be one message, and by commands that judge one, with a hint', async () => {
    for (const [command, ...args] of [
      ['verify', ...RECORD],
      ['verify', ...RECORD, '--input', 'message'],
      ['adsp-check', '--zone', 'examples/signed.zone'],
    ]) {
      expect(await runInMemory([command!, ...args, '-'], MBOX)).toMatchObject({
        status: 100,
        stdout: '',
        stderr:
          'dktool: -: this is an mbox file with several messages, not a message\n' +
          'dktool: hint: dktool verify --input mbox < FILE verifies each of them\n',
      });
    }
  });

  it('is told from one message, and from one that quotes a mailbox and verifies', async () => {
    for (const message of [SEPARATOR + GOOD, QUOTING]) {
      expect(await verify(message)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  it('goes through a filter unharmed: a message must not bounce for what it quotes', async () => {
    const { status, output } = await verify(MBOX, '--auth-results', 'mx.example.org');
    expect(status).toBe(0);
    expect(output.endsWith(MBOX.slice(SEPARATOR.length))).toBe(true);
  });

  it('is not signed where its file is named, and signed with a warning from a pipe', async () => {
    const folder = temporaryFolder();
    copyFileSync(keyPath('ed25519'), join(folder, 'ed25519'));
    chmodSync(join(folder, 'ed25519'), 0o600);
    writeFileSync(join(folder, 'box'), MBOX, 'latin1');
    const sign = ['sign', '-k', join(folder, 'ed25519')];
    const named = await runInMemory([...sign, join(folder, 'box')]);
    expect(named).toMatchObject({ status: 100, output: '' });
    expect(named.stderr).toContain('box is an mbox file with several messages, not a message');
    const piped = await runInMemory(sign, MBOX);
    expect(piped.status).toBe(0);
    expect(piped.stderr).toContain('warning: this looks like an mbox with several messages: it is signed as one');
  });
});

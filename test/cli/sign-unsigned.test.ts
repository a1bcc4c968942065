/** A filter for mixed mail: what becomes of a message that there is no key for. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { keyPath } from '../support/vectors.ts';

/** A folder with a key for example.com at `%/default`. @returns that path */
function keyFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'example.com'));
  const key = join(folder, 'example.com/default');
  copyFileSync(keyPath('ed25519'), key);
  chmodSync(key, 0o600);
  return join(folder, '%/default');
}

const FOREIGN = PLAIN.replaceAll('example.com', 'other.example');
const LONG = `${FOREIGN}${'x'.repeat(70)}\r\n`.repeat(5000);

const sign = (path: string, message: string, ...args: string[]) => runInMemory(['sign', '-k', path, ...args], message);

describe('sign --unsigned', () => {
  it('pass: mail with a key is signed, other mail goes on octet by octet', async () => {
    const path = keyFolder();
    const signed = await sign(path, PLAIN, '--unsigned', 'pass');
    expect(signed).toMatchObject({ status: 0, stderr: '' });
    expect(signed.output).toMatch(/^DKIM-Signature: /);
    for (const message of [FOREIGN, LONG]) {
      expect(await sign(path, message, '--unsigned', 'pass')).toMatchObject({ status: 0, output: message, stderr: '' });
    }
  });

  it('pass: says so with -v, and -q keeps quiet', async () => {
    const path = keyFolder();
    const { stderr } = await sign(path, FOREIGN, '--unsigned', 'pass', '-v');
    expect(stderr).toMatch(
      /^dktool: not signed, the message is passed on unchanged: there is no key for other\.example at .*%\/default\n$/,
    );
    expect((await sign(path, FOREIGN, '--unsigned', 'pass', '-v', '-q')).stderr).toBe('');
  });

  it.each([
    ['no From', 'Subject: x\r\n\r\nbody\r\n'],
    ['two From fields', 'From: a@example.com\r\nFrom: b@example.com\r\n\r\n'],
    ['a From that nobody can read', 'From: nobody\r\n\r\n'],
    ['a domain that is not a host name', 'From: a@../../etc\r\n\r\n'],
  ])('pass: %s', async (_, message) => {
    expect(await sign(keyFolder(), message, '--unsigned', 'pass')).toMatchObject({ status: 0, output: message });
  });

  it.each([
    ['what is not a message', 'hello\n', 100],
    ['nothing', '', 100],
  ])('pass: %s is refused all the same', async (_, message, status) => {
    expect(await sign(keyFolder(), message, '--unsigned', 'pass')).toMatchObject({ status, output: '' });
  });

  it('pass: a key that is there and cannot be used is a fault', async () => {
    const path = keyFolder();
    const broken = path.replace('%', 'other.example');
    mkdirSync(broken, { recursive: true });
    expect(await sign(path, FOREIGN, '--unsigned', 'pass')).toMatchObject({ status: 111, output: '' });
  });

  it('pass: a domain that has one of two keys lacks the other', async () => {
    const path = keyFolder();
    const both = ['-k', path.replace('default', 'second'), '--unsigned', 'pass'];
    expect(await sign(path, PLAIN, ...both)).toMatchObject({ status: 111, output: '' });
    expect(await sign(path, FOREIGN, ...both)).toMatchObject({ status: 0, output: FOREIGN });
  });

  it.each([
    [[], 111],
    [['--unsigned', 'defer'], 111],
    [['--unsigned', 'refuse'], 100],
  ])('%j: nothing is written, the status is %i', async (args, status) => {
    expect(await sign(keyFolder(), FOREIGN, ...args)).toMatchObject({
      status,
      output: '',
      stderr: expect.stringContaining('there is no key for other.example at '),
    });
  });

  it('goes with a path that has % in it', async () => {
    const path = keyFolder().replace('%', 'example.com');
    expect(await sign(path, PLAIN, '--unsigned', 'pass')).toMatchObject({ status: 100, output: '' });
  });
});

it('sign --hash sha1 with an Ed25519 key is refused, and nothing goes out unsigned', async () => {
  const path = keyFolder();
  expect(await sign(path, PLAIN, '--hash', 'sha1')).toMatchObject({
    status: 100,
    output: '',
    stderr: expect.stringContaining('the Ed25519 key default cannot sign with sha1'),
  });
});

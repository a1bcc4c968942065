/** Many messages: a row for each that is worth a look at a terminal, all of them in a pipe, and a count at the end. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { main } from '../../../src/main.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW } from '../../support/vectors.ts';

const GOOD = signByHand(PLAIN);
const FILES: Readonly<Record<string, string>> = {
  '1-good': GOOD,
  '2-footer': `${GOOD}footer\r\n`,
  '3-plain': PLAIN,
  '4-gone': signByHand(PLAIN, { tags: { s: 'gone' } }),
  '5-footer': `${GOOD}footer\r\n`,
  '6-text': 'no message\n',
};

/** A folder of messages. Its path is relative: how long it is does not depend on the machine. */
function folder(): string {
  const before = process.cwd();
  process.chdir(temporaryFolder());
  onTestFinished(() => process.chdir(before));
  const path = 'mail/of/the/postmaster/cur';
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(path, name), text, 'latin1');
  return path;
}

async function verify(args: readonly string[], isTerminal: boolean, columns = 80) {
  const [stdout, stderr] = [new MemorySink(isTerminal, columns), new MemorySink(isTerminal, columns)];
  const context = {
    stdin: new MemorySource(Buffer.alloc(0)),
    stdout,
    stderr,
    env: {},
    now: () => NOW,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  const record = `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`;
  const status = await main(['verify', '--now', String(NOW), '--key-record', record, ...args], context, COMMANDS);
  return { status, stdout: stripVTControlCharacters(stdout.text), stderr: stderr.text };
}

const COUNT = `6 messages: 1 pass, 1 none, 2 fail, 1 permerror, 1 error
  2  fail       body-hash-mismatch
  1  permerror  key-not-found
  1  error      not-a-message
`;

/** What a terminal shows behind it, without the blanks between the columns. */
const SIGNERS = [
  'messages domain selector result reason',
  '2 example.com rsa2048 fail body-hash-mismatch',
  '1 example.com gone permerror key-not-found',
  '1 example.com rsa2048 pass signature-valid',
];
const unspaced = (lines: string) =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '));

describe('verify -r at a terminal', () => {
  it('has a row for each failure, and a count', async () => {
    const path = folder();
    const { status, stdout, stderr } = await verify(['-r', path], true, 132);
    const row = (result: string, reason: string, domain: string, name: string) =>
      `${result.padEnd(9)}  ${reason.padEnd(24)}  ${domain.padEnd(24)}  ${join(path, name)}\n`;
    const [rows, signers] = stdout.split(/(?<=not-a-message\n)(?=messages|$)/);
    expect(rows).toBe(
      row('fail', 'body-hash-mismatch', 'example.com', '2-footer') +
        row('permerror', 'key-not-found', 'example.com', '4-gone') +
        row('fail', 'body-hash-mismatch', 'example.com', '5-footer') +
        row('error', 'not-a-message', '', '6-text') +
        COUNT,
    );
    expect(unspaced(signers!)).toEqual(SIGNERS);
    expect({ status, stderr }).toEqual({ status: 100, stderr: '' });
  });

  it.each([60, 80])('fits %i columns: of a path the end is shown', async (columns) => {
    const { stdout } = await verify(['-r', folder()], true, columns);
    expect(unspaced(stdout).slice(-SIGNERS.length)).toHaveLength(SIGNERS.length);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    expect(stdout).toMatch(
      columns === 60 ? / \.\.\.\S*cur\/2-footer\n/ : / mail\/of\/the\/postmaster\/cur\/2-footer\n/,
    );
  });

  it('-v shows all of each, -q nothing, --summary the count alone', async () => {
    const path = folder();
    const verbose = await verify(['-r', '-v', path], true);
    expect(verbose.stdout).toContain('reason: signature-valid');
    expect(verbose.stdout).toContain(COUNT);
    expect((await verify(['-r', '-q', path], true)).stdout).toBe('');
    const summary = await verify(['-r', '--summary', path], true);
    expect(summary.stdout.startsWith(COUNT)).toBe(true);
    expect(unspaced(summary.stdout.slice(COUNT.length))).toEqual(SIGNERS);
  });

  it('shows files that are named one by one each by itself', async () => {
    const path = folder();
    const { stdout } = await verify([join(path, '1-good'), join(path, '2-footer')], true);
    expect(stdout).toContain('signed by example.com');
    expect(stdout).not.toContain('2 messages');
  });
});

it('no message ends a run: what comes behind 130,000 signatures or addresses is judged', async () => {
  const path = folder();
  writeFileSync(join(path, '0-poison'), `${'DomainKey-Signature: x\r\n'.repeat(130_000)}${PLAIN}`, 'latin1');
  writeFileSync(join(path, '0-poison2'), `From: ${'a@b.c,\r\n '.repeat(130_000)}a@b.c\r\n\r\nbody`, 'latin1');
  for (const isTerminal of [true, false]) {
    const { stdout, stderr } = await verify(['-r', path], isTerminal);
    expect(stdout).toMatch(isTerminal ? /^8 messages: 1 pass, 2 none/m : /1-good: pass/);
    expect(stderr).not.toContain('internal error');
  }
});

describe('in a pipe', () => {
  it('all is reported, and no count', async () => {
    const { stdout } = await verify(['-r', folder()], false);
    expect(stdout).toContain('1-good: pass');
    expect(stdout).not.toContain('6 messages');
  });

  it('--only-failures leaves out what passes and what is unsigned', async () => {
    const { stdout } = await verify(['-r', '--only-failures', folder()], false);
    expect(stdout.match(/\S*(?<=\/)\d-\w+(?=: \w+ from)/g)?.map((name) => name.slice(-8))).toEqual([
      '2-footer',
      'r/4-gone',
      '5-footer',
    ]);
    const { stdout: json } = await verify(['-r', '--only-failures', '--json', folder()], false);
    const lines = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { result?: string; error?: { code: string } });
    expect(lines.map(({ result, error }) => result ?? error?.code)).toEqual([
      'fail',
      'permerror',
      'fail',
      'not-a-message',
    ]);
  });

  it('--summary is the count alone, as JSON too', async () => {
    expect((await verify(['-r', '--summary', folder()], false)).stdout).toBe(COUNT);
    const both = await verify(['-r', '--summary', '--only-failures', folder()], false);
    expect(both.stdout).toContain('2-footer: fail');
    expect(both.stdout.endsWith(COUNT)).toBe(true);
    const { stdout } = await verify(['-r', '--summary', '--json', folder()], false);
    expect(JSON.parse(stdout.split('\n').at(-2)!)).toEqual({
      messages: 6,
      results: { pass: 1, none: 1, fail: 2, permerror: 1, error: 1 },
      reasons: [
        { result: 'pass', reason: 'signature-valid', count: 1 },
        { result: 'fail', reason: 'body-hash-mismatch', count: 2 },
        { result: 'permerror', reason: 'key-not-found', count: 1 },
        { result: 'error', reason: 'not-a-message', count: 1 },
      ],
      signers: [
        { result: 'pass', reason: 'signature-valid', domain: 'example.com', selector: 'rsa2048', count: 1 },
        { result: 'fail', reason: 'body-hash-mismatch', domain: 'example.com', selector: 'rsa2048', count: 2 },
        { result: 'permerror', reason: 'key-not-found', domain: 'example.com', selector: 'gone', count: 1 },
      ],
    });
  });
});

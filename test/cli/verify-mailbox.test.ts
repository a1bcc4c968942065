/** verify of mailboxes: each message gets the verdict that it has in a file of its own. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/lib/report/verify.ts';
import { MBOX_FORMS } from '../../src/lib/mailbox/mbox.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mboxOf } from '../support/mailboxes.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

const RECORD = ['--now', String(NOW), '--key-record', `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`];
const verify = (args: readonly string[], input = '') => runInMemory(['verify', ...RECORD, ...args], input);

const lf = (text: string) => text.replaceAll('\r\n', '\n');
const GOOD = lf(signByHand(PLAIN));
const ESCAPED = lf(signByHand(`${PLAIN}From here on\r\n>From there\r\nsome\r\n`));
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const LONG = lf(signByHand(`${PLAIN}${'a long line of text\r\n'.repeat(80_000)}From here on\r\n`));
const MESSAGES = [GOOD, ESCAPED, lf(PLAIN), FORGED, LONG, GOOD];

type Line = VerifyReport & { readonly error?: { readonly code: string } };

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
/** Without the place and what was escaped. */
const verdictOf = ({ file: _file, id: _id, offset: _offset, unescaped: _unescaped, ...verdict }: Line) => verdict;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, 'latin1');
  return folder;
}

async function verdictsOfFiles(): Promise<object[]> {
  const folder = folderOf(Object.fromEntries(MESSAGES.map((text, i) => [String(i), text])));
  return linesOf((await verify(['-r', '--json', folder])).stdout).map(verdictOf);
}

describe('the messages of an mbox', () => {
  it.each(MBOX_FORMS)('have the verdicts that they have in files: %s', async (form) => {
    const wanted = await verdictsOfFiles();
    expect(wanted).toHaveLength(MESSAGES.length);
    const mbox = mboxOf(MESSAGES, form);
    const folder = folderOf({ box: mbox });
    for (const args of [[], ['--mbox', form]]) {
      const fromFile = linesOf((await verify(['--json', ...args, join(folder, 'box')])).stdout);
      // `>From there` stands for two lines in mboxo and mboxcl: which of them was meant, nobody knows.
      const isLost = (i: number) => MESSAGES[i] === ESCAPED && (form === 'mboxo' || form === 'mboxcl');
      for (const [i, line] of fromFile.entries()) {
        if (isLost(i)) expect(line.dkim.signatures[0]!.bodyHash).toBe('mismatch');
        else expect(verdictOf(line)).toEqual(wanted[i]);
      }
      expect(fromFile.map(({ id }) => id)).toEqual(MESSAGES.map((_, i) => String(i + 1)));
      for (const { offset } of fromFile) expect(mbox.slice(offset)).toMatch(/^From ann/);
      const fromPipe = linesOf((await verify(['--json', '--mbox', form], mbox)).stdout);
      expect(fromPipe.map(verdictOf)).toEqual(fromFile.map(verdictOf));
    }
  });

  it('are read without the > that the mbox put before From, which is said', async () => {
    const mbox = mboxOf([ESCAPED, GOOD], 'mboxrd');
    const { stdout } = await verify(['--input', 'mbox'], mbox);
    expect(stdout).toContain(
      '-:1: pass from=ann@example.com\n-:1: mbox: 2 escaped lines read without the > before From (mboxrd)\n',
    );
    const [first, second] = linesOf((await verify(['--json', '--input', 'mbox'], mbox)).stdout);
    expect(first).toMatchObject({ result: 'pass', unescaped: { form: 'mboxrd', lines: 2 } });
    expect(second).not.toHaveProperty('unescaped');
    const single = lf(signByHand(`${PLAIN}From here on\r\n`));
    const [old] = linesOf((await verify(['--json', '--mbox', 'mboxo'], mboxOf([single], 'mboxo'))).stdout);
    expect(old).toMatchObject({ result: 'pass', unescaped: { form: 'mboxo', lines: 1 } });
  });

  it('or of the only message that a pipe brings', async () => {
    const [line] = linesOf((await verify(['--json'], mboxOf([ESCAPED], 'mboxrd'))).stdout);
    expect(line).toMatchObject({ file: '-', result: 'pass', unescaped: { form: 'mboxrd', lines: 2 } });
    const long = signByHand(PLAIN + `${'x'.repeat(70)}\r\n`.repeat(20_000));
    expect(linesOf((await verify(['--json'], mboxOf([lf(long)], 'mboxcl2'))).stdout)).toMatchObject([
      { file: '-', result: 'pass' },
    ]);
  });

  it('are read as they stand where that is what was signed', async () => {
    const message = lf(signByHand(`${PLAIN}>From a friend\r\n`));
    for (const args of [[], ['--mbox', 'mboxrd'], ['--mbox', 'mboxcl2']]) {
      const [line] = linesOf((await verify(['--json', ...args], mboxOf([message], 'mboxcl2'))).stdout);
      expect(line).toMatchObject({ result: 'pass' });
      expect(line).not.toHaveProperty('unescaped');
    }
  });

  it('have fields of their own in JSON, which the manual lists', async () => {
    const [line] = linesOf((await verify(['--json', '--input', 'mbox'], mboxOf([ESCAPED, GOOD], 'mboxrd'))).stdout);
    const [alone] = linesOf((await verify(['--json'], GOOD)).stdout);
    const page = readFileSync('man/dktool-verify.1', 'utf8');
    const [, said = ''] = /^\.Ss Mailboxes in JSON$([^]*?)^\.S[hs]/m.exec(page) ?? [];
    const listed = [...said.matchAll(/^\.It Li (.*)$/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(new Set(Object.keys(line!).filter((key) => !(key in alone!))));
  });

  it('are named by the mailbox and their number; alone in it, by the mailbox', async () => {
    const folder = folderOf({ box: mboxOf([GOOD, FORGED], 'mboxo'), one: mboxOf([GOOD], 'mboxo') });
    const { stdout, status } = await verify([join(folder, 'box'), join(folder, 'one')]);
    expect(stdout.match(/^\S+(?=: \w+ from)/gm)).toEqual([`${folder}/box:1`, `${folder}/box:2`, `${folder}/one`]);
    expect(status).toBe(1);
  });

  it('are judged among files and in folders, in their order', async () => {
    const folder = folderOf({ a: GOOD, b: mboxOf([FORGED, GOOD], 'mboxo'), c: GOOD });
    const { stdout } = await verify(['-r', '--json', folder]);
    expect(linesOf(stdout).map(({ file, id, result }) => [file.slice(-1), id, result])).toEqual([
      ['a', undefined, 'pass'],
      ['b', '1', 'fail'],
      ['b', '2', 'pass'],
      ['c', undefined, 'pass'],
    ]);
  });
});

const line = (id: unknown, text: string) =>
  `${JSON.stringify({ id, raw_b64: Buffer.from(text, 'latin1').toString('base64') })}\n`;

describe('verify --input ndjson', () => {
  it('judges the message of each line, and reports what is not a message in its place', async () => {
    const input = `${line('a', GOOD)}\n${line(7, FORGED)}{"id":"x"}\nnonsense\n${line('e\n', '')}${line('z', GOOD)}`;
    const { status, stdout, stderr } = await verify(['--json', '--input', 'ndjson'], input);
    expect({ status, stderr }).toEqual({ status: 100, stderr: '' });
    expect(linesOf(stdout).map(({ id, result, error }) => [id, result ?? error?.code])).toEqual([
      ['a', 'pass'],
      ['7', 'fail'],
      ['line 4', 'bad-line'],
      ['line 5', 'bad-line'],
      ['e\n', 'empty-message'],
      ['z', 'pass'],
    ]);
    expect(linesOf(stdout).map(({ offset }) => offset)).toEqual(
      [...input.matchAll(/^(?=.)/gm)].map(({ index }) => index),
    );
  });
});

describe('verify --fail-fast', () => {
  it('ends behind the first message that fails', async () => {
    const folder = folderOf({ a: GOOD, b: mboxOf([GOOD, FORGED, GOOD], 'mboxo'), c: FORGED });
    const { status, stdout } = await verify(['-r', '--json', '--fail-fast', folder]);
    expect(status).toBe(1);
    expect(linesOf(stdout).map(({ file, id, result }) => [file.slice(-1), id, result])).toEqual([
      ['a', undefined, 'pass'],
      ['b', '1', 'pass'],
      ['b', '2', 'fail'],
    ]);
  });
});

describe('a folder of MH', () => {
  it('has its messages in the order of their numbers, and no removed ones', async () => {
    const folder = folderOf({ 10: FORGED, 9: GOOD, ',8': FORGED, '.mh_sequences': 'cur: 9\n' });
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', '1'), lf(PLAIN));
    const { stdout } = await verify(['-r', '--json', folder]);
    expect(linesOf(stdout).map(({ file, result }) => [file.slice(folder.length), result])).toEqual([
      ['/9', 'pass'],
      ['/10', 'fail'],
      ['/sub/1', 'none'],
    ]);
  });
});

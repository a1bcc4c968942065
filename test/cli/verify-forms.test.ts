/** The same thousand messages in every form have the same verdicts, in the same order, by one thread and by four. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MBOX_FORMS } from '../../src/lib/mailbox/mbox.ts';
import { tarOf, zipOf } from '../support/archives.ts';
import { DKTOOL, runProgram } from '../support/bin.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mboxOf } from '../support/mailboxes.ts';
import { tmpdir } from 'node:os';
import { type KeyName, keyOwner, keyRecord, NOW } from '../support/vectors.ts';

/** MESSAGES=5000 for the proof in full. */
const COUNT = Number(process.env['MESSAGES'] ?? 1000);
const KEYS: readonly KeyName[] = ['ed25519', 'rsa1024', 'rsa2048'];

/** Pseudo-random numbers, the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    yield state >>> 8;
  }
}

/** Signed and unsigned, whole and altered, short and long, with lines that an mbox escapes. */
function messages(): string[] {
  const random = numbers(17);
  const next = (most: number) => random.next().value % most;
  return Array.from({ length: COUNT }, (_, i) => {
    const lines = Array.from({ length: next(20) }, (__, line) => {
      const kind = next(12);
      return kind === 0 ? 'From here on' : kind === 1 ? '' : `line ${line} of ${i}: ${'text '.repeat(next(15))}`;
    });
    const plain = `${PLAIN.replace('Subject: ', `Subject: ${i} `)}${lines.join('\r\n')}\r\n${i % 997 === 0 ? 'long\r\n'.repeat(300_000) : ''}`;
    const fate = next(10);
    const key = KEYS[next(20) < 16 ? 0 : 1 + next(2)]!;
    const signed = fate === 0 ? plain : signByHand(plain, { key });
    const altered = fate === 1 ? signed.replace('Ann <', 'Eve <') : fate === 2 ? `${signed}footer\r\n` : signed;
    return altered.replaceAll('\r\n', '\n');
  });
}

const name = (i: number) => `m${String(i).padStart(5, '0')}`;

const jsonLine = (text: string, i: number) =>
  JSON.stringify({ id: name(i), raw_b64: Buffer.from(text, 'latin1').toString('base64') });

let directory: string;
let wanted: readonly string[];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'dktool-test-'));
  const zone = Object.fromEntries(KEYS.map((key) => [keyOwner(key), { TXT: [keyRecord(key)] }]));
  writeFileSync(join(directory, 'zone.json'), JSON.stringify(zone));
  const all = messages();
  mkdirSync(join(directory, 'Maildir/cur'), { recursive: true });
  for (const [i, text] of all.entries()) writeFileSync(join(directory, 'Maildir/cur', name(i)), text, 'latin1');
  for (const form of MBOX_FORMS) writeFileSync(join(directory, form), mboxOf(all, form), 'latin1');
  const members = all.map((text, i) => [name(i), text] as const);
  writeFileSync(join(directory, 'mail.tar'), tarOf(members));
  writeFileSync(join(directory, 'mail.tar.gz'), gzipSync(tarOf(members), { level: 1 }));
  writeFileSync(join(directory, 'mail.zip'), zipOf(members));
  writeFileSync(join(directory, 'mail.ndjson'), `${all.map(jsonLine).join('\n')}\n`);
  wanted = await verdicts('-r', 'Maildir');
}, 120_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Lines of JSON without the fields that say where the message was. */
async function verdicts(...args: string[]): Promise<string[]> {
  const run = await runProgram(
    process.execPath,
    [DKTOOL, 'verify', '--json', '--now', String(NOW), '--zone', 'zone.json', ...args],
    { cwd: directory },
  );
  expect(run).toMatchObject({ status: 1, stderr: '' });
  return run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const {
        file: _file,
        id: _id,
        offset: _offset,
        unescaped: _unescaped,
        ...verdict
      } = JSON.parse(line) as Record<string, unknown>;
      return JSON.stringify(verdict);
    });
}

const results = (lines: readonly string[]) => lines.map((line) => (JSON.parse(line) as { result: string }).result);

describe('the messages', () => {
  it('are of all kinds', () => {
    const count = (word: string) => results(wanted).filter((one) => one === word).length;
    expect(wanted).toHaveLength(COUNT);
    expect(['pass', 'fail', 'none'].map((word) => count(word) > COUNT * 0.06)).toEqual([true, true, true]);
  });

  it.each<[readonly string[]]>([
    ...MBOX_FORMS.map((form): [readonly string[]] => [[form]]),
    [['--mbox', 'mboxrd', 'mboxrd']],
    [['mail.tar']],
    [['mail.tar.gz']],
    [['mail.zip']],
    [['--input', 'ndjson', 'mail.ndjson']],
    [['--jobs', '4', '-r', 'Maildir']],
    [['--jobs', '4', 'mboxrd']],
    [['--jobs', '4', 'mail.tar.gz']],
    [['--jobs', '4', '--input', 'ndjson', 'mail.ndjson']],
  ])('have the same verdicts: %j', { timeout: 60_000 }, async (args) => {
    const lines = await verdicts(...args);
    expect(lines).toHaveLength(COUNT);
    const others = lines.flatMap((line, i) => (line === wanted[i] ? [] : [[i, line, wanted[i]]]));
    expect(others.slice(0, 3)).toEqual([]);
  });
});

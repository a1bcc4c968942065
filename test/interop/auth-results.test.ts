/**
 * Behind `verify --auth-results`, programs that read Authentication-Results take no field for ours but ours, whatever forgery
 * the message held. Each of them takes some of the forgeries where they are not taken out.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { FORGERIES, OWN_ID } from '../support/forged-results.ts';
import { findProgram, leaveOut } from '../support/peers.ts';

const OWN_IDS = [OWN_ID, 'mx.b\u00fccher.example'];
const BODY = `Authentication-Results: ${OWN_ID}; dkim=pass header.d=forged.example.com`;

/** Whole messages, latin1. */
const MESSAGES: Readonly<Record<string, string>> = Object.fromEntries([
  ...FORGERIES.flatMap(({ name, header }) => {
    const message = `X: y\r\n${header}\r\nFrom: joe@example.com\r\nSubject: x\r\n\r\nhi\r\n`;
    return [
      [name, message],
      [`${name} (LF)`, message.replaceAll('\r\n', '\n')],
    ];
  }),
  ['CRLF alone among LF', `From: joe@example.com\n\r\n${BODY}\n\nhi\n`],
  ['CRLF alone, mbox', `From joe Thu Jan  1 00:00:00 1970\nFrom: joe@example.com\n\r\n${BODY}\n\nhi\n`],
  ['LF alone among CRLF', `From: joe@example.com\r\n\n${BODY}\r\n\r\nhi\r\n`],
  ['an empty header block', `\r\n${BODY}\n\nhi\n`],
]);
const NAMES = Object.keys(MESSAGES);

/** What a reader takes for ours, a list for each message. */
type Taken = Readonly<Record<string, readonly string[]>>[] | undefined;

interface Reader {
  readonly name: string;
  readonly debianPackage: string;
  /** How many of the forgeries it takes at least: it is a reader that can be deceived. */
  readonly deceivedBy: number;
  read(folder: string): Promise<Taken>;
}

const pathOf = (folder: string, i: number) => join(folder, `${i}.eml`);

async function askScript(command: string, script: string, folder: string): Promise<Taken> {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  const input = [JSON.stringify(OWN_IDS), ...NAMES.map((_, i) => pathOf(folder, i)), ''].join('\n');
  const { stdout } = await runProgram(command, [path], { input }).catch(() => ({ stdout: '' }));
  const [ready, ...answers] = stdout.trim().split('\n');
  return ready === 'ready' ? answers.map((answer) => JSON.parse(answer) as Record<string, string[]>) : undefined;
}

/** The results that it counted, from its history file. It ends at a message that it cannot read, so each gets a run. */
async function askOpenDmarc(folder: string): Promise<Taken> {
  const program = findProgram('opendmarc');
  if (program === undefined) return undefined;
  const config = join(folder, 'opendmarc.conf');
  const history = join(folder, 'history');
  const answers: Record<string, string[]>[] = [];
  writeFileSync(
    config,
    `AuthservID ${OWN_ID}\nTrustedAuthservIDs ${OWN_IDS.join(',')}\nHistoryFile ${history}\nRecordAllMessages true\n` +
      `TestDNSData ${join(folder, 'dns')}\n`,
  );
  writeFileSync(join(folder, 'dns'), '_dmarc.example.com v=DMARC1; p=none\n');
  for (const i of NAMES.keys()) {
    rmSync(history, { force: true });
    await runProgram(program, ['-c', config, '-t', pathOf(folder, i)], { cwd: folder });
    answers.push({ OpenDMARC: dkimLines(history) });
  }
  return answers;
}

function dkimLines(history: string): string[] {
  try {
    return readFileSync(history, 'utf8').match(/^dkim .*$/gm) ?? [];
  } catch {
    return [];
  }
}

const READERS: readonly Reader[] = [
  {
    name: 'Python',
    debianPackage: 'python3',
    deceivedBy: 10,
    read: (folder) => askScript('/usr/bin/python3', 'auth-results.py', folder),
  },
  {
    name: 'SpamAssassin',
    debianPackage: 'spamassassin',
    deceivedBy: 20,
    read: (folder) => askScript('perl', 'auth-results.pl', folder),
  },
  { name: 'OpenDMARC', debianPackage: 'opendmarc', deceivedBy: 20, read: askOpenDmarc },
];

const isForged = (text: string) => text.includes('forged') || text.includes('pass');

/** The messages that a reader was deceived by, with its name. */
const deceived = (taken: NonNullable<Taken>) =>
  taken.flatMap((byReader, i) =>
    Object.entries(byReader).flatMap(([reader, texts]) =>
      texts.filter(isForged).map((text) => `${NAMES[i]}: ${reader}: ${text}`),
    ),
  );

describe('behind verify --auth-results', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dktool-interop-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const [raw, filtered] = ['raw', 'filtered'].map((name) => join(folder, name)) as [string, string];

  beforeAll(async () => {
    for (const path of [raw, filtered]) mkdirSync(path);
    const args = ['verify', '--key-record', 'x._domainkey.x.example=v=DKIM1; p=', '-q', '--auth-results', OWN_ID];
    for (const [i, message] of Object.values(MESSAGES).entries()) {
      const { output, status } = await runInMemory(args, message);
      expect(status).toBe(0);
      writeFileSync(pathOf(raw, i), message, 'latin1');
      writeFileSync(pathOf(filtered, i), output, 'latin1');
    }
  });

  it.for(READERS)('$name takes nothing but our own field for ours', { timeout: 60_000 }, async (reader, { skip }) => {
    const { name, debianPackage, deceivedBy } = reader;
    const before = await reader.read(raw);
    if (before === undefined) leaveOut(`${name} is not installed (Debian package ${debianPackage})`, skip);
    expect(before).toHaveLength(NAMES.length);
    expect(deceived(before).length).toBeGreaterThanOrEqual(deceivedBy);
    const after = await reader.read(filtered);
    expect(after).toHaveLength(NAMES.length);
    expect(deceived(after!)).toEqual([]);
    // `dkim=none` of our own field is a result too; OpenDMARC does not write it down.
    if (name !== 'OpenDMARC') {
      for (const byReader of after!) for (const texts of Object.values(byReader)) expect(texts).not.toEqual([]);
    }
  });
});

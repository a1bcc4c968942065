/**
 * Signed messages, mutated before and after they were signed, judged by others too. Every difference belongs to a class that
 * is listed here once, with the paragraph that decides it; any other is a failure. `npm run fuzz:differential` judges more.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DktoolError } from '../../src/lib/errors.ts';
import { signMessage } from '../../src/lib/sign-message.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { AWKWARD, WILD } from '../support/awkward-messages.ts';
import { DKIM_PEERS } from '../support/dkim-peers.ts';
import { leaveOut } from '../support/peers.ts';
import { keyOwner, keyRecord, NOW, signingKey, textResolver } from '../support/vectors.ts';
import { mutated } from './mutate.ts';
import { Random } from './random.ts';

const MESSAGES = Number(process.env['DIFFERENTIAL'] ?? 60);
const START = Number(process.env['FUZZ_SEED'] ?? 1);
const KEY = 'rsa1024';
const BASES = [...Object.values(AWKWARD), ...Object.values(WILD)].filter((text) => text.length < 4000);
const WORDS = [
  '\r\n',
  '\r\n ',
  ' ',
  '\t',
  '\n',
  ': ',
  'From: b@example.com\r\n',
  'Subject: y\r\n',
  '\r\n\r\n',
  '.',
  '\r',
  '\0',
];

interface Judged {
  readonly file: string;
  /** latin1 */
  readonly text: string;
  readonly passes: boolean;
  readonly reason: string;
}

/** What decides a difference. */
interface Class {
  readonly peers: readonly string[];
  readonly because: string;
  readonly holds: (judged: Judged) => boolean;
}

const ALL = ['dkimpy', 'Mail::DKIM', 'mailauth'];
const headerOf = (text: string) => /^[^]*?(?=\r?\n\r?\n|$)/.exec(text)![0];
/** Each begins a field, goes on with one, or is none. */
const headerLines = (text: string) => headerOf(text).split(/\r?\n/);

const CLASSES: readonly Class[] = [
  {
    peers: ALL,
    because:
      'octets that are no base64 stand in b= or bh=: a signature with wrong syntax is ignored (RFC 6376 sections 3.5, 6.1.1)',
    holds: ({ passes, reason, text }) =>
      !passes && reason === 'signature-syntax' && /\bbh?=[^;]*[^A-Za-z0-9+/=\s;]/.test(headerOf(text)),
  },
  {
    peers: ALL,
    because: 'the body does not end with a line end, which is added (RFC 6376 sections 3.4.3 and 3.4.4)',
    holds: ({ text }) => !text.endsWith('\n'),
  },
  {
    peers: ALL,
    because: 'a CR or an LF stands alone, and is no line end where the others are CRLF (RFC 5322 section 2.3)',
    holds: ({ text }) => /\r(?!\n)/.test(text) || (text.includes('\r\n') && /(?<!\r)\n/.test(text)),
  },
  {
    peers: ALL,
    because: 'a blank stands before a colon, which belongs to neither name nor value (RFC 5322 section 4.5)',
    holds: ({ text }) => headerLines(text).some((line) => /^[!-9;-~]+[ \t]+:/.test(line)),
  },
  {
    peers: ALL,
    because: 'a line of the header block is no field (RFC 5322 section 2.2), and stays a line of its own',
    holds: ({ text }) => headerLines(text).some((line) => !/^(?:[ \t]|[!-9;-~]+[ \t]*:)/.test(line)),
  },
];

const { resolver } = textResolver({ [keyOwner(KEY)]: keyRecord(KEY) });

async function signed(text: string, random: Random): Promise<string | undefined> {
  const form = () => random.pick(['simple', 'relaxed'] as const);
  const options = {
    headerCanonicalization: form(),
    bodyCanonicalization: form(),
    timestamp: NOW,
    lifetime: undefined,
    identity: undefined,
    bodyLength: random.below(8) === 0,
    copiedHeaders: false,
  };
  const bytes = Buffer.from(text, 'latin1');
  try {
    const { fields, insertAt } = await signMessage(bytes, options, () => [signingKey(KEY)]);
    return insertAt === 0 ? fields.toString('latin1') + text : undefined;
  } catch (error) {
    if (error instanceof DktoolError) return undefined;
    throw error;
  }
}

let folder = '';
const judged: Judged[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dktool-differential-'));
  const random = new Random(START);
  const change = (text: string) =>
    mutated(Buffer.from(text, 'latin1'), Buffer.from(random.pick(BASES), 'latin1'), WORDS, random).toString('latin1');
  while (judged.length < MESSAGES) {
    const base = random.pick(BASES);
    const whole = await signed(random.below(3) === 0 ? base : change(base), random);
    if (whole === undefined) continue;
    const text = random.below(2) === 0 ? whole : change(whole);
    let verdict: Awaited<ReturnType<typeof verifyMessage>>;
    try {
      verdict = await verifyMessage(Buffer.from(text, 'latin1'), { resolver, now: NOW });
    } catch {
      continue; // no message at all
    }
    const { signatures } = verdict.dkim;
    if (signatures.length !== 1) continue;
    const [{ result, reason }] = signatures as [(typeof signatures)[0]];
    const file = join(folder, `${judged.length}.eml`);
    writeFileSync(file, text, 'latin1');
    judged.push({ file, text, passes: result === 'pass', reason });
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`${MESSAGES} mutated messages`, () => {
  it('pass and fail', () => {
    const passing = judged.filter(({ passes }) => passes).length;
    expect(passing).toBeGreaterThan(MESSAGES / 5);
    expect(passing).toBeLessThan((4 * MESSAGES) / 5);
  });

  it.for(DKIM_PEERS.filter(({ name }) => name !== 'OpenDKIM'))(
    'are judged alike by $name, but for the classes of differences',
    { timeout: 600_000 },
    async (peer, { skip }) => {
      const verdicts = await peer.verify(
        folder,
        judged.map(({ file }) => file),
      );
      if (verdicts === undefined) leaveOut(`${peer.name} is not installed (${peer.debianPackage})`, skip);
      const different = judged.flatMap((one, i) => {
        const passes = verdicts[i]![KEY] === true;
        const isKnown = CLASSES.some(({ peers, holds }) => peers.includes(peer.name) && holds(one));
        if (passes === one.passes || isKnown) return [];
        return [
          `${one.passes ? 'passes' : `fails (${one.reason})`} here: ${JSON.stringify(one.text)}; there: ${JSON.stringify(verdicts[i])}`,
        ];
      });
      expect(different).toEqual([]);
    },
  );
});

import { describe, expect, it } from 'vitest';
import { parseZone } from '../../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../../src/lib/dns/zones/zone.ts';
import { MAX_SIGNATURES } from '../../../src/lib/dkim/verify.ts';
import { DKIM_REASONS, type DkimReason } from '../../../src/lib/verdict.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { latin1 } from '../../support/chunks.ts';
import { type HandSignature, PLAIN, signByHand } from '../../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW, textResolver } from '../../support/vectors.ts';
import type { VerdictCase } from '../../support/verdict-case.ts';
import { VERDICT_CASES, VERDICT_ZONE } from '../../support/verdict-cases.ts';

const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(VERDICT_ZONE)))]);

async function verdictOf({ message, options = [] }: Pick<VerdictCase, 'message' | 'options'>) {
  const [legacy, strict, lenient, authorOnly] = (['legacy', 'strict', 'lenient', 'author'] as const).map((word) =>
    options.includes(word),
  );
  return verifyMessage(latin1(message), { resolver, now: NOW, legacy, strict, lenient, authorOnly });
}

const oneMore = (message: string, tags: Readonly<Record<string, string>>) => signByHand(message, { tags });
const accepted = async (message: string) => (await verdictOf({ message })).result;

describe('the verdict on a signature', () => {
  it.each(VERDICT_CASES.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { result, from, dkim } = await verdictOf(one);
    const [verdict, ...more] = dkim.signatures;
    expect(more).toEqual([]);
    expect({
      ...verdict,
      warnings: Object.fromEntries(verdict!.warnings.map(({ code, detail }) => [code, detail])),
    }).toMatchObject({
      result: one.result,
      reason: one.reason,
      detail: one.detail,
      domain: one.domain === '?' ? undefined : (one.domain ?? 'example.com'),
      selector: one.selector === '?' ? undefined : (one.selector ?? 'rsa2048'),
      alignment: one.alignment ?? 'exact',
      bodyHash: one.bodyHash,
      signature: one.signature,
      warnings: one.warnings ?? {},
    });
    expect(Object.keys(one.warnings ?? {})).toEqual(verdict!.warnings.map(({ code }) => code));
    expect([result, dkim.result]).toEqual([one.result, one.result]);
    expect(from ?? null).toBe(one.from === undefined ? 'ann@example.com' : one.from);
  });

  it('has the result that belongs to its reason', () => {
    for (const { reason, result } of VERDICT_CASES) expect(DKIM_REASONS[reason].result).toBe(result);
  });

  it('is shown here for every reason but those of the 33rd signature and of keyrings', () => {
    const shown = new Set<DkimReason>(VERDICT_CASES.map(({ reason }) => reason));
    const missing = (Object.keys(DKIM_REASONS) as DkimReason[]).filter((reason) => !shown.has(reason));
    expect(missing).toEqual(['too-many-signatures', 'key-disclosed']);
  });
});

const warningsOf = async (message: string) =>
  (await verdictOf({ message })).dkim.signatures[0]!.warnings.map(({ code }) => code);

describe('a field that may stand once, and was added a second time', () => {
  it.each([
    'Sender',
    'Reply-To',
    'To',
    'Cc',
    'Subject',
    'Date',
    'Message-ID',
    'In-Reply-To',
    'References',
    'MIME-Version',
    'Content-Type',
    'Content-Transfer-Encoding',
    'Content-Disposition',
  ])('%s', async (name) => {
    const message = `From: ann@example.com\r\n${name}: x\r\n\r\nhi\r\n`;
    const signed = oneMore(message, { h: `From:${name}` });
    expect(await warningsOf(signed)).not.toContain('unsigned-duplicate');
    const added = signed.replace('From: ann', `${name}: y\r\nFrom: ann`);
    expect(await warningsOf(added)).toContain('unsigned-duplicate');
    const both = oneMore(message.replace('From: ann', `${name}: y\r\nFrom: ann`), { h: `From:${name}:${name}` });
    expect(await warningsOf(both)).not.toContain('unsigned-duplicate');
  });
});

describe('the signatures of a message', () => {
  it('that have expired have, whether there is a key or not', async () => {
    const message = oneMore(PLAIN, { x: String(NOW - 1), t: String(NOW - 100), s: 'gone' });
    const { dkim } = await verdictOf({ message });
    expect(dkim.signatures[0]).toMatchObject({
      result: 'permerror',
      reason: 'signature-expired',
      signature: 'unchecked',
    });
  });

  const good = signByHand(PLAIN);

  it('are judged each for itself, top to bottom, and one pass is enough', async () => {
    const { result, dkim } = await verdictOf({ message: oneMore(oneMore(good, { s: 'revoked' }), { s: 'timeout' }) });
    expect(dkim.signatures.map(({ selector, result: word }) => [selector, word])).toEqual([
      ['timeout', 'temperror'],
      ['revoked', 'permerror'],
      ['rsa2048', 'pass'],
    ]);
    expect(result).toBe('pass');
  });

  it('without a pass have the most telling result of all', async () => {
    const bad = oneMore(PLAIN, { s: 'revoked' });
    expect((await verdictOf({ message: oneMore(bad, { s: 'timeout' }) })).result).toBe('temperror');
    expect((await verdictOf({ message: `DKIM-Signature: x\r\n${good.replace('Lunch', 'x')}` })).result).toBe('fail');
  });

  it('are the topmost 32', async () => {
    let message = PLAIN;
    for (let i = 0; i < MAX_SIGNATURES + 2; i++) message = oneMore(message, {});
    const { dkim } = await verdictOf({ message });
    expect(dkim.signatures.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: MAX_SIGNATURES }, () => 'signature-valid'),
      ...Array.from({ length: 2 }, () => 'too-many-signatures'),
    ]);
    expect(dkim.signatures.at(-1)).toMatchObject({
      result: 'policy',
      detail: 'only the topmost 32 signatures of a message are verified',
      domain: 'example.com',
      bodyHash: 'unchecked',
    });
  });

  it('may cover one another, but none itself', async () => {
    const outer = oneMore(good, { h: 'From:DKIM-Signature:DKIM-Signature' });
    const { dkim } = await verdictOf({ message: outer });
    expect(dkim.signatures.map(({ result }) => result)).toEqual(['pass', 'pass']);
  });

  it('are none in a message without one, or without a header block', async () => {
    for (const message of [PLAIN, '\r\nDKIM-Signature: v=1\r\n', '\n']) {
      const { result, dkim } = await verdictOf({ message });
      expect({ result, dkim }).toEqual({ result: 'none', dkim: { result: 'none', signatures: [] } });
    }
  });
});

describe('the records at the name of a key', () => {
  const others = Array.from({ length: 9 }, (_, i) => `v=spf1 ip4:192.0.2.${i} -all`);
  const message = latin1(signByHand(PLAIN));
  const resultWith = async (texts: readonly string[]) => {
    const records = texts.map((text) => [text]);
    const { resolver: source } = textResolver({ [keyOwner('rsa2048')]: { status: 'found', records } });
    return (await verifyMessage(message, { resolver: source, now: NOW })).result;
  };

  it('are looked into as far as the tenth', async () => {
    expect(await resultWith([...others, keyRecord('rsa2048')])).toBe('pass');
    expect(await resultWith([...others, 'v=spf1 -all', keyRecord('rsa2048')])).toBe('permerror');
  });
});

describe('what does not change a signature', () => {
  it.each<[string, (message: string) => string]>([
    ['LF instead of CRLF', (message) => message.replaceAll('\r\n', '\n')],
    ['some LF among CRLF', (message) => message.replace('\r\nSubject', '\nSubject')],
    ['a Received field on top', (message) => `Received: x\r\n${message}`],
    ['an mbox line on top', (message) => `From a@b Wed Sep  6 11:33:20 2023\n${message}`],
    ['other fields among the signed ones', (message) => message.replace('\r\nDate:', '\r\nX: 1\r\nDate:')],
    ['blanks and case where relaxed allows them', (message) => message.replace('Subject: Lunch', 'SUBJECT:Lunch \t')],
    ['a refolded field', (message) => message.replace('Subject: Lunch', 'Subject:\r\n Lunch')],
    ['blanks in its own b=', (message) => message.replace(/(b=.{20})/, '$1\r\n\t ')],
    ['empty lines at the end of the body', (message) => `${message}\r\n\r\n`],
  ])('%s', async (_, change) => {
    const message = signByHand(PLAIN);
    const changed = change(message);
    expect(changed).not.toBe(message);
    expect(await accepted(changed)).toBe('pass');
  });

  it.each<[string, HandSignature]>([
    ['a fold before the first tag', { lead: '\r\n\t' }],
    ['a semicolon behind the last', { behind: ';' }],
    ['a tag behind b=', { behind: ' ; z=From:x' }],
    ['a fold behind b=', { behind: '\r\n\t;\r\n\tz=From:x' }],
  ])('%s', async (_, how) => {
    for (const c of ['simple', 'relaxed']) {
      expect(await accepted(signByHand(PLAIN, { tags: { c }, ...how }))).toBe('pass');
    }
  });

  it.each(['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed', 'simple', 'relaxed', undefined])(
    'c=%s on an awkward message',
    async (c) => {
      const message =
        'FROM : Ann\r\n <ann@example.com>\r\nsubject:\t a  b \t\r\n\t\r\nX: \xe4\r\n\r\n a \t b\t\r\n\r\n \r\n\r\n';
      const h = 'from:Subject:x:x:nothing';
      for (const text of [message, message.replaceAll('\r\n', '\n')]) {
        expect(await accepted(signByHand(text, { tags: { c, h } }))).toBe('pass');
      }
    },
  );
});

describe('the questions to DNS', () => {
  it('are asked once for each key, as soon as the header block is there', async () => {
    const { resolver: source, asked } = textResolver({ [keyOwner('rsa2048')]: keyRecord('rsa2048') });
    const message = latin1(signByHand(signByHand(PLAIN), { tags: { d: 'EXAMPLE.com' } }));
    const body = message.indexOf('\r\n\r\n') + 4;
    const pieces = function* () {
      yield message.subarray(0, body);
      expect(asked).toEqual(['rsa2048._domainkey.example.com TXT']);
      yield message.subarray(body);
    };
    const { dkim } = await verifyMessage(pieces(), { resolver: source, now: NOW });
    expect(dkim.signatures.map(({ result }) => result)).toEqual(['pass', 'pass']);
    expect(asked).toHaveLength(1);
  });

  it('are not asked for signatures that are refused without', async () => {
    const { resolver: source, asked } = textResolver({});
    const message = latin1(signByHand(signByHand(PLAIN, { tags: { v: '2' } }), { tags: { h: 'To' } }));
    await verifyMessage(message, { resolver: source, now: NOW });
    expect(asked).toEqual([]);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SignOptions, type SignResult, signMessage } from '../../src/lib/sign-message.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { AWKWARD, WILD, withLf } from '../support/awkward-messages.ts';
import { inPieces, latin1, PIECE_SIZES } from '../support/chunks.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { KEY_NAMES, keyOwner, keyRecord, NOW, signingKey, textResolver } from '../support/vectors.ts';

const OPTIONS: SignOptions = {
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  timestamp: NOW,
  lifetime: undefined,
  identity: undefined,
  bodyLength: false,
  copiedHeaders: false,
};

const { resolver } = textResolver(Object.fromEntries(KEY_NAMES.map((name) => [keyOwner(name), keyRecord(name)])));

function sign(message: string, options: Partial<SignOptions> = {}, keys = [signingKey('ed25519')]) {
  return signMessage(latin1(message), { ...OPTIONS, ...options }, () => keys);
}

/** The message as it goes out. */
function signed(message: string, { fields, insertAt }: SignResult): string {
  return `${message.slice(0, insertAt)}${fields.toString('latin1')}${message.slice(insertAt)}`;
}

async function verdictsOf(message: string) {
  const { dkim } = await verifyMessage(latin1(message), { resolver, now: NOW, legacy: true });
  return dkim.signatures;
}

const FORMS = ['simple', 'relaxed'] as const;
const EVERY_WAY = FORMS.flatMap((header) => FORMS.map((body) => [header, body] as const));
const MESSAGES = Object.entries({
  ...AWKWARD,
  ...Object.fromEntries(Object.entries(AWKWARD).map(([name, message]) => [`${name}, LF`, withLf(message)])),
  ...WILD,
});

describe('what is signed', () => {
  it.each(MESSAGES)('verifies: %s', async (_, message) => {
    const keys = [signingKey('ed25519'), signingKey('rsa1024')];
    for (const [headerCanonicalization, bodyCanonicalization] of EVERY_WAY) {
      const result = await sign(message, { headerCanonicalization, bodyCanonicalization, copiedHeaders: true }, keys);
      const verdicts = await verdictsOf(signed(message, result));
      expect(verdicts.map((verdict) => [verdict.selector, verdict.detail])).toEqual([
        ['ed25519', 'signed by example.com (256-bit ed25519-sha256)'],
        ['rsa1024', 'signed by example.com (1024-bit rsa-sha256)'],
      ]);
      expect(verdicts[0]!.canonicalization).toBe(`${headerCanonicalization}/${bodyCanonicalization}`);
    }
  });

  it.each(MESSAGES)('is the same in all pieces: %s', async (_, message) => {
    const expected = await sign(message);
    for (const size of PIECE_SIZES) {
      const pieces = inPieces(latin1(message), size);
      const asynchronous = (async function* () {
        for (const piece of pieces) yield piece;
      })();
      expect(await signMessage(asynchronous, OPTIONS, async () => [signingKey('ed25519')])).toEqual(expected);
    }
  });

  it('verifies for any header and body', async () => {
    const part = fc.constantFrom('a', ' ', '\t', '\n', '\r\n', '\r', ':', ';', '\xe4', '\0', 'Subject: x\n');
    const line = fc.tuple(
      fc.constantFrom('Subject', 'X ', 'to'),
      fc.array(fc.constantFrom('a', ' ', '\t', '\r\n ', '\n\t', '\r', ':', '='), { maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 4 }),
        fc.array(part, { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom(...EVERY_WAY),
        async (lines, body, lineEnd, [headerCanonicalization, bodyCanonicalization]) => {
          const fields = lines.map(([name, value]) => `${name}:${value.join('')}${lineEnd}`);
          const message = `From: ann@example.com${lineEnd}${fields.join('')}${lineEnd}${body.join('')}`;
          const result = await sign(message, { headerCanonicalization, bodyCanonicalization, copiedHeaders: true });
          expect((await verdictsOf(signed(message, result)))[0]).toMatchObject({ result: 'pass' });
        },
      ),
      { numRuns: 300 },
    );
  });
});

async function fieldOf(options: Partial<SignOptions>, message = PLAIN): Promise<string> {
  return (await sign(message, options)).fields.toString('latin1');
}

describe('the new field', () => {
  it('follows the line end of the message, and stands below an mbox line', async () => {
    expect((await fieldOf({})).split('\r\n').every((line) => !line.includes('\n'))).toBe(true);
    expect(await fieldOf({}, withLf(PLAIN))).not.toContain('\r');
    expect((await sign(WILD['mbox-line']!)).insertAt).toBe(WILD['mbox-line']!.indexOf('From: '));
    expect((await sign(PLAIN)).insertAt).toBe(0);
  });

  it('holds its tags in a fixed order, t= and x= among them', async () => {
    const field = await fieldOf({ lifetime: 3600, identity: 'ann=x@sub.example.com', bodyLength: true });
    const list = [...field.matchAll(/(?<=[:;]\s+)(\w+)=([^;]{0,30})/g)].map(([tag]) => tag);
    expect(list.slice(0, 9)).toEqual([
      'v=1',
      'a=ed25519-sha256',
      'c=relaxed/relaxed',
      'd=example.com',
      's=ed25519',
      'i=ann=3Dx@sub.example.com',
      't=1694000000',
      'x=1694003600',
      'l=21',
    ]);
    expect(list.slice(9).map((tag) => tag.replace(/=.*/, ''))).toEqual(['h', 'bh', 'b']);
  });

  it('copies the signed fields into z=, none of their octets lost', async () => {
    const field = await fieldOf(
      { copiedHeaders: true },
      `Subject : a|b; c=d\r\n\t\xe4\r\n${PLAIN.replace(/Subject.*\r\n/, '')}`,
    );
    const [, z = ''] = /\bz=([^;]*);/.exec(field) ?? [];
    const copies = z.replace(/\s+/g, '').split('|');
    const decoded = copies.map((copy) =>
      copy.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
    expect(decoded).toContain('Subject: a|b; c=d\r\n\t\xe4');
    expect(decoded).toContain('From: Ann <ann@example.com>');
  });

  it.each([
    ['a second From', (message: string) => message.replace('To:', 'From: evil@example.org\r\nTo:')],
    ['a Subject where there was none', (message: string) => `Subject: x\r\n${message}`],
    ['a Reply-To where there was none', (message: string) => `Reply-To: evil@example.org\r\n${message}`],
    ['a second To', (message: string) => `To: evil@example.org\r\n${message}`],
  ])('is broken by %s', async (_, change) => {
    const message = PLAIN.replace('Subject: Lunch\r\n', '');
    const output = signed(message, await sign(message));
    expect((await verdictsOf(output))[0]).toMatchObject({ result: 'pass' });
    const at = output.indexOf('From: Ann');
    const changed = `${output.slice(0, at)}${change(output.slice(at))}`;
    expect((await verdictsOf(changed))[0]).toMatchObject({ result: 'fail', reason: 'signature-mismatch' });
  });

  it('is not broken by an added Date, Message-ID or Received', async () => {
    const message = 'From: ann@example.com\r\n\r\nx\r\n';
    const result = await sign(message);
    const output = signed(`Received: x\r\nDate: y\r\nMessage-ID: <z>\r\n${message}`, result);
    expect((await verdictsOf(output))[0]).toMatchObject({ result: 'pass' });
    expect(result.warnings).toEqual(['the message has no Date field', 'the message has no Message-ID field']);
  });
});

describe('what is warned about', () => {
  it.each([
    ['nothing', PLAIN, {}, []],
    [
      'l=',
      PLAIN,
      { bodyLength: true },
      ['with l= anyone can add to the end of the body without breaking the signature'],
    ],
    [
      'another domain',
      PLAIN.replace('ann@example.com', 'ann@example.org'),
      {},
      ['not aligned: d=example.com is neither the From domain example.org nor a parent of it'],
    ],
    ['a parent domain', PLAIN.replace('ann@example.com', 'ann@a.example.com'), {}, []],
  ])('%s', async (_, message, options, warnings) => {
    expect((await sign(message, options)).warnings).toEqual(warnings);
  });
});

describe('what is not signed', () => {
  it.each([
    ['nothing', '', 'empty-message', 'the input is empty: there is nothing to sign'],
    ['no header block', '\r\nFrom: a@b.test\r\n', 'no-from', 'the message has no From field'],
    ['no From', 'To: a@example.com\r\n\r\n', 'no-from', 'the message has no From field'],
    ['an mbox line alone', 'From a@example.com x\n\nbody', 'no-from', 'the message has no From field'],
    [
      'two From',
      'From: a@example.com\r\nfrom: b@example.com\r\n\r\n',
      'several-from',
      'the message has 2 From fields; there must be exactly one',
    ],
    [
      'a From behind a bare CR',
      'X: a\rFrom: ceo@bank.example\r\nFrom: a@example.com\r\n\r\n',
      'several-from',
      'the message hides a From field behind a bare CR or control characters: some programs would show that author',
    ],
    ['an empty From', 'From:\r\n\r\n', 'bad-from', 'the From field cannot be read: it contains no address'],
    ['a From without a domain', 'From: ann\r\n\r\n', 'bad-from', 'the From field cannot be read: an address has no @'],
    ['a From of no name', 'From: a@\xff.test\r\n\r\n', 'bad-from', 'the From field has no domain that can be read'],
    [
      'text',
      'Hello!\r\nFrom: a@example.com\r\n\r\n',
      'not-a-message',
      'the input is not a message: line 1 of its header block is not a header field',
    ],
    [
      'a line in between',
      'From: a@example.com\nX: 1\nbla\n\n',
      'not-a-message',
      'the input is not a message: line 3 of its header block is not a header field',
    ],
    [
      'too many fields',
      `From: a@example.com\n${'A: 1\n'.repeat(200_000)}`,
      'header-over-limit',
      'cannot sign: the header block has more than 200000 fields',
    ],
  ])('%s', async (_, message, code, sentence) => {
    await expect(sign(message)).rejects.toMatchObject({
      name: 'DktoolError',
      code,
      kind: 'permanent',
      message: sentence,
    });
  });

  it.each<[string, Partial<SignOptions>, Partial<ReturnType<typeof signingKey>>, string]>([
    ['d= of one label', {}, { domain: 'com' }, "'com' cannot be a signing domain (d=)"],
    [
      'd= with more behind it',
      {},
      { domain: 'example.com; x=y' },
      "'example.com; x=y' cannot be a signing domain (d=)",
    ],
    ['s= with a line end', {}, { selector: 'a\r\nX: y' }, "'a\r\nX: y' cannot be a selector (s=)"],
    [
      'i= of another domain',
      { identity: 'a@example.org' },
      {},
      "the identity 'a@example.org' (i=) is not an address within example.com",
    ],
    [
      'i= without @',
      { identity: 'example.com' },
      {},
      "the identity 'example.com' (i=) is not an address within example.com",
    ],
    [
      'i= with a line end',
      { identity: 'a\n@example.com' },
      {},
      "the identity 'a\n@example.com' (i=) is not an address within example.com",
    ],
  ])('with %s', async (_, options, key, sentence) => {
    const keys = [{ ...signingKey('ed25519'), ...key }];
    await expect(sign(PLAIN, options, keys)).rejects.toMatchObject({ code: 'bad-signature-name', message: sentence });
  });

  it('asks for keys once, and only for a message that can be signed', async () => {
    let asked = 0;
    const keysFor = () => {
      asked++;
      return [];
    };
    await expect(signMessage(latin1('X: 1\n\n'), OPTIONS, keysFor)).rejects.toThrow('no From');
    expect(asked).toBe(0);
    await signMessage(inPieces(latin1(PLAIN), 1), OPTIONS, keysFor);
    expect(asked).toBe(1);
  });

  it('whatever garbage comes, it is a DktoolError', async () => {
    const part = fc.constantFrom(
      'From:',
      'From ',
      ' a@example.com',
      '\n',
      '\r\n',
      '\r',
      ':',
      ' ',
      '\0',
      '\xff',
      ',',
      '<',
      '"',
      ';',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const error = await sign(parts.join('')).catch((reason: unknown) => reason);
        if (error instanceof Error) expect(error).toMatchObject({ name: 'DktoolError', kind: 'permanent' });
      }),
      { numRuns: 500 },
    );
  });
});

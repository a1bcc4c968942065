import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSignature } from '../../../src/lib/dkim/signature.ts';
import { MAX_SIGNED_FIELDS } from '../../../src/lib/signature/tags.ts';

const USUAL = {
  v: '1',
  a: 'rsa-sha256',
  c: 'relaxed/simple',
  d: 'example.com',
  s: 'sel',
  t: '1694000000',
  x: '1694600000',
  h: 'From:To:Subject',
  bh: 'QUJD',
  b: 'REVG',
} as const;

const text = (tags: Readonly<Record<string, string | undefined>> = {}) =>
  Object.entries({ ...USUAL, ...tags })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join('; ');

function read(tags: Readonly<Record<string, string | undefined>>) {
  const parsed = parseSignature(text(tags));
  if (!parsed.ok) throw new Error(`${parsed.refusal.reason}: ${parsed.refusal.detail}`);
  return parsed.signature;
}

const utf8 = (value: string) => Buffer.from(value, 'utf8').toString('latin1');

describe('a signature field (RFC 6376 section 3.5)', () => {
  it('is read whole', () => {
    const value = ` ${text({ i: 'ann=40b=3D@mail.example.com', l: '17', q: 'dns/txt', z: 'From:a|To:b' })}`;
    const parsed = parseSignature(value);
    if (!parsed.ok) throw new Error(parsed.refusal.detail);
    const { signature } = parsed;
    expect(signature).toMatchObject({
      domain: 'example.com',
      selector: 'sel',
      identity: 'ann@b=@mail.example.com',
      algorithm: 'rsa-sha256',
      keyType: 'rsa',
      hash: 'sha256',
      canonicalization: 'relaxed/simple',
      headerCanonicalization: 'relaxed',
      bodyCanonicalization: 'simple',
      signedHeaders: ['from', 'to', 'subject'],
      timestamp: 1_694_000_000,
      expires: 1_694_600_000,
      bodyLength: 17,
      keyName: 'sel._domainkey.example.com',
      identityDomain: 'mail.example.com',
      signingDomain: 'example.com',
    });
    expect(signature.bodyHash.toString()).toBe('ABC');
    expect(signature.signature.toString()).toBe('DEF');
    expect(value.slice(signature.signatureStart, signature.signatureEnd)).toBe('REVG');
  });

  it.each([
    [undefined, 'simple/simple'],
    ['relaxed', 'relaxed/simple'],
    ['RELAXED/Simple', 'relaxed/simple'],
    ['simple/relaxed', 'simple/relaxed'],
  ])('c=%s is %s', (c, expected) => {
    expect(read({ c }).canonicalization).toBe(expected);
  });

  it.each([
    ['i= absent', { i: undefined }, { identity: '@example.com', identityDomain: 'example.com' }],
    ['i= without a local part', { i: '@a.example.com' }, { identity: '@a.example.com' }],
    ['i= with two @', { i: 'a@b@example.com' }, { identityDomain: 'example.com' }],
    ['i= in another case', { i: 'a@EXAMPLE.com' }, { identityDomain: 'example.com' }],
    ['i= folded', { i: 'a=20\r\n b@example.com' }, { identity: 'a b@example.com' }],
    ['d= in capitals', { d: 'Example.COM' }, { domain: 'Example.COM', signingDomain: 'example.com' }],
    [
      'U-labels (RFC 8616)',
      { d: utf8('bücher.example'), s: utf8('selà') },
      { keyName: 'xn--sel-cla._domainkey.xn--bcher-kva.example' },
    ],
    ['a selector of several labels', { s: 'a.b' }, { keyName: 'a.b._domainkey.example.com' }],
    ['underscores', { d: 'a_b.example', s: '_x' }, { keyName: '_x._domainkey.a_b.example' }],
    ['no t= and no x=', { t: undefined, x: undefined }, { timestamp: undefined, expires: undefined }],
    ['a huge l=', { l: '9'.repeat(76) }, { bodyLength: 1e76 }],
    ['l=0', { l: '0' }, { bodyLength: 0 }],
    ['a= in capitals', { a: 'ED25519-SHA256' }, { keyType: 'ed25519', hash: 'sha256' }],
    ['rsa-sha1', { a: 'rsa-sha1' }, { keyType: 'rsa', hash: 'sha1' }],
    ['q= with more methods', { q: 'http/x : DNS/TXT' }, {}],
    ['blanks in h=', { h: ' From :\r\n\tTo ' }, { signedHeaders: ['from', 'to'] }],
    ['blanks in b=', { b: ' RE\r\n\tV G ' }, { signature: Buffer.from('DEF') }],
    ['unknown tags', { foo: 'bar', 'x-y': '' }, {}],
  ])('may have %s', (_, tags, expected) => {
    expect(read(tags)).toMatchObject(expected);
  });

  it.each<[string, Readonly<Record<string, string | undefined>>, string, string]>([
    ['a version', { v: '2' }, 'signature-version', 'v=2 is not 1'],
    ['a version in words', { v: 'DKIM1' }, 'signature-version', 'v=DKIM1 is not 1'],
    ...(['v', 'a', 'b', 'bh', 'd', 'h', 's'] as const).map(
      (name): [string, Record<string, undefined>, string, string] => [
        `no ${name}=`,
        { [name]: undefined },
        'tag-missing',
        `the required tag ${name}= is missing`,
      ],
    ),
    ['a time in words', { t: 'now' }, 'signature-syntax', 't=now is not a number'],
    ['a negative x=', { x: '-1' }, 'signature-syntax', 'x=-1 is not a number'],
    ['an l= with a sign', { l: '+1' }, 'signature-syntax', 'l=+1 is not a number'],
    ['an empty l=', { l: '' }, 'signature-syntax', 'l= is not a number'],
    ['a number of 77 digits', { l: '1'.repeat(77) }, 'signature-syntax', `l=${'1'.repeat(60)} has more than 76 digits`],
    ['a t= of 13 digits', { t: '1694000000000' }, 'signature-syntax', 't=1694000000000 has more than 12 digits'],
    ['an x= of 13 digits', { x: '9694000000000' }, 'signature-syntax', 'x=9694000000000 has more than 12 digits'],
    ['x= at t=', { x: USUAL.t }, 'expires-before-signed', 'x=1694000000 is not later than t=1694000000'],
    ['x= before t=', { x: '1' }, 'expires-before-signed', 'x=1 is not later than t=1694000000'],
    [
      'a hash that is unknown',
      { a: 'rsa-sha512' },
      'algorithm-unknown',
      'a=rsa-sha512 is not one of rsa-sha1, rsa-sha256, ed25519-sha256',
    ],
    [
      'a name of every object',
      { a: 'constructor' },
      'algorithm-unknown',
      'a=constructor is not one of rsa-sha1, rsa-sha256, ed25519-sha256',
    ],
    ['nofws', { c: 'nofws' }, 'canonicalization-unknown', 'c=nofws is neither simple nor relaxed'],
    [
      'three canonicalisations',
      { c: 'simple/simple/simple' },
      'canonicalization-unknown',
      'c=simple/simple/simple is neither simple nor relaxed',
    ],
    [
      'half a canonicalisation',
      { c: 'relaxed/' },
      'canonicalization-unknown',
      'c=relaxed/ is neither simple nor relaxed',
    ],
    ['an unknown query', { q: 'dns/foo' }, 'query-method-unknown', 'q=dns/foo has no dns/txt'],
    ['an empty d=', { d: '' }, 'signature-syntax', 'd= is not a domain name'],
    ['a top-level domain', { d: 'com', i: undefined }, 'signature-syntax', 'd=com is not a domain name'],
    ['a d= with a final dot', { d: 'example.com.' }, 'signature-syntax', 'd=example.com. is not a domain name'],
    ['a d= with a path', { d: 'example.com/x' }, 'signature-syntax', 'd=example.com/x is not a domain name'],
    ['a d= of broken UTF-8', { d: '\xff.example' }, 'signature-syntax', 'd=\xff.example is not a domain name'],
    ['an empty s=', { s: '' }, 'signature-syntax', 's= is not a selector'],
    ['an s= with an empty label', { s: 'a..b' }, 'signature-syntax', 's=a..b is not a selector'],
    [
      'a name too long for DNS',
      { s: `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(60) },
      'signature-syntax',
      `s=${'a'.repeat(60)} is not a selector`,
    ],
    ['an i= without @', { i: 'example.com' }, 'signature-syntax', 'i=example.com is not an identity'],
    ['an i= without a domain', { i: 'ann@' }, 'signature-syntax', 'i=ann@ is not an identity'],
    [
      'an i= of another domain',
      { i: 'a@example.net' },
      'identity-outside-domain',
      'i=a@example.net is not within d=example.com',
    ],
    ['an i= of the parent', { i: 'a@com' }, 'identity-outside-domain', 'i=a@com is not within d=example.com'],
    [
      'an i= that only ends like it',
      { i: 'a@badexample.com' },
      'identity-outside-domain',
      'i=a@badexample.com is not within d=example.com',
    ],
    ['no From in h=', { h: 'To:Subject' }, 'from-not-signed', 'h= does not include From'],
    ['an empty name in h=', { h: 'From:' }, 'signature-syntax', "h= lists '', which is not a field name"],
    ['a blank in a name', { h: 'From:A B' }, 'signature-syntax', "h= lists 'a b', which is not a field name"],
    [
      'too many names',
      { h: `From${':X'.repeat(MAX_SIGNED_FIELDS)}` },
      'too-many-signed-fields',
      'h= lists 5001 names, more than 5000',
    ],
    ['an empty b=', { b: '' }, 'signature-syntax', 'b= is not base64'],
    ['a b= that is none', { b: 'REVG!' }, 'signature-syntax', 'b= is not base64'],
    ['an empty bh=', { bh: ' ' }, 'signature-syntax', 'bh= is not base64'],
  ])('is refused for %s', (_, tags, reason, detail) => {
    expect(parseSignature(text(tags))).toMatchObject({ ok: false, refusal: { reason, detail } });
  });

  it.each([
    ['', 'it is empty'],
    ['v=1; d=a.b; d=a.b', 'tag d= appears twice'],
    ['nonsense', "'nonsense' has no '='"],
  ])('is refused where it is not a tag list: %j', (value, problem) => {
    const detail = `the DKIM-Signature is not a tag list: ${problem}`;
    expect(parseSignature(value)).toMatchObject({ ok: false, refusal: { reason: 'signature-syntax', detail } });
  });

  it('tells what could be read, also where it is refused', () => {
    expect(parseSignature(text({ q: 'x', d: 'EXAMPLE.com', i: undefined }))).toMatchObject({
      ok: false,
      facts: { domain: 'EXAMPLE.com', selector: 'sel', identity: '@EXAMPLE.com', timestamp: 1_694_000_000 },
    });
  });

  it('never throws', () => {
    const value = fc.constantFrom(
      '',
      '1',
      'a',
      '@',
      'x@example.com',
      ':',
      'from:',
      '=40',
      '\xff',
      '\0',
      '9e9',
      ' ',
      'QQ==',
    );
    const tags = fc.dictionary(
      fc.constantFrom('v', 'a', 'b', 'bh', 'c', 'd', 'h', 'i', 'l', 'q', 's', 't', 'x'),
      value,
    );
    fc.assert(
      fc.property(tags, (odd) => {
        const parsed = parseSignature(text(odd));
        if (!parsed.ok) expect(parsed.refusal.detail).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});

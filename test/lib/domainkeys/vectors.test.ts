import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bodyCanonicalizer } from '../../../src/lib/canonicalize/body.ts';
import type { DomainKeysCanonicalization } from '../../../src/lib/canonicalize/header.ts';
import type { Answer } from '../../../src/lib/dns/resolver.ts';
import { DomainKeysSigner, type DomainKeysSignedHeaders } from '../../../src/lib/domainkeys/sign.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { MessageSplitter } from '../../../src/lib/message/message-splitter.ts';
import { signMessage } from '../../../src/lib/sign-message.ts';
import type { ResultWord } from '../../../src/lib/verdict.ts';
import type { DomainKeysMessageVerdict } from '../../../src/lib/domainkeys/verdict.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';

interface SignVector {
  readonly name: string;
  readonly canon: DomainKeysCanonicalization;
  readonly headers: DomainKeysSignedHeaders;
  readonly message_b64: string;
  readonly canonical_b64: string;
  readonly sha1: string;
  readonly d: string;
  readonly h: string | null;
  readonly b: string;
}

interface VerifyVector {
  readonly name: string;
  readonly message_b64: string;
  readonly dns: Readonly<Record<string, string>>;
}

const vectors = JSON.parse(readFileSync(new URL('../../vectors/domainkeys.json', import.meta.url), 'utf8')) as {
  readonly keys: { readonly default: { readonly pem: string } };
  readonly sign: readonly SignVector[];
  readonly verify: readonly VerifyVector[];
};

describe('the 60 signing vectors', () => {
  const privateKey = createPrivateKey(vectors.keys.default.pem);

  it.each(vectors.sign.map((vector) => [`${vector.name}, ${vector.canon}, h= ${String(vector.headers)}`, vector]))(
    '%s',
    async (_, vector) => {
      const message = Buffer.from(vector.message_b64, 'base64');
      const canonical = canonicalText(message, vector);
      expect(canonical.toString('latin1')).toBe(Buffer.from(vector.canonical_b64, 'base64').toString('latin1'));
      expect(createHash('sha1').update(canonical).digest('hex')).toBe(vector.sha1);

      const signed = await signMessage(
        message,
        {
          headerCanonicalization: 'relaxed',
          bodyCanonicalization: 'relaxed',
          hashes: [],
          timestamp: 0,
          lifetime: undefined,
          identity: undefined,
          bodyLength: false,
          copiedHeaders: false,
          domainkeys: { canonicalization: vector.canon, signedHeaders: vector.headers, layout: 'dktest' },
        },
        () => [],
        ({ spelledDomain }) => ({ domain: spelledDomain, selector: 'default', privateKey }),
      );
      const list = vector.h === null ? '' : `  h=${vector.h};\n`;
      expect(signed.fields.toString('latin1').replaceAll('\r\n', '\n')).toBe(
        `DomainKey-Signature: a=rsa-sha1; q=dns; c=${vector.canon};\n  s=default; d=${vector.d};\n  b=${vector.b};\n${list}`,
      );
    },
  );
});

function canonicalText(message: Buffer, { canon, headers }: SignVector): Buffer {
  const splitter = new MessageSplitter();
  const body = splitter.write(message);
  splitter.end();
  const chunks: Buffer[] = [];
  const canonicalizer = bodyCanonicalizer(canon, (bytes) => chunks.push(Buffer.from(bytes)));
  canonicalizer.write(body);
  canonicalizer.end();
  const { text } = new DomainKeysSigner(splitter.header!, fromField(splitter.header!), {
    canonicalization: canon,
    signedHeaders: headers,
    layout: 'folded',
  });
  const canonicalBody = Buffer.concat(chunks);
  return canonicalBody.length <= 2 ? text.header : Buffer.concat([text.header, Buffer.from('\r\n'), canonicalBody]);
}

/** What each of the 50 messages is to us. Where libdomainkeys and Mail::DKIM differ, RFC 4870 decides. */
const VERDICTS: readonly (readonly [name: string, result: ResultWord, reason?: string, warnings?: string])[] = [
  ['good', 'pass'],
  ['no signature', 'none'],
  ['body altered', 'fail', 'signature-mismatch'],
  ['policy o=- body altered', 'fail', 'signature-mismatch'],
  ['a omitted', 'pass'],
  ['a=rsa-sha256', 'permerror', 'algorithm-unknown'],
  ['q omitted', 'pass'],
  ['q=dns/txt', 'permerror', 'query-method-unknown'],
  ['c=relaxed', 'permerror', 'canonicalization-unknown'],
  ['no s', 'permerror', 'tag-missing'],
  ['no d', 'permerror', 'tag-missing'],
  ['no b', 'permerror', 'tag-missing'],
  ['b folded', 'pass'],
  ['unknown single-letter tag', 'pass'],
  ['two-letter tag', 'permerror', 'signature-syntax'],
  ['duplicate tag', 'permerror', 'signature-syntax'],
  ['upper-case tag', 'permerror', 'signature-syntax'],
  ['d= sibling domain', 'permerror', 'domain-mismatch'],
  ['d= case', 'pass'],
  ['d= parent of From domain', 'pass'],
  ['Sender above signature ignored', 'pass', 'signature-valid', 'sender-not-signed'],
  ['Sender below signature decides', 'pass'],
  ['two From', 'permerror', 'sending-address-invalid'],
  ['first of two signatures is used', 'pass'],
  ['key revoked', 'permerror', 'key-revoked'],
  ['key without p', 'permerror', 'key-not-found'],
  ['no key record', 'permerror', 'key-not-found'],
  ['dns temp failure', 'temperror', 'key-unavailable'],
  ['key not base64', 'permerror', 'key-syntax'],
  ['key not a tag list', 'permerror', 'key-syntax'],
  ['key with DKIM1 tags', 'permerror', 'key-hash-not-allowed'],
  ['other key', 'fail', 'signature-mismatch', 'weak-key'],
  ['g matches', 'pass'],
  ['g empty', 'pass'],
  ['g differs', 'fail', 'granularity-mismatch'],
  ['g longer than local part', 'fail', 'granularity-mismatch'],
  ['g star', 'pass', 'signature-valid', 'granularity-wildcard'],
  ['t=y', 'pass', 'signature-valid', 'testing'],
  ['t=y body altered', 'fail', 'signature-mismatch', 'testing'],
  ['h= all', 'pass'],
  ['h= duplicate name once', 'pass'],
  ['h= lower case, folded', 'pass'],
  ['h= names reversed', 'pass'],
  ['h= and a header added below the signature', 'pass'],
  ['h= and a second To below', 'fail', 'signature-mismatch'],
  ['h= lists an absent header', 'pass'],
  ['h= without From', 'fail', 'from-not-signed'],
  ['valid signature whose h= does not list From', 'fail', 'from-not-signed'],
  ['valid signature, From listed, Subject unsigned', 'pass', 'signature-valid', 'subject-not-signed'],
  ['valid signature by d=com for joe@example.com', 'pass', 'signature-valid', 'top-level-domain'],
];

describe('the 50 verifying vectors', () => {
  it('are all here, in their order', () => {
    expect(VERDICTS.map(([name]) => name)).toEqual(vectors.verify.map(({ name }) => name));
  });

  it.each(VERDICTS)('%s: %s', async (name, result, reason, warning) => {
    const vector = vectors.verify.find((candidate) => candidate.name === name)!;
    const domainkeys = await judge(vector);
    expect(domainkeys.result).toBe(result);
    const decisive = domainkeys.signatures.find(({ isChosen }) => isChosen) ?? domainkeys.signatures[0];
    if (result !== 'none') expect(decisive?.reason).toBe(reason ?? 'signature-valid');
    if (warning !== undefined) expect(decisive?.warnings.map(({ code }) => code)).toContain(warning);
  });

  it('the signature above one that fits says why it does not', async () => {
    const { signatures } = await judge(vectors.verify.find(({ name }) => name === 'first of two signatures is used')!);
    expect(signatures.map(({ reason }) => reason)).toEqual(['domain-mismatch', 'signature-valid']);
  });

  it('a policy is read where the message is not verified, and says that this is suspicious', async () => {
    const altered = await judge(vectors.verify.find(({ name }) => name === 'policy o=- body altered')!);
    expect(altered.policy).toMatchObject({ domain: 'example.com', signs: 'all', suspicious: true, record: 'o=-' });
    expect((await judge(vectors.verify[0]!)).policy).toBeUndefined();
  });
});

async function judge(vector: VerifyVector): Promise<DomainKeysMessageVerdict> {
  const records = new Map(Object.entries(vector.dns).map(([name, text]) => [name.toLowerCase(), text]));
  const query = (name: string): Answer<'TXT'> => {
    const text = records.get(name);
    if (text === undefined) return { status: 'nxdomain' };
    if (text === 'e=temp;') return { status: 'temperror', reason: 'servfail', detail: 'SERVFAIL' };
    return { status: 'found', records: [[text]] };
  };
  const resolver = { query: query as never };
  const verdict = await verifyMessage(Buffer.from(vector.message_b64, 'base64'), { now: 0, resolver });
  return verdict.domainkeys;
}

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signSha1Digest, verifySha1Digest } from '../../../src/lib/crypto/rsa-sha1.ts';
import type { DomainKeysMessageVerdict } from '../../../src/lib/domainkeys/verdict.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { DK_KEY, DK_NAME, DK_RECORD, dkSigned, type Records, recordOf, txtResolver } from '../../support/domainkeys.ts';

const MESSAGE = 'Received: one\nReceived: two\nFrom: joe@example.com\nTo: a@b.example\nSubject: x\n\nhi\n';

async function judge(message: string, records: Records = {}, legacy = false): Promise<DomainKeysMessageVerdict> {
  const resolver = txtResolver({ [DK_NAME]: DK_RECORD, ...records });
  const verdict = await verifyMessage(Buffer.from(message, 'latin1'), { now: 0, resolver, legacy });
  return verdict.domainkeys;
}

async function reasonOf(message: string, records: Records = {}): Promise<string | undefined> {
  const { signatures } = await judge(message, records);
  return (signatures.find(({ isChosen }) => isChosen) ?? signatures[0])?.reason;
}

const swap = (text: string, from: string, to: string) => {
  if (!text.includes(from)) throw new Error(`${from} is not in the text`);
  return text.replace(from, to);
};

describe('what a signature survives', () => {
  it('mixed line ends: LF in the header, CRLF in the body', async () => {
    const signed = await dkSigned(MESSAGE);
    const [header = '', body = ''] = signed.split('\n\n');
    expect((await judge(`${header}\n\r\n${body.replaceAll('\n', '\r\n')}`)).result).toBe('pass');
  });

  it('moved fields, where h= has their order: the verdict says so', async () => {
    const signed = await dkSigned(MESSAGE, { signedHeaders: 'all' });
    const moved = swap(swap(signed, 'To: a@b.example\n', ''), 'From: joe', 'To: a@b.example\nFrom: joe');
    const { result, signatures } = await judge(moved);
    expect(result).toBe('pass');
    expect(signatures[0]).toMatchObject({ headerOrder: 'listed', signature: 'valid' });
    expect(signatures[0]!.warnings.map(({ code }) => code)).toContain('header-order');
  });

  it('moved fields without h=: nothing', async () => {
    const signed = await dkSigned(MESSAGE);
    const moved = swap(swap(signed, 'To: a@b.example\n', ''), 'From: joe', 'To: a@b.example\nFrom: joe');
    expect(await reasonOf(moved)).toBe('signature-mismatch');
  });

  it.each([
    ['an h= of more than 1,024 characters', 200],
    ['4,000 fields, all named', 4000],
  ])('%s', async (_, count) => {
    const many = Array.from({ length: count }, (__, i) => `X-Number-${i}: ${i}\n`).join('');
    const signed = await dkSigned(many + MESSAGE, { signedHeaders: 'all' });
    expect((await judge(signed)).result).toBe('pass');
  });

  it.each(['simple', 'nofws'] as const)('NUL octets, bare CRs and 8-bit text (%s)', async (canonicalization) => {
    const message = 'From: joe@example.com\r\nX: \u0000\u00ff\r\n\r\na\u0000b \r c\u00e9\r\n\r\n\r\n';
    const signed = await dkSigned(message, { canonicalization });
    expect((await judge(signed)).result).toBe('pass');
    expect(await reasonOf(swap(signed, 'a\u0000b', 'a\u0001b'))).toBe('signature-mismatch');
  });

  it('added blank lines at the end, and none at the end at all', async () => {
    const signed = await dkSigned(MESSAGE, { canonicalization: 'simple' });
    expect((await judge(`${signed}\n\n`)).result).toBe('pass');
    expect((await judge(signed.slice(0, -1))).result).toBe('pass');
  });

  it('nothing but empty lines for a body is the same as no body and no separator', async () => {
    const signed = await dkSigned('From: joe@example.com\n');
    for (const body of ['', '\n', '\r\n\r\n', ' \t\n\n']) expect((await judge(signed + body)).result).toBe('pass');
    expect(await reasonOf(`${signed}\nx`)).toBe('signature-mismatch');
  });
});

describe('whose message it is', () => {
  it('the first of several addresses counts', async () => {
    const signed = await dkSigned('From: joe@example.com, mary@other.example\n\nhi\n');
    expect((await judge(signed)).sender).toMatchObject({ domain: 'example.com', field: 'from' });
    const turned = swap(signed, 'joe@example.com, mary@other.example', 'mary@other.example, joe@example.com');
    expect(await reasonOf(turned)).toBe('domain-mismatch');
  });

  it('a Sender below the signature beats From', async () => {
    const { result, sender } = await judge(await dkSigned('Sender: s@example.com\nFrom: x@other.example\n\nhi\n'));
    expect({ result, field: sender?.field }).toEqual({ result: 'pass', field: 'sender' });
  });

  it('of the addresses of a Sender the first counts', async () => {
    const signed = await dkSigned('Sender: s@example.com, t@other.example\nFrom: x@other.example\n\nhi\n');
    expect((await judge(signed)).sender).toMatchObject({ domain: 'example.com', localPart: 's', field: 'sender' });
  });

  it('a From that hides behind a bare CR leaves nobody who can have signed it', async () => {
    const signed = await dkSigned(MESSAGE);
    expect(await reasonOf(`X: a\rFrom: eve@bank.example\n${signed}`)).toBe('sending-address-invalid');
    expect(await reasonOf(`X: a\rSubject: y\n${signed}`)).toBe('signature-valid');
  });

  it('a Sender that h= does not name does not count, and that is warned of', async () => {
    const signed = await dkSigned('From: joe@example.com\nTo: a@b.example\n\nhi\n', { signedHeaders: 'all' });
    const { result, signatures } = await judge(swap(signed, 'From: joe', 'Sender: s@list.example\nFrom: joe'));
    expect(result).toBe('pass');
    expect(signatures[0]!.warnings.map(({ code }) => code)).toContain('sender-not-signed');
  });

  it.each([
    ['no From', 'To: a@b.example\n'],
    ['a From without an address', 'From: nobody\n'],
    ['two Senders', 'From: joe@example.com\nSender: a@example.com\nSender: b@example.com\n'],
    ['a Sender without @', 'From: joe@example.com\nSender: postmaster\n'],
  ])('%s: nobody can have signed it', async (_, header) => {
    const field = (await dkSigned(MESSAGE)).split('Received')[0]!;
    expect(await reasonOf(`${field}${header}\nhi\n`)).toBe('sending-address-invalid');
  });

  it('a From above the signature is not signed', async () => {
    const signed = await dkSigned('From: joe@example.com\nSubject: x\n\nhi\n');
    const moved = `From: joe@example.com\n${swap(signed, 'From: joe@example.com\n', '')}`;
    expect(await reasonOf(moved)).toBe('from-not-signed');
  });

  it('a final dot and capitals in a domain do not matter, nor that d= is a parent', async () => {
    const signed = await dkSigned('From: joe@Mail.Example.COM.\n\nhi\n', { domain: 'example.com' });
    expect((await judge(signed)).result).toBe('pass');
  });
});

describe('several signatures', () => {
  it('the topmost that fits decides, also where it fails; those below are not looked at', async () => {
    const once = await dkSigned(MESSAGE);
    const field = once.split('Received')[0]!;
    const { result, signatures } = await judge(field.replace('d=example.com', 'd=other.example') + field + once);
    expect(result).toBe('fail');
    expect(signatures.map(({ reason }) => reason)).toEqual(['domain-mismatch', 'signature-mismatch', 'not-selected']);
    expect(signatures.map(({ isChosen }) => isChosen)).toEqual([false, true, false]);
  });

  it('beyond 32 the verdict says so', async () => {
    const once = await dkSigned(MESSAGE);
    const { signatures } = await judge('DomainKey-Signature: d=a; s=b; b=AAAA\n'.repeat(32) + once);
    expect(signatures.at(-1)!.reason).toBe('too-many-signatures');
  });

  it('5,000 of them cost no more than one look-up', async () => {
    const once = await dkSigned(MESSAGE);
    const field = once.split('Received')[0]!;
    const resolver = txtResolver({ [DK_NAME]: DK_RECORD });
    await verifyMessage(Buffer.from(field.repeat(5000) + once, 'latin1'), { now: 0, resolver });
    expect(resolver.asked.filter((question) => question.startsWith(DK_NAME))).toHaveLength(1);
  });
});

const field = (record: string | readonly string[]) => ({ [DK_NAME]: record });

describe('keys', () => {
  it.each([
    ['a record in DKIM form', `v=DKIM1; s=email; ${DK_RECORD}`, 'signature-valid'],
    ['one for sha256 alone', `v=DKIM1; h=sha256; ${DK_RECORD}`, 'key-hash-not-allowed'],
    ['one for both hashes', `h=sha1:sha256; ${DK_RECORD}`, 'signature-valid'],
    ['another type of key', DK_RECORD.replace('k=rsa', 'k=dsa'), 'key-type-mismatch'],
    ['p= that is not a key', 'p=AAAA', 'key-invalid'],
    ['a tag of two letters', `xy=1; ${DK_RECORD}`, 'key-syntax'],
    ['a value that is not an ASCII', `n=\u00e9; ${DK_RECORD}`, 'key-syntax'],
    ['an empty record', '', 'key-not-found'],
  ])('%s', async (_, record, reason) => {
    expect(await reasonOf(await dkSigned(MESSAGE), field(record))).toBe(reason);
  });

  it('g= is the local part exactly, capitals included', async () => {
    const signed = await dkSigned(MESSAGE);
    expect(await reasonOf(signed, field(`g=joe; ${DK_RECORD}`))).toBe('signature-valid');
    for (const other of ['jo', 'joey', 'Joe', 'j*']) {
      expect(await reasonOf(signed, field(`g=${other}; ${DK_RECORD}`)), other).toBe('granularity-mismatch');
    }
  });

  it('of several records the one that fits counts, with a warning', async () => {
    const { result, signatures } = await judge(await dkSigned(MESSAGE), field(['v=spf1 -all', 'p=AAAA', DK_RECORD]));
    expect(result).toBe('pass');
    expect(signatures[0]!.warnings.map(({ code }) => code)).toContain('several-key-records');
    const two = await judge(await dkSigned(MESSAGE), field(['v=spf1 -all', DK_RECORD]));
    expect(two.signatures[0]!.warnings.map(({ code }) => code)).toContain('several-key-records');
    const one = await judge(await dkSigned(MESSAGE));
    expect(one.signatures[0]!.warnings.map(({ code }) => code)).not.toContain('several-key-records');
  });

  it.each(['y', 'y:s', 's:y'])('t=%s says that the domain is testing', async (flags) => {
    const { signatures } = await judge(await dkSigned(MESSAGE), field(`t=${flags}; ${DK_RECORD}`));
    expect(signatures[0]).toMatchObject({ result: 'pass', testing: true });
  });

  it('a short key is refused by policy, but not from an archive, and only where it fits', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
    const signed = await dkSigned(MESSAGE, { privateKey });
    const records = field(recordOf(privateKey));
    expect(await reasonOf(signed, records)).toBe('weak-key');
    expect((await judge(signed, records, true)).result).toBe('pass');
    expect(await reasonOf(swap(signed, '\nhi', '\nho'), records)).toBe('signature-mismatch');
  });

  it('the 384 bits of old dknewkey still verify', () => {
    // Made by hand: OpenSSL makes none that short any more.
    const privateKey = createPrivateKey({ key: Buffer.from(RSA384, 'base64'), format: 'der', type: 'pkcs1' });
    const digest = createHash('sha1').update('text').digest();
    const signature = signSha1Digest(digest, privateKey);
    expect(signature).toHaveLength(48);
    expect(verifySha1Digest(digest, createPublicKey(privateKey), signature)).toBe(true);
  });

  it('a signature with octets before or behind it fits nothing', () => {
    const digest = createHash('sha1').update('text').digest();
    const signature = signSha1Digest(digest, DK_KEY);
    const key = createPublicKey(DK_KEY);
    expect(verifySha1Digest(digest, key, signature)).toBe(true);
    const zero = Buffer.from([0]);
    for (const odd of [Buffer.concat([zero, signature]), Buffer.concat([signature, zero]), zero, Buffer.alloc(128)]) {
      expect(verifySha1Digest(digest, key, odd)).toBe(false);
    }
  });
});

describe('the policy of the sending domain', () => {
  it('is asked for where the mail is not verified, also where it is unsigned', async () => {
    const policy = { '_domainkey.example.com': 't=y; o=-; r=dk@example.com; n=notes' };
    const expected = { status: 'found', signs: 'all', testing: true, suspicious: false, reportTo: 'dk@example.com' };
    expect((await judge(MESSAGE, policy)).policy).toMatchObject(expected);
    expect((await judge(swap(await dkSigned(MESSAGE), '\nhi', '\nho'), policy)).policy).toMatchObject(expected);
  });

  it('is not asked for where it is verified, or where a DKIM signature decides alone', async () => {
    const resolver = txtResolver({ [DK_NAME]: DK_RECORD });
    for (const message of [await dkSigned(MESSAGE), `DKIM-Signature: v=1; a=x\n${MESSAGE}`]) {
      await verifyMessage(Buffer.from(message, 'latin1'), { now: 0, resolver });
    }
    expect(resolver.asked).toEqual([`${DK_NAME} TXT`]);
  });

  it('of a message for which nobody stands is not asked for', async () => {
    expect((await judge('To: a@b.example\n\nhi\n')).policy).toBeUndefined();
  });

  it('cannot take back the testing flag of the key', async () => {
    const records = { [DK_NAME]: `t=y; ${DK_RECORD}`, '_domainkey.example.com': 'o=-' };
    const { policy } = await judge(swap(await dkSigned(MESSAGE), '\nhi', '\nho'), records);
    expect(policy).toMatchObject({ signs: 'all', testing: true, suspicious: false });
  });

  it.each([
    ['no record', {}, 'none', 'some'],
    ['no answer', { '_domainkey.example.com': 'SERVFAIL' }, 'unavailable', 'some'],
    ["a wildcard's SPF text", { '_domainkey.example.com': 'v=spf1 -all' }, 'malformed', 'some'],
    ['a value of the drafts', { '_domainkey.example.com': 'o=!' }, 'found', 'unknown'],
    ['several, one of them a policy', { '_domainkey.example.com': ['v=spf1 -all', 'o=-'] }, 'found', 'all'],
  ] as const)('%s', async (_, records, status, signs) => {
    expect((await judge(MESSAGE, records)).policy).toMatchObject({ status, signs });
  });
});

const RSA384 =
  'MIHzAgEAAjEA4lqnYpRF10ysjzVSjXrywcNjZ9QnIOHd9r6ohlFXEU2szlqrwiZPQkrlxrg2Gdr9AgMBAAECMQCJmrTBQARJ' +
  'Q4pvsOnTqpejZYWr3BRBcCzb7dlDLjAiNwHJ13j9vXYTWCzRnK5it/0CGQD56Ps8D0/VD/kTi0GoyT1OkhTd1bh1h6MCGQDn' +
  '3rkMcp9juZ5do1/28gjeGS9uSD0/vN8CGQCqazEf5MUo4wqUREtTIWAYO0/Vcs+l/gcCGApzhY/EEt8h3LuHw6mT20Z3iCXG' +
  'Z8xZrQIYS4+5mY7lDB7F30CLrpQpVm7UNR7HRNlF';

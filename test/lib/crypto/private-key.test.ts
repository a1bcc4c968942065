import { createPrivateKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DER_TAG, writeDer } from '../../../src/lib/crypto/der.ts';
import { importPublicKey } from '../../../src/lib/crypto/public-key.ts';
import { type PrivateKey, readPrivateKey } from '../../../src/lib/crypto/private-key.ts';
import { DktoolError } from '../../../src/lib/errors.ts';
import { RFC6376_RSA, RFC6376_RSA_PUBLIC, RFC8463_PUBLIC, RFC8463_SEED } from '../../support/keys.ts';

const PASSPHRASE = 'open sesame';
const pkcs1 = Buffer.from(RFC6376_RSA, 'base64');
const rsa = createPrivateKey({ key: pkcs1, format: 'der', type: 'pkcs1' });
const seed = Buffer.from(RFC8463_SEED, 'base64');
const pair = Buffer.concat([seed, Buffer.from(RFC8463_PUBLIC, 'base64')]);
const ed25519Der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
const ed25519 = createPrivateKey({ key: ed25519Der, format: 'der', type: 'pkcs8' });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;

const encryption = { cipher: 'aes-256-cbc', passphrase: PASSPHRASE } as const;
const pkcs8Pem = (key: KeyObject, more: object = {}) =>
  Buffer.from(key.export({ type: 'pkcs8', format: 'pem', ...more }));
const pkcs8Der = (key: KeyObject, more: object = {}) => key.export({ type: 'pkcs8', format: 'der', ...more });
const base64 = (octets: Buffer) => Buffer.from(`${octets.toString('base64')}\n`);

const CUT_RSA_PEM = (end: string, left: string) =>
  `the key is truncated: the line '-----END ${end}-----' is missing; ${left}`;
const WHOLE_TO = 'left: version, modulus (1024 bits), publicExponent, privateExponent';
const WRONG_PASSPHRASE = 'the key cannot be decrypted with this passphrase';
const EC = 'the key contains an EC key, which no mail signature uses';
const PUBLIC = 'the key contains a public key, not a private key';

interface Shape {
  readonly name: string;
  readonly type: 'rsa' | 'ed25519';
  readonly right: Buffer;
  /** Octets that are left of it, and what is then said. */
  readonly cut: readonly [number, string];
  /** A key of the same shape that is none for DKIM, or of the other half. */
  readonly wrong: readonly [Buffer, string];
  readonly isText: boolean;
  readonly isEncrypted?: boolean;
  /** What an octet too many at the end does to it, where that does not go unnoticed. */
  readonly trailing?: string;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'PKCS#1 PEM',
    type: 'rsa',
    right: Buffer.from(rsa.export({ type: 'pkcs1', format: 'pem' })),
    cut: [
      450,
      CUT_RSA_PEM('RSA PRIVATE KEY', `${WHOLE_TO}; cut: prime1; missing: prime2, exponent1, exponent2, coefficient`),
    ],
    wrong: [Buffer.from(ec.export({ type: 'sec1', format: 'pem' })), EC],
    isText: true,
  },
  {
    name: 'PKCS#8 PEM',
    type: 'rsa',
    right: pkcs8Pem(rsa),
    cut: [
      300,
      CUT_RSA_PEM(
        'PRIVATE KEY',
        'left: version, modulus (1024 bits), publicExponent; cut: privateExponent; missing: prime1, prime2, exponent1, exponent2, coefficient',
      ),
    ],
    wrong: [pkcs8Pem(ec), EC],
    isText: true,
  },
  {
    name: 'encrypted PEM with Proc-Type',
    type: 'rsa',
    right: Buffer.from(rsa.export({ type: 'pkcs1', format: 'pem', ...encryption })),
    cut: [450, "the key is truncated: the line '-----END RSA PRIVATE KEY-----' is missing"],
    wrong: [Buffer.from(ec.export({ type: 'sec1', format: 'pem', ...encryption })), EC],
    isText: true,
    isEncrypted: true,
  },
  {
    name: 'encrypted PKCS#8 PEM',
    type: 'rsa',
    right: pkcs8Pem(rsa, encryption),
    cut: [450, "the key is truncated: the line '-----END ENCRYPTED PRIVATE KEY-----' is missing"],
    wrong: [pkcs8Pem(ec, encryption), EC],
    isText: true,
    isEncrypted: true,
  },
  {
    name: 'encrypted Ed25519 PKCS#8 PEM',
    type: 'ed25519',
    right: pkcs8Pem(ed25519, encryption),
    cut: [100, "the key is truncated: the line '-----END ENCRYPTED PRIVATE KEY-----' is missing"],
    wrong: [
      pkcs8Pem(generateKeyPairSync('x25519').privateKey, encryption),
      'the key contains an X25519 key, which no mail signature uses',
    ],
    isText: true,
    isEncrypted: true,
  },
  {
    name: 'Ed25519 PEM',
    type: 'ed25519',
    right: pkcs8Pem(ed25519),
    cut: [70, "the key is truncated: the line '-----END PRIVATE KEY-----' is missing"],
    wrong: [
      pkcs8Pem(generateKeyPairSync('ed448').privateKey),
      'the key contains an Ed448 key, which no mail signature uses',
    ],
    isText: true,
  },
  {
    name: 'Ed25519 seed in base64',
    type: 'ed25519',
    right: base64(seed),
    cut: [30, 'the key is truncated or not a key: its base64 has 22 octets, an Ed25519 key 32 or 64'],
    wrong: [
      Buffer.from(`v=DKIM1; k=ed25519; p=${RFC8463_PUBLIC}\n`),
      'the key contains a DNS record with a public key, not a private key',
    ],
    isText: true,
  },
  {
    name: 'Ed25519 pair in base64',
    type: 'ed25519',
    right: base64(pair),
    cut: [60, 'the key is truncated or not a key: its base64 has 45 octets, an Ed25519 key 32 or 64'],
    wrong: [
      base64(Buffer.concat([seed, seed])),
      'the key is damaged: its public half does not belong to its private half',
    ],
    isText: true,
  },
  {
    name: 'PKCS#1 DER',
    type: 'rsa',
    right: pkcs1,
    cut: [
      400,
      `the key is damaged: the DER is truncated: it announces 611 octets but has 400; ${WHOLE_TO}, prime1; cut: prime2; missing: exponent1, exponent2, coefficient`,
    ],
    wrong: [ec.export({ type: 'sec1', format: 'der' }), EC],
    isText: false,
    trailing: 'the key is damaged: 5 octets follow the end of the DER',
  },
  {
    name: 'PKCS#8 DER',
    type: 'rsa',
    right: pkcs8Der(rsa),
    cut: [
      100,
      'the key is damaged: the DER is truncated: it announces 637 octets but has 100; left: version; cut: modulus; missing: publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient',
    ],
    wrong: [Buffer.from(RFC6376_RSA_PUBLIC, 'base64'), PUBLIC],
    isText: false,
    trailing: 'the key is damaged: 5 octets follow the end of the DER',
  },
  {
    name: 'encrypted PKCS#8 DER',
    type: 'rsa',
    right: pkcs8Der(rsa, encryption),
    cut: [
      600,
      `the key is damaged: the DER is truncated: it announces ${pkcs8Der(rsa, encryption).length} octets but has 600`,
    ],
    wrong: [pkcs8Der(ec, encryption), EC],
    isText: false,
    isEncrypted: true,
    trailing: 'the key is damaged: 5 octets follow the end of the DER',
  },
  {
    name: 'Ed25519 DER',
    type: 'ed25519',
    right: ed25519Der,
    cut: [40, 'the key is damaged: the DER is truncated: it announces 48 octets but has 40'],
    wrong: [
      pkcs8Der(generateKeyPairSync('x448').privateKey),
      'the key contains an X448 key, which no mail signature uses',
    ],
    isText: false,
    trailing: 'the key is damaged: 5 octets follow the end of the DER',
  },
  {
    name: 'PKCS#1 DER in base64',
    type: 'rsa',
    right: base64(pkcs1),
    cut: [
      400,
      `the key is damaged: the DER is truncated: it announces 611 octets but has 300; ${WHOLE_TO}; cut: prime1; missing: prime2, exponent1, exponent2, coefficient`,
    ],
    wrong: [Buffer.from(RFC6376_RSA_PUBLIC), PUBLIC],
    isText: true,
    trailing: 'the key contains no key',
  },
];

const oid = (hex: string) => writeDer(DER_TAG.oid, Buffer.from(hex, 'hex'));
const sequence = (...parts: Buffer[]) => writeDer(DER_TAG.sequence, ...parts);

const ask = async () => Buffer.from(PASSPHRASE);
const read = (bytes: Buffer, passphrase: string | undefined = PASSPHRASE) =>
  readPrivateKey(bytes, { passphrase: async () => (passphrase === '' ? undefined : Buffer.from(passphrase)) });

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DktoolError);
  expect((error as DktoolError).kind).toBe('temporary');
  return (error as DktoolError).message;
}

/** It signs, and what it would publish verifies. */
function expectWorking(key: PrivateKey, type: string): void {
  expect(key.type).toBe(type);
  const [hash, data] = [type === 'rsa' ? 'sha256' : null, Buffer.from('mail')];
  const published = importPublicKey(key.type, key.publicKeyBytes);
  expect(published.ok && verify(hash, data, published.key, sign(hash, data, key.key))).toBe(true);
  const expected = type === 'rsa' ? RFC6376_RSA_PUBLIC : RFC8463_PUBLIC;
  expect(key.publicKeyBytes.toString('base64')).toBe(expected);
  expect(key.bits).toBe(type === 'rsa' ? 1024 : 256);
}

describe.each(SHAPES)('$name', ({ type, right, cut, wrong, isText, trailing }) => {
  it('is read', async () => expectWorking(await read(right), type));

  it('truncated is refused with what is missing', async () => {
    const [length, sentence] = cut;
    expect(await refusal(read(right.subarray(0, length)))).toBe(sentence);
  });

  it('holding something else says what', async () => {
    const [other, sentence] = wrong;
    expect(await refusal(read(other))).toBe(sentence);
  });

  it('with a line end behind it is read', async () =>
    expectWorking(await read(Buffer.concat([right, Buffer.from('\n')])), type));

  it('with text behind it is read or refused in words', async () => {
    const bytes = Buffer.concat([right, Buffer.from(isText ? '\nSome text, put here by somebody.\n' : '\nxyz\n')]);
    if (trailing === undefined) expectWorking(await read(bytes), type);
    else expect(await refusal(read(bytes))).toBe(trailing);
  });
});

describe.each(SHAPES.filter((shape) => shape.isText))('$name', ({ type, right }) => {
  it('with CRLF and blanks around its lines is read', async () => {
    const text = `\r\n${right.toString('latin1').replaceAll('\n', ' \t\r\n')}\r\n \r\n`;
    expectWorking(await read(Buffer.from(text, 'latin1')), type);
  });
});

describe.each(SHAPES.filter((shape) => shape.isEncrypted))('$name', ({ right }) => {
  it('with a wrong passphrase is refused', async () => {
    expect(await refusal(read(right, 'open barley'))).toBe(WRONG_PASSPHRASE);
    expect(await refusal(read(right, 'x'.repeat(2000)))).toBe(WRONG_PASSPHRASE);
  });

  it('without a passphrase is refused', async () => {
    expect(await refusal(readPrivateKey(right))).toBe('the key is encrypted and no passphrase was given');
    expect(await refusal(read(right, ''))).toBe('the key is encrypted and no passphrase was given');
  });
});

describe.each(SHAPES.filter((shape) => !shape.isEncrypted))('$name', ({ right }) => {
  it('never asks for a passphrase', async () => {
    await readPrivateKey(right, { passphrase: () => Promise.reject(new Error('asked')) });
  });
});

describe('a private key', () => {
  it('may have text before it, as openssl rsa -text writes', async () => {
    const text = `Private-Key: (1024 bit)\nmodulus:\n    00:f0:21\nwriting RSA key\n${pkcs8Pem(rsa).toString()}`;
    expectWorking(await read(Buffer.from(text)), 'rsa');
  });

  it('may stand beside its certificate and its parameters', async () => {
    const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expectWorking(await read(Buffer.from(certificate + pkcs8Pem(rsa).toString())), 'rsa');
  });

  it('may lack the padding of its base64', async () => {
    expectWorking(await read(Buffer.from(RFC8463_SEED.replace('=', ''))), 'ed25519');
  });

  it('may carry its public key along (RFC 5958), if that is the right one', async () => {
    const withPublic = (octets: Buffer) =>
      Buffer.concat([
        Buffer.from('3051020101300506032b657004220420', 'hex'),
        seed,
        Buffer.from('812100', 'hex'),
        octets,
      ]);
    expectWorking(await read(withPublic(pair.subarray(32))), 'ed25519');
    expect(await refusal(read(withPublic(seed)))).toBe(
      'the key is damaged: its public half does not belong to its private half',
    );
  });

  it.each([
    ['', 'the key is empty'],
    [' \r\n\n', 'the key is empty'],
    ['hello\n', 'the key contains no key'],
    ['From: a@example.com\n\nbody\n', 'the key contains no key'],
    ['\xff\xfe-\0-\0', 'the key is UTF-16 text, which no program reads as a key'],
    [
      'MIICXQIBAAKB\n-----END RSA PRIVATE KEY-----\n',
      "the key is truncated: a whole '-----BEGIN ...-----' line is missing",
    ],
    [
      '-----BEGIN PRIVATE KEY----- MC4CAQAwBQYDK2VwBCIEIA== -----END PRIVATE KEY-----',
      "the key is damaged: the '-----BEGIN' of a PEM file is not on a line of its own",
    ],
    [
      '-----BEGIN PRIVATE KEY-----\nMC4C\nAQ_w\n-----END PRIVATE KEY-----\n',
      'the key is damaged: line 3 is not base64',
    ],
    [
      '-----BEGIN PRIVATE KEY-----\nMC4C\nAQ\n-----END PRIVATE KEY-----\n',
      'the key is truncated: its base64 is incomplete',
    ],
    [
      '-----BEGIN PUBLIC KEY-----\nMC4C\n-----END PUBLIC KEY-----\n',
      'the key contains a public key, not a private key',
    ],
    [
      '-----BEGIN CERTIFICATE-----\nMC4C\n-----END CERTIFICATE-----\n',
      'the key contains a certificate, not a private key',
    ],
    [
      '-----BEGIN DH PARAMETERS-----\nMC4C\n-----END DH PARAMETERS-----\n',
      "the key contains 'DH PARAMETERS', not a private key",
    ],
    [
      '-----BEGIN OPENSSH PRIVATE KEY-----\nMC4C\n-----END OPENSSH PRIVATE KEY-----\n',
      'the key contains a key in OpenSSH format, which no mail signature uses',
    ],
    ['\x30\x00', 'the key contains DER that is not a key'],
    ['\x30\x80\x00\x00', 'the key is damaged: the DER has a length in a forbidden form'],
  ])('%j: %s', async (text, sentence) => {
    expect(await refusal(read(Buffer.from(text, 'latin1')))).toBe(sentence);
  });

  it('must be alone in its file', async () => {
    const two = Buffer.concat([pkcs8Pem(rsa), pkcs8Pem(ed25519)]);
    expect(await refusal(read(two))).toBe(
      'the key contains more than one private key, and it is unclear which one is meant',
    );
  });

  it('is not guessed out of a PEM body whose BEGIN line is gone', async () => {
    // its last line alone has the length of a seed
    const body = `${'A'.repeat(64)}\n${RFC8463_SEED}\n`;
    expect(await refusal(read(Buffer.from(`comment: x\n${body}`)))).toBe('the key contains no key');
  });

  it('with any octet of its numbers changed is refused: a wrong signature would betray it', async () => {
    for (let at = 30; at < pkcs1.length; at += 41) {
      const changed = Buffer.from(pkcs1);
      changed[at]! ^= 0x10;
      expect(await refusal(read(changed))).toMatch(/^the key (?:is damaged: |contains )/);
    }
  });

  it.each([
    ['PBKDF2', writeDer(DER_TAG.octetString, seed), writeDer(DER_TAG.integer, Buffer.from('7fffffff', 'hex'))],
    [
      'scrypt',
      writeDer(DER_TAG.octetString, seed),
      ...['4000', '08', '2000'].map((number) => writeDer(DER_TAG.integer, Buffer.from(number, 'hex'))),
    ],
  ])('encrypted with endless %s is refused at once', async (name, ...parameters) => {
    const derivation = sequence(
      oid(name === 'scrypt' ? '2b06010401da470b' : '2a864886f70d01050c'),
      sequence(...parameters),
    );
    const cipher = sequence(oid('60864801650304012a'), writeDer(DER_TAG.octetString, seed.subarray(0, 16)));
    const algorithm = sequence(oid('2a864886f70d01050d'), sequence(derivation, cipher));
    const endless = sequence(algorithm, writeDer(DER_TAG.octetString, seed));
    expect(await refusal(read(endless))).toBe('the key uses too many rounds of key derivation');
  });

  it('is never quoted in a message', async () => {
    const pem = pkcs8Pem(rsa).toString();
    for (let length = 40; length < pem.length - 2; length += 97) {
      const message = await refusal(read(Buffer.from(pem.slice(0, length))));
      for (let at = 0; at + 12 < RFC6376_RSA.length; at += 12)
        expect(message).not.toContain(RFC6376_RSA.slice(at, at + 12));
    }
  });

  it('is called by the name that the caller gives it', async () => {
    const message = await refusal(readPrivateKey(Buffer.alloc(0), { name: 'key file 2026a', passphrase: ask }));
    expect(message).toBe('key file 2026a is empty');
  });
});

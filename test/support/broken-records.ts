/** One broken publication for every finding about a published key. What dns-record prints, put in its place, fixes each. */
import type { ExpectedKey, KeyFindingCode } from '../../src/lib/keys/published/finding.ts';
import { createPublicKey } from 'node:crypto';
import { readPublicKey } from '../../src/lib/crypto/public-key-file.ts';
import { formatTxtRecord } from '../../src/lib/dns/txt-formats/format.ts';
import { DOMAIN, type KeyName, keyPath, keyRecord, privateKey, publicKeyText } from './vectors.ts';

/** The owner of the record that is looked for. */
export const NAME = `s1._domainkey.${DOMAIN}`;

export interface BrokenRecord {
  readonly code: KeyFindingCode;
  readonly severity: 'error' | 'warning' | 'temporary';
  /** The case in words. */
  readonly what: string;
  /** The key that is signed with; rsa2048 where absent. */
  readonly key?: KeyName;
  /** By name and type; see {@link zoneFile}. */
  readonly zone: Readonly<Record<string, object>>;
  /** What the finding says, in any of its parts. */
  readonly says: string;
  /** The remedy takes these names away. */
  readonly away?: readonly string[];
  /** The remedy is a new key of this name. */
  readonly newKey?: KeyName;
  /** The finding goes with these. */
  readonly beside?: readonly KeyFindingCode[];
}

export function expectedKey(name: KeyName): ExpectedKey {
  const pem = createPublicKey(privateKey(name)).export({ format: 'pem', type: 'spki' });
  return { selector: 's1', domain: DOMAIN, keyFile: keyPath(name), ...readPublicKey(Buffer.from(pem)) };
}

const P = publicKeyText('rsa2048');
const RIGHT = keyRecord('rsa2048');
const ed25519Spki = createPublicKey(privateKey('ed25519')).export({ format: 'der', type: 'spki' }).toString('base64');
const pkcs1 = createPublicKey(privateKey('rsa2048')).export({ format: 'der', type: 'pkcs1' }).toString('base64');
const secret = privateKey('rsa1024').export({ format: 'der', type: 'pkcs8' }).toString('base64');

const at = (...texts: readonly string[]) => ({ [NAME]: { TXT: texts } });
const record = (p: string) => at(`v=DKIM1; k=rsa; p=${p}`);

export const BROKEN_RECORDS: readonly BrokenRecord[] = [
  {
    code: 'dns-no-answer',
    severity: 'temporary',
    what: 'SERVFAIL',
    zone: { [NAME]: { TXT: 'SERVFAIL' } },
    says: 'try again',
  },
  {
    code: 'alias-loop',
    severity: 'error',
    what: 'a CNAME loop at the selector',
    zone: { [NAME]: { CNAME: ['a.example.net'] }, 'a.example.net': { CNAME: [NAME] } },
    says: `lead back to ${NAME}`,
  },
  {
    code: 'alias-dangling',
    severity: 'error',
    what: 'a CNAME to nothing',
    zone: { [NAME]: { CNAME: ['s1.esp.example'] } },
    says: 'an alias of s1.esp.example, which does not exist',
  },
  {
    code: 'key-name-missing',
    severity: 'error',
    what: 'NXDOMAIN',
    zone: { [DOMAIN]: { A: ['192.0.2.1'] } },
    says: 'NXDOMAIN',
  },
  {
    code: 'key-record-missing',
    severity: 'error',
    what: 'NODATA',
    zone: { [NAME]: { A: ['192.0.2.1'] } },
    says: 'NODATA',
  },
  {
    code: 'key-name-wrong',
    severity: 'error',
    what: 'the domain twice',
    zone: { [`${NAME}.${DOMAIN}`]: { TXT: [RIGHT] } },
    says: `there is a key record at ${NAME}.${DOMAIN}`,
    away: [`${NAME}.${DOMAIN}`],
  },
  {
    code: 'wildcard-record',
    severity: 'error',
    what: "a wildcard's SPF record",
    zone: { [`*.${DOMAIN}`]: { TXT: ['v=spf1 -all'] } },
    says: 'v=spf1 -all',
  },
  {
    code: 'wildcard-record',
    severity: 'warning',
    what: 'a wildcard with the key',
    zone: { [`*._domainkey.${DOMAIN}`]: { TXT: [RIGHT] } },
    says: 'keys below it cannot be revoked',
    away: [`*._domainkey.${DOMAIN}`],
  },
  {
    code: 'no-key-record',
    severity: 'error',
    what: 'something else',
    zone: at('google-site-verification=1234'),
    says: 'google-site-verification=1234',
  },
  {
    code: 'several-records',
    severity: 'error',
    what: 'the old record beside the new one',
    zone: at(RIGHT, keyRecord('rsa1024')),
    says: '2 TXT records are there, 2 of them key records',
  },
  {
    code: 'several-records',
    severity: 'error',
    what: '20 records',
    zone: at(RIGHT, ...Array.from({ length: 19 }, (_, i) => `v=DKIM1; n=${i}; p=`)),
    says: '20 TXT records are there, 20 of them key records',
  },
  {
    code: 'several-records',
    severity: 'warning',
    what: 'a note beside the key',
    zone: at('made by hand', RIGHT),
    says: 'one of them a key record',
  },
  {
    code: 'split-over-records',
    severity: 'error',
    what: 'each string a record',
    zone: at(P.slice(200), `v=DKIM1; k=rsa; p=${P.slice(0, 200)}`),
    says: 'entered in parts, as 2 TXT records',
  },
  {
    code: 'quotes-in-record',
    severity: 'error',
    what: 'a BIND line in a panel',
    zone: at(`"v=DKIM1; k=rsa; p=${P.slice(0, 100)}" "${P.slice(100)}"`),
    says: 'first at offset 0',
  },
  {
    code: 'quotes-in-record',
    severity: 'error',
    what: 'what opendkim-genkey writes, whole',
    zone: at(`s1._domainkey IN TXT ( "v=DKIM1; k=rsa; " "p=${P}" ) ; ----- DKIM key`),
    says: '--format raw',
  },
  {
    code: 'quotes-in-record',
    severity: 'error',
    what: 'a quote inside p=',
    zone: record(`${P.slice(0, 100)}" "${P.slice(100)}`),
    says: `first at offset ${'v=DKIM1; k=rsa; p='.length + 100}`,
  },
  {
    code: 'backslashes-in-record',
    severity: 'error',
    what: 'escaped semicolons',
    zone: at(RIGHT.replaceAll(';', '\\;')),
    says: 'backslashes in the record, first at offset 7',
  },
  {
    code: 'record-syntax',
    severity: 'error',
    what: 'k= twice',
    zone: at(`v=DKIM1; k=rsa; k=rsa; p=${P}`),
    says: 'from offset 15 on: tag k= appears twice',
  },
  { code: 'record-syntax', severity: 'error', what: 'no p=', zone: at('v=DKIM1; k=rsa'), says: 'it has no p= tag' },
  { code: 'record-syntax', severity: 'error', what: 'P=', zone: at(`v=DKIM1; P=${P}`), says: 'P= is another tag' },
  { code: 'version-wrong', severity: 'error', what: 'v=dkim1', zone: at(`v=dkim1; p=${P}`), says: 'v=dkim1 is not' },
  {
    code: 'version-wrong',
    severity: 'error',
    what: 'v= at the end',
    zone: at(`p=${P}; v=DKIM1`),
    says: 'must be the first',
  },
  {
    code: 'version-missing',
    severity: 'warning',
    what: 'no v=',
    zone: at(`k=rsa; p=${P}`),
    says: 'v=DKIM1 is missing',
  },
  {
    code: 'key-type-wrong',
    severity: 'error',
    what: 'k=ed25519 of an RSA key',
    zone: at(`v=DKIM1; k=ed25519; p=${P}`),
    says: 'the record says k=ed25519',
  },
  {
    code: 'key-type-wrong',
    severity: 'error',
    what: 'no k= of an Ed25519 key',
    key: 'ed25519',
    zone: at(`v=DKIM1; p=${publicKeyText('ed25519')}`),
    says: 'or has no k=',
  },
  {
    code: 'hash-not-sha256',
    severity: 'error',
    what: 'h=sha1',
    zone: at(keyRecord('rsa2048', 'h=sha1; ')),
    says: 'h=sha1 leaves out sha256',
  },
  {
    code: 'service-not-email',
    severity: 'error',
    what: 's=tlsrpt',
    zone: at(keyRecord('rsa2048', 's=tlsrpt; ')),
    says: 's=tlsrpt leaves out email',
  },
  { code: 'testing', severity: 'warning', what: 't=y', zone: at(keyRecord('rsa2048', 't=y:s; ')), says: 't=y is set' },
  { code: 'key-revoked', severity: 'error', what: 'an empty p=', zone: record(''), says: 'p= is empty' },
  {
    code: 'key-differs',
    severity: 'error',
    what: 'a key of another type',
    zone: at(`v=DKIM1; k=ed25519; p=${publicKeyText('ed25519')}`),
    says: 'another key is published, Ed25519',
  },
  {
    code: 'plus-lost',
    severity: 'error',
    what: 'a web form that made blanks of +',
    zone: record(P.replaceAll('+', ' ')),
    says: 'p= contains spaces in place of +',
  },
  {
    code: 'key-name-missing',
    severity: 'error',
    what: 'a wildcard that revokes every other key',
    zone: { [`*._domainkey.${DOMAIN}`]: { TXT: ['v=DKIM1; p='] } },
    says: 'a wildcard answers for every name at this level, with a key that is revoked',
  },
  {
    code: 'wildcard-record',
    severity: 'error',
    what: 'a wildcard with another key',
    zone: { [`*._domainkey.${DOMAIN}`]: { TXT: [keyRecord('rsa4096')] } },
    says: 'a wildcard answers for every name at this level',
    away: [`*._domainkey.${DOMAIN}`],
  },
  {
    code: 'wildcard-record',
    severity: 'error',
    what: 'a wildcard CNAME',
    zone: { [`*.${DOMAIN}`]: { CNAME: ['web.example.net'] }, 'web.example.net': { A: ['192.0.2.9'] } },
    says: 'a wildcard CNAME answers for every name at this level: it leads to web.example.net, which has no TXT record',
  },
  {
    code: 'space-in-key',
    severity: 'warning',
    what: 'blanks in p=',
    zone: record(`${P.slice(0, 64)} ${P.slice(64)}`),
    says: 'first at offset 64 of p=',
  },
  {
    code: 'key-not-base64',
    severity: 'error',
    what: 'a PEM file as it stands',
    zone: record(`-----BEGIN PUBLIC KEY-----${P}-----END PUBLIC KEY-----`),
    says: 'the first and last line of a PEM file',
  },
  {
    code: 'key-not-base64',
    severity: 'error',
    what: 'base64url',
    zone: record(P.replaceAll('+', '-').replaceAll('/', '_')),
    says: 'it is base64url',
  },
  {
    code: 'key-not-base64',
    severity: 'error',
    what: 'an octet over 127',
    zone: record(`${P.slice(0, 70)}\u00a0${P.slice(70)}`),
    says: 'at offset 70',
  },
  {
    code: 'key-cut',
    severity: 'error',
    what: 'cut at 255',
    zone: at(RIGHT.slice(0, 255)),
    says: 'the record stops at 255 octets: only its first character-string was kept',
  },
  {
    code: 'key-cut',
    severity: 'error',
    what: 'cut in the modulus',
    zone: record(P.slice(0, 300)),
    says: '192 of the 256 octets of its modulus are left, none of its exponent',
  },
  {
    code: 'key-cut',
    severity: 'error',
    what: 'without its padding',
    key: 'ed25519',
    zone: at(keyRecord('ed25519').replace(/=$/, '')),
    says: 'the = at its end is missing',
  },
  {
    code: 'key-damaged',
    severity: 'error',
    what: 'a piece is missing',
    zone: record(P.slice(0, 100) + P.slice(104)),
    says: 'the first difference is at offset 100 of p=',
  },
  {
    code: 'key-damaged',
    severity: 'error',
    what: 'the beginning of another key',
    zone: record(publicKeyText('rsa4096').slice(0, 400)),
    says: '267 octets of its modulus are left, none of its exponent',
  },
  { code: 'key-is-pkcs1', severity: 'warning', what: 'PKCS#1', zone: record(pkcs1), says: 'some verifiers accept it' },
  {
    code: 'key-is-spki',
    severity: 'error',
    what: 'Ed25519 as SubjectPublicKeyInfo',
    key: 'ed25519',
    zone: at(`v=DKIM1; k=ed25519; p=${ed25519Spki}`),
    says: 'verifiers expect only its 32 octets',
  },
  {
    code: 'private-key-published',
    severity: 'error',
    what: 'a private key',
    zone: record(secret),
    says: 'anyone who reads it can sign as you',
    newKey: 'rsa4096',
  },
  {
    code: 'key-differs',
    severity: 'error',
    what: 'the key of another file',
    zone: at(keyRecord('rsa1024')),
    says: 'another key is published, RSA of 1024 bits',
  },
  {
    code: 'key-weak',
    severity: 'error',
    what: '768 bits',
    key: 'rsa768',
    zone: at(keyRecord('rsa768')),
    says: 'has 768 bits: verifiers must refuse it',
    newKey: 'rsa2048',
  },
  {
    code: 'key-weak',
    severity: 'warning',
    what: '1024 bits',
    key: 'rsa1024',
    zone: at(keyRecord('rsa1024')),
    says: 'has 1024 bits',
    newKey: 'rsa2048',
  },
];

type ZoneEntries = Readonly<Record<string, object>>;

/** The zone as a file: a master file, or JSON where it holds trouble, which a master file cannot say. */
export function zoneFile(zone: ZoneEntries): string {
  if (JSON.stringify(zone).includes('SERVFAIL')) return JSON.stringify(zone);
  return Object.entries(zone)
    .flatMap(([owner, types]) =>
      Object.entries(types as Record<string, string[]>).map((entry) => [owner, ...entry] as const),
    )
    .flatMap(([owner, type, data]) =>
      data.map((text) => {
        if (type === 'TXT') return formatTxtRecord({ owner, isAbsolute: true, text }, 'bind');
        return `${owner}. IN ${type} ${text}${type === 'CNAME' ? '.' : ''}`;
      }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** The zone once the remedy was carried out: `line`, as dns-record prints it, and what else it says. */
export function fixed(broken: BrokenRecord, line: string): string {
  const kept = Object.entries(broken.zone).filter(([name]) => name !== NAME && !broken.away?.includes(name));
  return zoneFile(Object.fromEntries(kept)) + line;
}

/** The keys of the tests, made for them. A selector is called like its key, and the domain is example.com. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SigningKey } from '../../src/lib/dkim/sign.ts';
import type { Answer, RecordType, Resolver } from '../../src/lib/dns/resolver.ts';

export const KEY_NAMES = ['rsa768', 'rsa1024', 'rsa2048', 'rsa4096', 'ed25519'] as const;

export type KeyName = (typeof KEY_NAMES)[number];

export const DOMAIN = 'example.com';

/** A day in September 2023, when all signatures of the tests are made. */
export const NOW = 1_694_000_000;

export function vectorPath(name: string): string {
  return fileURLToPath(new URL(`../vectors/${name}`, import.meta.url));
}

export function keyPath(name: KeyName): string {
  return vectorPath(`keys/${name}.pem`);
}

export function privateKey(name: KeyName): KeyObject {
  return createPrivateKey(readFileSync(keyPath(name)));
}

/** p= of the key. */
export function publicKeyText(name: KeyName): string {
  const key = createPublicKey(privateKey(name));
  if (name === 'ed25519') return Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url').toString('base64');
  return key.export({ format: 'der', type: 'spki' }).toString('base64');
}

export function keyRecord(name: KeyName, more = ''): string {
  return `v=DKIM1; k=${name.replace(/^rsa.*/, 'rsa')}; ${more}p=${publicKeyText(name)}`;
}

export function keyOwner(name: string, domain = DOMAIN): string {
  return `${name}._domainkey.${domain}`;
}

export function signingKey(name: KeyName, domain = DOMAIN): SigningKey {
  const type = name === 'ed25519' ? 'ed25519' : 'rsa';
  return { domain, selector: name, type, privateKey: privateKey(name) };
}

/** All keys as a zone: names and TXT texts. */
export function keyZone(): Record<string, { TXT: string[] }> {
  return Object.fromEntries(KEY_NAMES.map((name) => [keyOwner(name), { TXT: [keyRecord(name)] }]));
}

type TxtAnswer = Answer<'TXT'>;

/** A resolver over texts; a name that is not there does not exist. `asked` notes the questions. */
export function textResolver(records: Readonly<Record<string, string | readonly string[] | TxtAnswer>>) {
  const asked: string[] = [];
  const resolver: Resolver = {
    query<T extends RecordType>(name: string, type: T): Answer<T> {
      asked.push(`${name} ${type}`);
      const entry = records[name];
      if (entry === undefined) return { status: 'nxdomain' };
      if (typeof entry !== 'string' && !Array.isArray(entry)) return entry as Answer<T>;
      const texts = typeof entry === 'string' ? [entry] : entry;
      return { status: 'found', records: texts.map((text: string) => [text]) } as unknown as Answer<T>;
    },
  };
  return { resolver, asked };
}

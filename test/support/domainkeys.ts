/** DomainKeys signatures for the tests: a key, its record, and a signer in one call. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DomainKeysCanonicalization } from '../../src/lib/canonicalize/header.ts';
import type { Answer, Resolver } from '../../src/lib/dns/resolver.ts';
import type { DomainKeysSignedHeaders } from '../../src/lib/domainkeys/sign.ts';
import { signMessage } from '../../src/lib/sign-message.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/domainkeys.json', import.meta.url), 'utf8')) as {
  readonly keys: { readonly default: { readonly pem: string; readonly txt: string } };
};

export const DK_PEM = vectors.keys.default.pem;
export const DK_KEY = createPrivateKey(DK_PEM);
export const DK_RECORD = vectors.keys.default.txt;
export const DK_NAME = 'default._domainkey.example.com';

export interface DkSigning {
  readonly canonicalization?: DomainKeysCanonicalization;
  readonly signedHeaders?: DomainKeysSignedHeaders;
  readonly domain?: string;
  readonly selector?: string;
  readonly privateKey?: KeyObject;
}

/** The message (latin1) with a DomainKey-Signature on top. */
export async function dkSigned(message: string, options: DkSigning = {}): Promise<string> {
  const bytes = Buffer.from(message, 'latin1');
  const { fields, insertAt } = await signMessage(
    bytes,
    {
      headerCanonicalization: 'relaxed',
      bodyCanonicalization: 'relaxed',
      hashes: [],
      timestamp: 0,
      lifetime: undefined,
      identity: undefined,
      bodyLength: false,
      copiedHeaders: false,
      domainkeys: {
        canonicalization: options.canonicalization ?? 'nofws',
        signedHeaders: options.signedHeaders ?? 'none',
        layout: 'folded',
      },
    },
    () => [],
    ({ domain }) => ({
      domain: options.domain ?? domain,
      selector: options.selector ?? 'default',
      privateKey: options.privateKey ?? DK_KEY,
    }),
  );
  return message.slice(0, insertAt) + fields.toString('latin1') + message.slice(insertAt);
}

/** The key record of a private key. */
export function recordOf(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return `k=rsa; p=${spki.toString('base64')}`;
}

/** TXT records by name, several where there is a list; the text `SERVFAIL` is what the server answers. */
export type Records = Readonly<Record<string, string | readonly string[]>>;

/**
 * A resolver over TXT records by name, several where there is a list; it keeps what it was asked. Other types: the name exists
 * if it has a record of any kind, or one below it.
 */
export function txtResolver(records: Records): Resolver & { readonly asked: string[] } {
  const asked: string[] = [];
  const query = (name: string, type: string): Answer<'TXT'> => {
    asked.push(`${name} ${type}`);
    const found = records[name];
    if (found === 'SERVFAIL') return { status: 'temperror', reason: 'servfail', detail: 'the server says SERVFAIL' };
    const exists = Object.keys(records).some((known) => known === name || known.endsWith(`.${name}`));
    if (found === undefined || type !== 'TXT') return { status: exists ? 'nodata' : 'nxdomain' };
    return { status: 'found', records: (typeof found === 'string' ? [found] : found).map((text) => [text]) };
  };
  return { query: query as Resolver['query'], asked };
}

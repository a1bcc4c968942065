/** The keys that a message is signed with. */
import {
  type KeyLoading,
  type KeyRequest,
  loadDomainKey,
  loadSigningKey,
  NoKeyForDomain,
} from '../../console/keys/signing-keys.ts';
import { MIN_RSA_BITS } from '../../lib/crypto/public-key.ts';
import type { SigningKey } from '../../lib/dkim/sign.ts';
import type { DomainKeysSigningKey } from '../../lib/domainkeys/sign.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { MessageSigner } from '../../lib/sign-message.ts';

export interface WantedSignatures {
  readonly dkim: boolean;
  readonly domainkeys: boolean;
  /** No warning about a short DomainKeys key. */
  readonly legacy: boolean;
}

export interface MessageKeys {
  readonly dkim: readonly SigningKey[];
  readonly domainKey: DomainKeysSigningKey | undefined;
}

/** @throws NoKeyForDomain only where there is none of them: a domain that has one key is to have them all */
async function loadSigningKeys(
  requests: readonly KeyRequest[],
  author: string,
  loading: KeyLoading,
): Promise<SigningKey[]> {
  const keys: SigningKey[] = [];
  let missing: NoKeyForDomain | undefined;
  for (const request of requests) {
    try {
      keys.push(await loadSigningKey(request, author, loading));
    } catch (error) {
      if (!(error instanceof NoKeyForDomain)) throw error;
      missing ??= error;
    }
  }
  if (missing === undefined) return keys;
  if (keys.length === 0) throw missing;
  const { code, message, hint } = missing;
  throw new DktoolError(code, message, { kind: 'temporary', hint });
}

/**
 * Load all keys, those of DKIM for the From domain, that of DomainKeys for the Sender's, which may live in another file.
 *
 * @param signer has seen the whole header block
 * @throws DktoolError where one of them cannot be used
 */
export async function loadKeys(
  requests: readonly KeyRequest[],
  wanted: WantedSignatures,
  { from, sender }: MessageSigner,
  loading: KeyLoading,
): Promise<MessageKeys> {
  const dkim = wanted.dkim ? await loadSigningKeys(requests, from!.author, loading) : [];
  if (!wanted.domainkeys) return { dkim, domainKey: undefined };
  // DomainKeys knows RSA alone: beside DKIM, the first such key.
  const index = Math.max(
    0,
    dkim.findIndex(({ type }) => type === 'rsa'),
  );
  const same = sender!.domain === from!.author ? dkim[index] : undefined;
  const domainKey = same?.type === 'rsa' ? same : await loadDomainKey(requests[index]!, sender!.domain, loading);
  const bits = domainKey.privateKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS && !wanted.legacy) {
    loading.warn(`the RSA key has ${bits} bits, fewer than ${MIN_RSA_BITS}: it can be broken (RFC 8301)`);
  }
  return { dkim, domainKey };
}

/** What is worth a warning when a key is published. */
import { RSA_BITS } from '../../lib/crypto/generate-key.ts';
import type { KeyType } from '../../lib/crypto/public-key.ts';
import { answerSize, CLASSIC_UDP_OCTETS, SAFE_UDP_OCTETS } from '../../lib/dns/txt-formats/answer-size.ts';
import type { TxtRecord } from '../../lib/dns/txt-formats/record.ts';

/** @returns sentences; none for an Ed25519 key, which has one size */
export function keyWarnings({ type, bits }: { readonly type: KeyType; readonly bits: number }): string[] {
  if (type !== 'rsa' || bits >= RSA_BITS.weak) return [];
  const verdict = bits < RSA_BITS.refused ? 'verifiers refuse it' : `signers should use ${RSA_BITS.weak} bits or more`;
  return [`the RSA key has ${bits} bits: ${verdict} (RFC 8301 section 3.2)`];
}

/**
 * qmail without its DNS patch, and firewalls that drop large UDP and all TCP, are what still makes this worth knowing.
 *
 * @param record with its whole name; one without its domain counts as it is
 * @returns at most one sentence
 */
export function sizeWarnings(record: Pick<TxtRecord, 'owner' | 'text'>): string[] {
  const size = answerSize(record);
  if (size <= CLASSIC_UDP_OCTETS) return [];
  const [limit, effect] =
    size > SAFE_UDP_OCTETS
      ? [
          SAFE_UDP_OCTETS,
          'it needs TCP or arrives in fragments, which some firewalls drop, and old resolvers cannot read it',
        ]
      : [CLASSIC_UDP_OCTETS, 'old resolvers cannot read it'];
  return [`the DNS answer for ${record.owner} has ${size} octets: over ${limit}, ${effect}`];
}

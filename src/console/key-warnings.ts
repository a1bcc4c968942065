/** What is worth a warning when a key is published. */
import { RSA_BITS } from '../lib/crypto/generate-key.ts';
import type { KeyType } from '../lib/crypto/public-key.ts';
import { answerSize, CLASSIC_UDP_OCTETS, type TxtRecord } from '../lib/dns/txt-record.ts';

/** @returns sentences; none for an Ed25519 key, which has one size */
export function keyWarnings({ type, bits }: { readonly type: KeyType; readonly bits: number }): string[] {
  if (type !== 'rsa' || bits >= RSA_BITS.weak) return [];
  const verdict = bits < RSA_BITS.refused ? 'verifiers refuse it' : `signers should use ${RSA_BITS.weak} bits or more`;
  return [`the RSA key has ${bits} bits: ${verdict} (RFC 8301 section 3.2)`];
}

/** qmail without its DNS patch, and firewalls that drop large UDP and all TCP, are what still makes this worth knowing. */
export function sizeWarnings(record: TxtRecord): string[] {
  const size = answerSize(record);
  if (size <= CLASSIC_UDP_OCTETS) return [];
  return [
    `the DNS answer for ${record.owner} has ${size} octets: over ${CLASSIC_UDP_OCTETS}, old resolvers cannot read it`,
  ];
}

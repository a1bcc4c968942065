/** What a TXT record takes in the answer of a name server. */
import type { TxtRecord } from './record.ts';
import { splitCharacterStrings } from './text.ts';

/** RFC 1035 section 2.3.4: UDP without EDNS carries no more; old resolvers (qmail's without its patch) give up beyond. */
export const CLASSIC_UDP_OCTETS = 512;

/** What name servers send over UDP at most, so that no packet is cut into fragments, which firewalls drop (RFC 9715). */
export const SAFE_UDP_OCTETS = 1232;

/**
 * Octets of the smallest DNS message that answers with this record (RFC 1035 section 4.1): header, question, and one answer
 * whose owner is compressed.
 */
export function answerSize({ owner, text }: Pick<TxtRecord, 'owner' | 'text'>): number {
  const question = owner.length + 2 + 4;
  const data = splitCharacterStrings(text).reduce((sum, string) => sum + 1 + string.length, 0);
  return 12 + question + 2 + 10 + data;
}

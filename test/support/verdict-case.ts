/** What a case of a DKIM verdict is made of. */
import type { DkimReason, DkimWarning } from '../../src/lib/verdict.ts';
import { PLAIN, signByHand } from './hand-signer.ts';

export interface VerdictCase {
  readonly name: string;
  /** latin1 */
  readonly message: string;
  readonly options?: readonly ('legacy' | 'strict' | 'lenient' | 'author')[];
  readonly result: string;
  readonly reason: DkimReason;
  readonly detail: string;
  readonly warnings?: Readonly<Partial<Record<DkimWarning, string>>>;
  readonly domain?: string;
  readonly selector?: string;
  readonly alignment?: 'exact' | 'related' | 'none';
  readonly bodyHash?: 'match' | 'mismatch' | 'unchecked';
  readonly signature?: 'valid' | 'invalid' | 'unchecked';
  /** The From addresses; `null`: none to be read. */
  readonly from?: string | null;
}

export const valid = { result: 'pass', reason: 'signature-valid', bodyHash: 'match', signature: 'valid' } as const;
export const VALID_DETAIL = 'signed by example.com (2048-bit rsa-sha256)';

export const tagged = (tags: Readonly<Record<string, string | undefined>>) => signByHand(PLAIN, { tags });

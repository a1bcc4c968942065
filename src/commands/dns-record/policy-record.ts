import type { KeyOwner } from '../../console/keys/key-owner.ts';
import type { TxtNeighbours } from '../../lib/dns/txt-formats/neighbours.ts';

/** A TXT record of a mail domain that is not a key, ready to be printed. */
export interface PolicyRecord {
  readonly owner: Pick<KeyOwner, 'domain' | 'name'>;
  /** latin1 */
  readonly text: string;
  /** What it means, for the operator. */
  readonly sentence: string;
  readonly warnings: readonly string[];
  /** TXT records of other kinds stand at the name. */
  readonly among?: TxtNeighbours | undefined;
}

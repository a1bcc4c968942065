/** A TXT record to publish, and what a format makes of it. Each format is a file of its own, registered in `format.ts`. */
import { DktoolError } from '../../errors.ts';
import type { TxtNeighbours } from './neighbours.ts';

/** A TXT record to publish. */
export interface TxtRecord {
  /**
   * Without a final dot; letters, digits, hyphens, underscores and dots only: it is not escaped. `@` is the zone itself, where
   * the owner is not absolute.
   */
  readonly owner: string;
  /** The owner is a whole name, not one to which the zone's origin is added. */
  readonly isAbsolute: boolean;
  /** The zone, where it is known. */
  readonly zone?: string | undefined;
  /** Seconds; `undefined`: the zone's own. */
  readonly ttl?: number | undefined;
  /** latin1, the strings joined. */
  readonly text: string;
  /** It shares its name with TXT records of other kinds. Absent: it is to be the only one there. */
  readonly among?: TxtNeighbours | undefined;
}

/**
 * Which owners a format has: `any`; `whole`: absolute names only; `in-zone`: names relative to a zone that stands in it;
 * `relative`: names relative to a zone that is known otherwise.
 */
export type OwnerKind = 'any' | 'whole' | 'in-zone' | 'relative';

/** One way to write TXT records out. */
export interface TxtWriter {
  readonly owner: OwnerKind;
  /**
   * @param records one or several; their owners are of the kind above, which is not checked
   * @returns one text that the program takes as a whole, without the last line end
   * @throws DktoolError `record-unfit` where the format cannot say the text or the TTL
   */
  readonly format: (records: readonly TxtRecord[]) => string;
  /** What takes everything at their names away; absent: the format cannot say it. */
  readonly removal?: (records: readonly TxtRecord[]) => string;
}

/** The format of a program that takes record after record, each on lines of its own. */
export function eachOnItsOwn(format: (record: TxtRecord) => string): TxtWriter['format'] {
  return (records) => records.map(format).join('\n');
}

/** Seconds, for formats that want a time to live and get none. */
export const DEFAULT_TTL = 3600;

/** @returns a DktoolError `record-unfit`, kind permanent: the program would not publish the text as it is */
export function unfitText(program: string, what: string): DktoolError {
  return new DktoolError('record-unfit', `${program} cannot publish a text with ${what}`, {
    kind: 'permanent',
    hint: 'use another format, such as bind',
  });
}

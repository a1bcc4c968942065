/** What the readers of zone files hand to the store. */
import { DktoolError } from '../../errors.ts';
import { lowerAscii, nameFault } from '../wire/name.ts';
import type { RecordData, RecordType } from '../resolver.ts';
import type { Hint } from '../../hint.ts';

/** Answers that are no records, for tests of trouble: no answer in time, SERVFAIL, and a name that does not exist. */
export const ZONE_MARKERS = ['TIMEOUT', 'SERVFAIL', 'NXDOMAIN'] as const;

/** Trouble that zone JSON can stand for in place of records. */
export type ZoneMarker = (typeof ZONE_MARKERS)[number];

/** `name` is lower-case latin1 without a final dot. */
export type ZoneRecord =
  | {
      [T in RecordType]: {
        readonly name: string;
        readonly type: T;
        readonly data: RecordData[T];
        readonly ttl?: number | undefined;
      };
    }[RecordType]
  /** A marker for one type, or (`*`) for every type that the name has no records of. */
  | { readonly name: string; readonly type: RecordType | '*'; readonly marker: ZoneMarker }
  /** The name exists, with nothing that we ask for. */
  | { readonly name: string; readonly type: 'other' };

export interface ZoneFile {
  /** The file's name, for messages and traces. */
  readonly source: string;
  /**
   * Names are taken as they stand, as zone JSON wants it: no wildcards, no empty non-terminals, and a record that is
   * there twice is answered twice. Otherwise the file is a zone as DNS servers serve it.
   */
  readonly literal: boolean;
  readonly records: readonly ZoneRecord[];
}

/** A place in a file, both counted from 1; columns are octets, or characters in zone JSON. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * The error for a zone file that cannot be read. Temporary: the file stands in for DNS, and mail can wait for its repair.
 *
 * @param fault what is wrong, without the place
 */
export function badZone(source: string, place: Place, fault: string, hint?: string | Hint): DktoolError {
  return new DktoolError('bad-zone', `${source}:${place.line}:${place.column}: ${fault}`, { kind: 'temporary', hint });
}

/** The name of a record from its labels, or what is wrong with it. */
export function ownerName(labels: readonly string[]): { name: string } | { fault: string } {
  const fault = nameFault(labels);
  if (fault !== undefined) return { fault };
  // Our names have a dot between labels only, so such a name could never be asked for.
  if (labels.some((label) => label.includes('.'))) return { fault: 'has a dot inside a label' };
  return { name: lowerAscii(labels.join('.')) };
}

/** Part of a file in a message: short, and on one line. What shows it escapes it. */
export function excerpt(text: string): string {
  return text.length <= 40 ? `'${text}'` : `'${text.slice(0, 37)}...'`;
}

/** Records of one file, some 200 octets of memory each. */
const MAX_RECORDS = 1_500_000;

/** @throws DktoolError `zone-too-large`, permanent, where a file has more records than are kept */
export function checkSize(source: string, records: readonly ZoneRecord[]): void {
  if (records.length > MAX_RECORDS) throw zoneTooLarge(source, `${MAX_RECORDS} records`);
}

/** @param limit in words, such as `1000 names` */
export function zoneTooLarge(source: string, limit: string): DktoolError {
  return new DktoolError('zone-too-large', `zone file ${source} is too large: the limit is ${limit}`, {
    kind: 'permanent',
    hint: { code: 'serve-zone' },
  });
}

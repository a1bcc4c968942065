/** From a header block as it is to be to what the MTA is asked to change. */
import type { HeaderBlock, HeaderField } from '../../../lib/header/header-block.ts';
import { DktoolError } from '../../../lib/errors.ts';
import { changeHeader, insertHeader } from '../../../lib/milter/replies.ts';

/** What is to be changed in a header block. */
export interface HeaderChanges {
  readonly header: HeaderBlock;
  /** The block with other values in the same places. */
  readonly bytes: Buffer;
  /** Fields that go. */
  readonly unwanted: readonly HeaderField[];
  readonly hasLeadingSpace: boolean;
}

/**
 * The packets that change a header block. MTAs count the fields of one name, and Postfix counts those that are left: what
 * stands further down goes first.
 */
export function changePackets({ header, bytes, unwanted, hasLeadingSpace }: HeaderChanges): Buffer[] {
  if (unwanted.length === 0 && bytes.equals(header.bytes)) return [];
  const out = new Set(unwanted);
  const counts = new Map<string, number>();
  const packets: Buffer[] = [];
  for (const field of header.fields) {
    const name = nameOf(header, field);
    const index = (counts.get(name.toLowerCase()) ?? 0) + 1;
    counts.set(name.toLowerCase(), index);
    const valueAt = field.start + name.length + 1;
    if (out.has(field)) packets.push(changeHeader(index, name, ''));
    else if (bytes.compare(header.bytes, valueAt, field.end, valueAt, field.end) !== 0) {
      packets.push(changeHeader(index, name, sentValue(bytes.toString('latin1', valueAt, field.end), hasLeadingSpace)));
    }
  }
  return packets.toReversed();
}

/** As the MTA calls it: what stands before the colon. */
function nameOf(header: HeaderBlock, field: HeaderField): string {
  return header.text.slice(field.start, header.text.indexOf(':', field.start));
}

/**
 * The packets that put fields in at the top, in their order.
 *
 * @param fields whole fields with their line ends
 */
export function insertPackets(fields: HeaderBlock, hasLeadingSpace: boolean): Buffer[] {
  return fields.fields
    .map((field) => insertHeader(0, fields.spelledName(field), sentValue(fields.value(field), hasLeadingSpace)))
    .toReversed();
}

/** With LF for line ends, and without the blank that the MTA puts there itself. */
function sentValue(value: string, hasLeadingSpace: boolean): string {
  const text = value.replaceAll('\r\n', '\n');
  return hasLeadingSpace ? text : text.replace(/^ /, '');
}

/**
 * The header block has to be the fields that the MTA sent: only so can it be said which of them is to be changed.
 *
 * @throws DktoolError `milter-protocol`
 */
export function requireSameFields(header: HeaderBlock | undefined, count: number): HeaderBlock {
  if (header?.fields.length === count) return header;
  throw new DktoolError(
    'milter-protocol',
    header === undefined
      ? 'the header block is over a limit, so its fields are unknown'
      : `the MTA sent ${count} header fields, which read as ${header.fields.length}`,
    { kind: 'temporary' },
  );
}

/** The data of one record on the wire (RFC 1035 sections 3.3 and 3.4, RFC 3596). Packets are hostile: nothing here throws. */
import { formatIpv4, formatIpv6 } from '../../syntax/ip-octets.ts';
import { joinLabels } from './name.ts';
import type { MxRecord, RecordData, RecordType, SoaRecord } from '../resolver.ts';

/** RFC 1035 section 3.2.2, RFC 3596 section 2.1. */
export const TYPE_CODES: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
};

export function isRecordType(word: string): word is RecordType {
  return Object.hasOwn(TYPE_CODES, word);
}

/** Octets with a place to read at. Names may point back into the packet unless it is bare record data. */
export interface Wire {
  readonly octets: Uint8Array;
  readonly compressed: boolean;
}

export interface WireName {
  readonly labels: readonly string[];
  /** Where the octets after the name begin. */
  readonly next: number;
}

/**
 * Read a name that begins at `at` and whose own octets end before `end`.
 *
 * @returns `undefined` for a name that runs on, is longer than 255 octets, has a label type other than a plain label or
 *   a pointer, or a pointer that does not go back. Each jump lands before all octets read so far: no chain can loop.
 */
export function readName(wire: Wire, at: number, end: number): WireName | undefined {
  const { octets } = wire;
  const labels: string[] = [];
  let next: number | undefined;
  let start = at;
  let limit = end;
  let length = 1;
  for (let i = at; i < limit; ) {
    const size = octets[i]!;
    if (size === 0) return { labels, next: next ?? i + 1 };
    if (size < 64) {
      length += size + 1;
      if (length > 255 || i + 1 + size > limit) return undefined; // RFC 1035 section 2.3.4
      labels.push(latin1(octets, i + 1, i + 1 + size));
      i += size + 1;
      continue;
    }
    // RFC 1035 section 4.1.4: 11 is a pointer to a prior occurrence; 01 and 10 are reserved (RFC 6891 section 5).
    if (size < 0xc0 || !wire.compressed || i + 2 > limit) return undefined;
    const target = ((size & 0x3f) << 8) | octets[i + 1]!;
    if (target >= start) return undefined;
    next ??= i + 2;
    limit = start;
    start = i = target;
  }
  return undefined;
}

function latin1(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString('latin1');
}

type Reader<T extends RecordType> = (wire: Wire, at: number, end: number) => RecordData[T] | undefined;

const READERS: { readonly [T in RecordType]: Reader<T> } = {
  A: ({ octets }, at, end) => (end - at === 4 ? formatIpv4(octets.subarray(at, end)) : undefined),
  AAAA: ({ octets }, at, end) => (end - at === 16 ? formatIpv6(octets.subarray(at, end)) : undefined),
  CNAME: readOneName,
  NS: readOneName,
  PTR: readOneName,
  MX: readMx,
  SOA: readSoa,
  TXT: readStrings,
};

/**
 * Read the data of one record, which must fill `at`..`end` exactly.
 *
 * @returns `undefined` where it does not, or is no data of this type
 */
export function readRecordData<T extends RecordType>(type: T, wire: Wire, at: number, end: number) {
  return READERS[type](wire, at, end);
}

function readOneName(wire: Wire, at: number, end: number): string | undefined {
  const name = readName(wire, at, end);
  return name?.next === end ? joinLabels(name.labels) : undefined;
}

function readMx(wire: Wire, at: number, end: number): MxRecord | undefined {
  if (end - at < 3) return undefined;
  const exchange = readOneName(wire, at + 2, end);
  return exchange === undefined ? undefined : { preference: readUint16(wire.octets, at), exchange };
}

function readSoa(wire: Wire, at: number, end: number): SoaRecord | undefined {
  const mname = readName(wire, at, end);
  const rname = mname && readName(wire, mname.next, end);
  if (rname === undefined || rname.next + 20 !== end) return undefined;
  return {
    mname: joinLabels(mname!.labels),
    rname: joinLabels(rname.labels),
    serial: readUint32(wire.octets, rname.next),
    minimum: readUint32(wire.octets, rname.next + 16),
  };
}

/** RFC 1035 section 3.3.14 wants one string at least; none at all is taken too, since it says nothing and harms no other record. */
function readStrings({ octets }: Wire, at: number, end: number): string[] | undefined {
  const strings: string[] = [];
  for (let i = at; i < end; ) {
    const next = i + 1 + octets[i]!;
    if (next > end) return undefined;
    strings.push(latin1(octets, i + 1, next));
    i = next;
  }
  return strings;
}

/** Big-endian; the caller knows that the octets are there. */
export function readUint16(octets: Uint8Array, at: number): number {
  return (octets[at]! << 8) | octets[at + 1]!;
}

export function readUint32(octets: Uint8Array, at: number): number {
  return readUint16(octets, at) * 0x10000 + readUint16(octets, at + 2);
}

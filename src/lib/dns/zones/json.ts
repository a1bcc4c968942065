/**
 * Zones as JSON: `{"name": {"TYPE": [...], "*": "TIMEOUT"}}`. Made for tests and archives: a name that is not there does
 * not exist, and markers stand for trouble.
 */
import { canonicalIpv4, canonicalIpv6 } from '../../syntax/ip-octets.ts';
import { type JsonMember, type JsonNode, placeOf, readJson } from './json-reader.ts';
import { lowerAscii, withoutFinalDot } from '../wire/name.ts';
import { isRecordType } from '../wire/rdata.ts';
import type { RecordData, RecordType } from '../resolver.ts';
import { splitCharacterStrings } from '../txt-formats/text.ts';
import { badZone, excerpt, ZONE_MARKERS, type ZoneFile, type ZoneMarker, type ZoneRecord } from './record.ts';

type Fail = (at: number, fault: string, hint?: string) => Error;

/**
 * Read zone JSON. An object of names, each an object of types:
 *
 * - `A`, `AAAA`, `CNAME`, `NS`, `PTR`: lists of texts; `MX`: `{"preference", "exchange"}`; `SOA`: `{"mname", "rname",
 *   "serial", "minimum"}`; `TXT`: texts, or lists of character-strings. Other types say only that the name exists.
 * - Instead of a list, `"TIMEOUT"`, `"SERVFAIL"` or `"NXDOMAIN"`; with `*` as the type, for all types that are not there.
 * - An `A` or `AAAA` text that is not an address says only that the name exists: records taken from the wild hold such texts.
 * - Characters U+0080..U+00FF stand for that octet; nothing above is allowed.
 *
 * @throws DktoolError `bad-zone` with line and column
 */
export function parseZoneJson(source: string, bytes: Uint8Array): ZoneFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const fail: Fail = (at, fault, hint) => badZone(source, placeOf(text, at), fault, hint);
  // oxlint-disable-next-line no-control-regex -- the octets, as a range
  const wide = text.search(/[^\u0000-\u00ff]/);
  if (wide >= 0) {
    throw fail(
      wide,
      text[wide] === '\ufffd' ? 'the file is not UTF-8' : 'a character above U+00FF does not represent an octet',
      'in zone JSON each character represents one octet of the record',
    );
  }
  const root = readJson(text, fail);
  if (root.kind !== 'object') throw fail(root.at, 'zone JSON is an object of names');
  return { source, literal: true, records: root.members.flatMap((member) => nodeRecords(member, fail)) };
}

function nodeRecords({ key, value }: JsonMember, fail: Fail): ZoneRecord[] {
  const name = lowerAscii(withoutFinalDot(key));
  if (value.kind !== 'object') throw fail(value.at, `the value of ${excerpt(key)} is not an object of record types`);
  return [{ name, type: 'other' }, ...value.members.flatMap((member) => typeRecords(name, member, fail))];
}

function typeRecords(name: string, { key, value, at }: JsonMember, fail: Fail): ZoneRecord[] {
  const type = key.toUpperCase();
  if (value.kind === 'string' && isMarker(value.text)) {
    const { text: marker } = value;
    return type === '*' || isRecordType(type) ? [{ name, type, marker }] : [];
  }
  if (type === '*') throw fail(at, `'*' takes one of ${ZONE_MARKERS.join(', ')}`);
  if (value.kind !== 'array') throw fail(value.at, `${type} takes a list, or one of ${ZONE_MARKERS.join(', ')}`);
  if (!isRecordType(type)) return [];
  return value.items.map((item) => recordOf(name, type, item, fail));
}

function recordOf(name: string, type: RecordType, item: JsonNode, fail: Fail): ZoneRecord {
  if ((type === 'A' || type === 'AAAA') && item.kind === 'string' && READERS[type](item) === undefined) {
    return { name, type: 'other' };
  }
  const data = READERS[type](item);
  if (data === undefined) throw fail(item.at, `malformed ${type} record: expected ${SHAPES[type]}`);
  return { name, type, data } as ZoneRecord;
}

function isMarker(text: string): text is ZoneMarker {
  return (ZONE_MARKERS as readonly string[]).includes(text);
}

const SHAPES: Readonly<Record<RecordType, string>> = {
  A: 'an IPv4 address as a string',
  AAAA: 'an IPv6 address as a string',
  CNAME: 'a name as a string',
  NS: 'a name as a string',
  PTR: 'a name as a string',
  MX: '{"preference": NUMBER, "exchange": NAME}',
  SOA: '{"mname": NAME, "rname": NAME, "serial": NUMBER, "minimum": NUMBER}',
  TXT: 'a string, or a list of strings to be joined',
};

const READERS: { readonly [T in RecordType]: (item: JsonNode) => RecordData[T] | undefined } = {
  A: (item) => (item.kind === 'string' ? canonicalIpv4(item.text) : undefined),
  AAAA: (item) => (item.kind === 'string' ? canonicalIpv6(item.text) : undefined),
  CNAME: nameOf,
  NS: nameOf,
  PTR: nameOf,
  MX: (item) => {
    const preference = numberOf(memberOf(item, 'preference'), 0xffff);
    const exchange = nameOf(memberOf(item, 'exchange'));
    return preference === undefined || exchange === undefined ? undefined : { preference, exchange };
  },
  SOA: (item) => {
    const mname = nameOf(memberOf(item, 'mname'));
    const rname = nameOf(memberOf(item, 'rname'));
    const serial = numberOf(memberOf(item, 'serial'), 0xffffffff);
    const minimum = numberOf(memberOf(item, 'minimum'), 0x7fffffff);
    if (mname === undefined || rname === undefined || serial === undefined || minimum === undefined) return undefined;
    return { mname, rname, serial, minimum };
  },
  TXT: (item) => {
    if (item.kind === 'string') return splitCharacterStrings(item.text);
    if (item.kind !== 'array') return undefined;
    const strings = item.items.map((part) => (part.kind === 'string' ? part.text : undefined));
    return strings.includes(undefined) ? undefined : strings.flatMap((string) => splitCharacterStrings(string!));
  },
};

function nameOf(item: JsonNode | undefined): string | undefined {
  return item?.kind === 'string' ? withoutFinalDot(item.text) : undefined;
}

function numberOf(item: JsonNode | undefined, max: number): number | undefined {
  if (item?.kind !== 'number' || !Number.isInteger(item.value)) return undefined;
  return item.value >= 0 && item.value <= max ? item.value : undefined;
}

function memberOf(item: JsonNode, key: string): JsonNode | undefined {
  return item.kind === 'object' ? item.members.find((member) => member.key === key)?.value : undefined;
}

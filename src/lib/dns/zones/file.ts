/** Zone files of any kind, recognised by what is in them. */
import type { ZoneFile } from './record.ts';
import { parseZoneJson } from './json.ts';
import { parseZoneMaster } from './master.ts';
import { parseZoneTinydns } from './tinydns.ts';

/** JSON as `parseZone` describes it, a master file (RFC 1035 section 5), the data of tinydns. */
export type ZoneFormat = 'json' | 'master' | 'tinydns';

/** A tinydns line: its kind, then a field without blanks that a colon ends. A master file has a blank there. */
const TINYDNS_LINE = /^[.&=+@'^CZ:36SN%-][^\s"();]*:|^%/;

/**
 * Read a zone file: RFC 1035 master file, tinydns-data or zone JSON, recognised by its first line that says anything.
 *
 * @param source the file's name, for messages; it is not opened
 * @param bytes the whole file, of a size that the caller has limited
 * @param origin for relative names of a master file; the other formats have none
 * @throws DktoolError `bad-zone` with line and column
 */
export function parseZone(source: string, bytes: Uint8Array, origin?: string): ZoneFile {
  // A byte order mark is an editor's, not the zone's.
  const body = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  switch (zoneFormat(body)) {
    case 'json':
      return parseZoneJson(source, body);
    case 'tinydns':
      return parseZoneTinydns(source, body);
    default:
      return parseZoneMaster(source, body, origin);
  }
}

/** The format of a zone file, by its first line that says anything; one that says nothing is an empty master file. */
export function zoneFormat(bytes: Uint8Array): ZoneFormat {
  const octets = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < octets.length; ) {
    const newline = octets.indexOf(10, at);
    const end = newline < 0 ? octets.length : newline;
    const line = octets.toString('latin1', at, Math.min(end, at + 1024));
    at = end + 1;
    if (line.trim() === '') continue;
    if (/^\s*[{[]/.test(line)) return 'json';
    if (line.startsWith('#')) return 'tinydns';
    return TINYDNS_LINE.test(line) ? 'tinydns' : 'master';
  }
  return 'master';
}

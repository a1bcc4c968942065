/** Extended DNS Errors (RFC 8914): why a server has no answer, in its own words, from the OPT record of its reply. */
import { readUint16 } from './rdata.ts';
import type { ExtendedError } from '../resolver.ts';
import { shown } from '../../syntax/shown.ts';

/** RFC 8914 section 5.1. */
const OPTION_CODE = 15;

/** A server sends one or two. What is beyond is somebody's joke, and so is a text that nobody would read. */
const MAX_ERRORS = 4;
const MAX_TEXT = 200;

/** RFC 8914 section 5.2, those that tell a postmaster something. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'Other Error',
  1: 'Unsupported DNSKEY Algorithm',
  2: 'Unsupported DS Digest Type',
  3: 'Stale Answer',
  4: 'Forged Answer',
  5: 'DNSSEC Indeterminate',
  6: 'DNSSEC Bogus',
  7: 'Signature Expired',
  8: 'Signature Not Yet Valid',
  9: 'DNSKEY Missing',
  10: 'RRSIGs Missing',
  11: 'No Zone Key Bit Set',
  12: 'NSEC Missing',
  13: 'Cached Error',
  14: 'Not Ready',
  15: 'Blocked',
  16: 'Censored',
  17: 'Filtered',
  18: 'Prohibited',
  19: 'Stale NXDOMAIN Answer',
  20: 'Not Authoritative',
  21: 'Not Supported',
  22: 'No Reachable Authority',
  23: 'Network Error',
  24: 'Invalid Data',
};

/**
 * Read the extended errors out of the data of an OPT record (RFC 6891 section 6.1.2), from `at` to `end`. They are advice
 * and decide nothing, so options that cannot be read are left at that.
 */
export function readExtendedErrors(octets: Uint8Array, at: number, end: number): ExtendedError[] {
  const errors: ExtendedError[] = [];
  for (let i = at; i + 4 <= end && errors.length < MAX_ERRORS; ) {
    const start = i + 4;
    const next = start + readUint16(octets, i + 2);
    if (next > end) break;
    if (readUint16(octets, i) === OPTION_CODE && next >= start + 2) {
      const text = octets.subarray(start + 2, Math.min(next, start + 2 + MAX_TEXT));
      // RFC 8914 section 2: the text may end with NUL.
      errors.push({ code: readUint16(octets, start), text: Buffer.from(text).toString('latin1').replace(/\0+$/, '') });
    }
    i = next;
  }
  return errors;
}

/** `DNSSEC Bogus (EDE 6): validation failure <a.example. TXT IN>`, printable. */
export function describeExtendedError({ code, text }: ExtendedError): string {
  const name = NAMES[code];
  return `${name === undefined ? `EDE ${code}` : `${name} (EDE ${code})`}${text === '' ? '' : `: ${shown(text, MAX_TEXT)}`}`;
}

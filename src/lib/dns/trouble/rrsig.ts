/** The signatures of DNSSEC (RFC 4034 section 3), as far as a person must know them: what they cover, and how long. */
import { joinLabels } from '../wire/name.ts';
import { readName, readUint16, readUint32, TYPE_CODES, type Wire } from '../wire/rdata.ts';
import type { RecordSignature } from '../resolver.ts';

export const TYPE_RRSIG = 46;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(TYPE_CODES).map(([type, code]) => [code, type])),
  39: 'DNAME',
  43: 'DS',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
};

/** Octets before the signer's name. */
const FIXED = 18;

/** Read the data of an RRSIG record; `undefined` for one that cannot be read. */
export function readSignature(wire: Wire, at: number, end: number): RecordSignature | undefined {
  if (end - at < FIXED) return undefined;
  const { octets } = wire;
  const signer = readName(wire, at + FIXED, end);
  if (signer === undefined) return undefined;
  const covered = readUint16(octets, at);
  return {
    covered: TYPE_NAMES[covered] ?? `TYPE${covered}`,
    signer: joinLabels(signer.labels),
    expiration: readUint32(octets, at + 8),
    inception: readUint32(octets, at + 12),
  };
}

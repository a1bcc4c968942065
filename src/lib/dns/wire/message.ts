/**
 * DNS messages (RFC 1035 section 4): the question that we send and the answers that come back. Labels are octets, never
 * decoded. Answers are hostile: nothing here throws, and work is bounded by the size of the packet.
 */
import { readExtendedErrors } from './extended-errors.ts';
import { nameFault, nameKey, wireLength } from './name.ts';
import { isRecordType, readName, readRecordData, readUint16, readUint32, TYPE_CODES, type Wire } from './rdata.ts';
import type { ExtendedError, RecordData, RecordSignature, RecordType } from '../resolver.ts';
import { readSignature, TYPE_RRSIG } from '../trouble/rrsig.ts';

/** The largest UDP answer that we ask for: it fits a path MTU of 1280 unfragmented, and fragments can be forged (DNS flag day 2020). */
export const UDP_SIZE = 1232;

/**
 * Records in one answer. Real ones hold some dozens; without a limit a packet of 64 KB, all pointers to one long name,
 * would be a hundred times as much work as its size says.
 */
const MAX_RECORDS = 1000;

const HEADER = 12;
const TYPE_OPT = 41;
const CLASS_IN = 1;

/** Header flags: RFC 1035 section 4.1.1, and AD of RFC 6840 section 5.7 ("tell me whether you validated"). */
const QR = 0x8000;
const OPCODE = 0x7800;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const AD = 0x0020;
/** RFC 4035 section 3.2.2. */
const CD = 0x0010;
/** RFC 3225 section 3, in the TTL of OPT. */
const DNSSEC_OK = 0x8000;

export const RCODES = {
  noError: 0,
  formatError: 1,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
} as const;

const RCODE_NAMES: readonly string[] = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

/** `SERVFAIL`; `RCODE23` for one without a name here. */
export function rcodeName(rcode: number): string {
  return rcode === RCODES.badVersion ? 'BADVERS' : (RCODE_NAMES[rcode] ?? `RCODE${rcode}`);
}

/** A record of class IN and a type that we know. */
export interface WireRecord {
  /** As {@link nameKey} gives it. */
  readonly owner: string;
  readonly type: RecordType;
  readonly ttl: number;
  readonly data: RecordData[RecordType];
  /** Of a CNAME: the labels of the name that it stands for. */
  readonly alias: readonly string[] | undefined;
}

/** A DNS message that answers a question (RFC 1035 section 4.1). */
export interface Reply {
  readonly kind: 'reply';
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly recursion: boolean;
  readonly authenticated: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  /** The authority section names other servers (NS), whatever their names. */
  readonly refers: boolean;
  /** RFC 8914. */
  readonly extendedErrors: readonly ExtendedError[];
  /** The DNSSEC signatures in it. */
  readonly signatures: readonly RecordSignature[];
  /** Octets of the message. */
  readonly size: number;
}

export type Decoded =
  | Reply
  /** The rest is to be had over TCP (RFC 2181 section 9: what is there must not be used). */
  | { readonly kind: 'truncated' }
  /** Not an answer to this question: whoever sent it, wait on. */
  | { readonly kind: 'stray' }
  /** An answer to this question that cannot be read. */
  | { readonly kind: 'malformed'; readonly fault: string };

export interface QueryFlags {
  /** Add an OPT record (RFC 6891) that allows answers of {@link UDP_SIZE} octets. */
  readonly edns: boolean;
  /** Ask for the answer wherever it lies, not only for what the server has itself. Default: yes. */
  readonly recursion?: boolean;
  /** Ask for data that does not validate, too (CD), and for its signatures (DO, RFC 4035 section 3.2.1). */
  readonly checkingDisabled?: boolean;
}

/**
 * A question as a packet.
 *
 * @param id 16 bits, unpredictable (RFC 5452 section 9.2)
 * @returns `undefined` where the name cannot be sent (RFC 1035 section 2.3.4)
 */
export function encodeQuery(
  id: number,
  labels: readonly string[],
  type: RecordType,
  { edns, recursion = true, checkingDisabled = false }: QueryFlags,
): Uint8Array | undefined {
  if (nameFault(labels) !== undefined) return undefined;
  const packet = Buffer.alloc(HEADER + wireLength(labels) + 4 + (edns ? 11 : 0));
  packet.writeUInt16BE(id, 0);
  packet.writeUInt16BE((recursion ? RD | AD : 0) | (checkingDisabled ? CD : 0), 2);
  packet.writeUInt16BE(1, 4);
  packet.writeUInt16BE(edns ? 1 : 0, 10);
  let at = HEADER;
  for (const label of labels) {
    packet[at] = label.length;
    packet.write(label, at + 1, 'latin1');
    at += label.length + 1;
  }
  packet.writeUInt16BE(TYPE_CODES[type], at + 1);
  packet.writeUInt16BE(CLASS_IN, at + 3);
  if (edns) {
    packet.writeUInt16BE(TYPE_OPT, at + 6);
    packet.writeUInt16BE(UDP_SIZE, at + 8);
    packet.writeUInt32BE(checkingDisabled ? DNSSEC_OK : 0, at + 10);
  }
  return packet;
}

/**
 * Read what came back for a question.
 *
 * @param query the packet that was sent: id and question must come back octet for octet (RFC 5452 section 9.1), the
 *   letters of the name in the same case
 */
export function decodeReply(packet: Uint8Array, query: Uint8Array): Decoded {
  if (packet.length < HEADER) return { kind: 'stray' };
  const flags = readUint16(packet, 2);
  if (readUint16(packet, 0) !== readUint16(query, 0) || (flags & QR) === 0 || (flags & OPCODE) !== 0) {
    return { kind: 'stray' };
  }
  const questions = readUint16(packet, 4);
  const rcode = flags & 0x0f;
  // RFC 6891 section 7: servers that do not know EDNS may answer FORMERR or NOTIMP, some with the bare header.
  const bare = questions === 0 && (rcode === RCODES.formatError || rcode === RCODES.notImplemented);
  const end = questionEnd(query);
  if (!bare && !(questions === 1 && sameOctets(packet, query, HEADER, end))) return { kind: 'stray' };
  if ((flags & TC) !== 0) return { kind: 'truncated' };
  return readSections(packet, bare ? HEADER : end, flags);
}

/** Our own packet: its name has no pointers. */
function questionEnd(query: Uint8Array): number {
  let at = HEADER;
  while (query[at] !== 0) at += query[at]! + 1;
  return at + 5;
}

function sameOctets(a: Uint8Array, b: Uint8Array, from: number, to: number): boolean {
  if (a.length < to) return false;
  for (let i = from; i < to; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

function readSections(packet: Uint8Array, start: number, flags: number): Decoded {
  const counts = [readUint16(packet, 6), readUint16(packet, 8), readUint16(packet, 10)];
  if (counts.reduce((sum, count) => sum + count, 0) > MAX_RECORDS) {
    return { kind: 'malformed', fault: `it claims to contain more than ${MAX_RECORDS} records` };
  }
  const wire: Wire = { octets: packet, compressed: true };
  const sections: WireRecord[][] = [[], [], []];
  let rcode = flags & 0x0f;
  let refers = false;
  let extendedErrors: readonly ExtendedError[] = [];
  const signatures: RecordSignature[] = [];
  let at = start;
  // Octets after the last record belong to nothing and are not looked at.
  for (const [section, count] of counts.entries()) {
    for (let i = 0; i < count; i++) {
      const read = readRecord(wire, at);
      if (typeof read === 'string') return { kind: 'malformed', fault: read };
      at = read.next;
      if (read.record !== undefined) sections[section]!.push(read.record);
      if (section === 1 && read.type === TYPE_CODES.NS) refers = true;
      if (section < 2 && read.type === TYPE_RRSIG) {
        const signature = readSignature(wire, read.start, read.next);
        if (signature !== undefined) signatures.push(signature);
      }
      if (section === 2 && read.type === TYPE_OPT) {
        // RFC 6891 section 6.1.3: the upper eight bits of the RCODE lie in the TTL of OPT.
        rcode |= (read.ttl >>> 24) << 4;
        extendedErrors = readExtendedErrors(packet, read.start, read.next);
      }
    }
  }
  return {
    kind: 'reply',
    rcode,
    authoritative: (flags & AA) !== 0,
    recursion: (flags & RA) !== 0,
    authenticated: (flags & AD) !== 0,
    answers: sections[0]!,
    authorities: sections[1]!,
    additionals: sections[2]!,
    refers,
    extendedErrors,
    signatures,
    size: packet.length,
  };
}

const TYPES = new Map(Object.entries(TYPE_CODES).map(([type, code]) => [code, type]));

interface ReadRecord {
  /** Where its data begins, and where it ends. */
  readonly start: number;
  readonly next: number;
  readonly type: number;
  readonly ttl: number;
  readonly record: WireRecord | undefined;
}

/** @returns what is wrong, in words, where the record cannot be read */
function readRecord(wire: Wire, at: number): ReadRecord | string {
  const { octets } = wire;
  const owner = readName(wire, at, octets.length);
  if (owner === undefined) return 'the name of a record cannot be read';
  const fixed = owner.next;
  if (fixed + 10 > octets.length) return 'a record runs past the end of the packet';
  const code = readUint16(octets, fixed);
  const ttl = readUint32(octets, fixed + 4);
  const start = fixed + 10;
  const next = start + readUint16(octets, fixed + 8);
  if (next > octets.length) return 'a record runs past the end of the packet';
  const type = TYPES.get(code);
  if (type === undefined || !isRecordType(type) || readUint16(octets, fixed + 2) !== CLASS_IN) {
    return { start, next, type: code, ttl, record: undefined };
  }
  const data = readRecordData(type, wire, start, next);
  if (data === undefined) return `the data of the ${type} record is malformed or does not match its length`;
  const alias = type === 'CNAME' ? readName(wire, start, next)?.labels : undefined;
  // RFC 2181 section 8: a TTL with its top bit set is 0.
  const record = { owner: nameKey(owner.labels), type, ttl: ttl > 0x7fffffff ? 0 : ttl, data, alias };
  return { start, next, type: code, ttl, record };
}

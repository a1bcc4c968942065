/**
 * What the engine asks of DNS. Everything that answers (the live stub resolver, a zone file, a record given on the
 * command line, a cache in front of one of them) has this shape, and nothing else in the engine knows where answers come from.
 *
 * Names and texts are latin1 strings: one character is one octet of the wire, U+0000..U+00FF, never decoded. A name has
 * no final dot and its dots separate labels.
 */

/** The record types that the engine asks for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'TXT';

/** RFC 1035 section 3.3.9. The name is latin1, without a final dot; empty for a null MX (RFC 7505). */
export interface MxRecord {
  readonly preference: number;
  readonly exchange: string;
}

/** RFC 1035 section 3.3.13. Names are latin1, without a final dot. */
export interface SoaRecord {
  readonly mname: string;
  readonly rname: string;
  readonly serial: number;
  /** RFC 2308 section 4: the TTL of negative answers is the lesser of this and the SOA's own. */
  readonly minimum: number;
}

/** The shape of one record of each type. A TXT record is its character-strings, in order (RFC 1035 section 3.3.14). */
export interface RecordData {
  readonly A: string;
  readonly AAAA: string;
  readonly CNAME: string;
  readonly MX: MxRecord;
  readonly NS: string;
  readonly PTR: string;
  readonly SOA: SoaRecord;
  readonly TXT: readonly string[];
}

/** What is known of every answer. */
export interface AnswerFacts {
  /** Seconds; of a negative answer, its negative TTL. Absent where the source has none. */
  readonly ttl?: number | undefined;
  /** The AD bit (RFC 4035 section 3.2.3): the server says that it validated the answer. */
  readonly authenticated?: boolean | undefined;
  /** Where the answer came from: an address with port, or a file name. For traces and findings. */
  readonly server?: string | undefined;
  /** The names of the CNAME chain that was followed, the asked name not included. */
  readonly aliases?: readonly string[] | undefined;
  /** Octets of the DNS message. */
  readonly size?: number | undefined;
  /** Of a question with `checkingDisabled`: the DNSSEC signatures that came with the answer, none checked. */
  readonly signatures?: readonly RecordSignature[] | undefined;
}

/** An RRSIG record (RFC 4034 section 3.1). */
export interface RecordSignature {
  /** The type of the records that it signs, such as `TXT`. */
  readonly covered: string;
  /** The zone that signed. */
  readonly signer: string;
  /** Seconds since 1970, modulo 2^32. */
  readonly inception: number;
  readonly expiration: number;
}

/** There are records. */
export interface Found<T extends RecordType> extends AnswerFacts {
  readonly status: 'found';
  /** At least one. */
  readonly records: readonly RecordData[T][];
}

/** The name does not exist (RCODE 3). */
export interface NxDomain extends AnswerFacts {
  readonly status: 'nxdomain';
}

/** The name exists, but has no record of this type (RFC 2308 section 2.2). */
export interface NoData extends AnswerFacts {
  readonly status: 'nodata';
}

/** No answer to be relied on: a timeout, SERVFAIL, REFUSED, a malformed or forged packet, a CNAME loop. */
export interface TempError extends AnswerFacts {
  readonly status: 'temperror';
  /** A stable word for the cause. */
  readonly reason: TempErrorReason;
  /** One sentence with the facts: who was asked, what happened. */
  readonly detail: string;
  /** What the server says about the cause (RFC 8914), one at least. */
  readonly extendedErrors?: readonly ExtendedError[] | undefined;
}

/** RFC 8914. */
export interface ExtendedError {
  /** INFO-CODE, see section 5.2. */
  readonly code: number;
  /** EXTRA-TEXT: octets as the server sent them, possibly truncated or empty. */
  readonly text: string;
}

/** Why there is no answer. */
export type TempErrorReason =
  | 'timeout'
  | 'deadline'
  | 'servfail'
  | 'refused'
  | 'malformed'
  | 'cname-loop'
  /** A validating resolver refuses the answer; only `explainTrouble` finds out. */
  | 'dnssec-bogus'
  | 'unreachable'
  /** It truncates its answer over UDP, and does not give it over TCP. */
  | 'tcp-refused'
  | 'no-servers'
  | 'bad-name'
  | 'too-many-queries';

export type Answer<T extends RecordType> = Found<T> | NxDomain | NoData | TempError;

/** How one question is asked. */
export interface QueryOptions {
  /** Set the CD bit (RFC 4035 section 3.2.2): a validating server hands out what it would refuse as bogus, with its signatures. */
  readonly checkingDisabled?: boolean | undefined;
  /** Ask anew, whatever a cache on this side remembers. */
  readonly fresh?: boolean | undefined;
}

/** Where answers come from: name servers, zone files, a cache in front of either, or one of your own. */
export interface Resolver {
  /**
   * Ask for the records of a name. Never throws and never rejects for anything that DNS does: trouble is a `temperror`.
   * Answers from memory come back at once, not as a promise, so that a batch with a warm cache stays synchronous.
   *
   * @param name latin1, without a final dot; a name that cannot be sent (an empty label, over 63 octets a label, over
   *   255 in all, RFC 1035 section 2.3.4) is a `temperror` with reason `bad-name`: callers that must tell it apart check first
   */
  query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>>;
}

/** Seconds that all look-ups of a run may wait. Enough for a dead first server, and short of what a delivery agent waits. */
export const DEFAULT_DEADLINE = 30;

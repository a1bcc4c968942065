/** Master files (RFC 1035 section 5), as BIND, NSD and Knot read them and as `keygen` and `dns-record` print them. */
import { canonicalIpv4, canonicalIpv6 } from '../../syntax/ip-octets.ts';
import { type MasterEntry, type MasterToken, masterEntries, unescape } from './master-tokens.ts';
import { joinLabels, nameFault } from '../wire/name.ts';
import { isRecordType, readRecordData, TYPE_CODES } from '../wire/rdata.ts';
import type { RecordData, RecordType } from '../resolver.ts';
import { MAX_CHARACTER_STRING } from '../txt-formats/text.ts';
import { badZone, checkSize, excerpt, ownerName, type Place, type ZoneFile, type ZoneRecord } from './record.ts';
import type { Hint } from '../../hint.ts';

/** RFC 2181 section 8. */
const MAX_TTL = 0x7fffffff;

const CLASSES: ReadonlySet<string> = new Set(['IN', 'CH', 'CS', 'HS']);

/** Types that a zone may hold and nobody here asks for; any other word is a slip of the pen that must not go unseen. */
const OTHER_TYPES: ReadonlySet<string> = new Set(
  (
    'AFSDB ALIAS AMTRELAY ANAME APL CAA CDNSKEY CDS CERT CSYNC DHCID DLV DNAME DNSKEY DS EUI48 EUI64 HINFO HIP HTTPS ' +
    'IPSECKEY KEY KX L32 L64 LOC LP MB MG MINFO MR NAPTR NID NSEC NSEC3 NSEC3PARAM NULL OPENPGPKEY RESINFO RP RRSIG ' +
    'RT SIG SMIMEA SPF SRV SSHFP SVCB TA TLSA URI WALLET WKS X25 ZONEMD'
  ).split(' '),
);

/**
 * Read a master file. `$ORIGIN` and `$TTL` are obeyed, `$INCLUDE` and `$GENERATE` are refused. It may be a fragment: no
 * SOA and no `$TTL` are needed. Records of classes other than IN, and types that nobody here asks for, are passed over;
 * RFC 3597's `TYPE16` and `\# LENGTH HEX` are understood.
 *
 * @param origin for relative names, where the file does not say `$ORIGIN`; with or without a final dot
 * @throws DktoolError `bad-zone` with line and column
 */
export function parseZoneMaster(source: string, bytes: Uint8Array, origin?: string): ZoneFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const reader = new MasterReader(source, origin);
  for (const entry of masterEntries(source, text)) {
    reader.read(entry);
    checkSize(source, reader.records);
  }
  return { source, literal: false, records: reader.records };
}

class MasterReader {
  readonly records: ZoneRecord[] = [];
  readonly #source: string;
  #origin: readonly string[] | undefined;
  #owner: string | undefined;
  /** From `$TTL` (RFC 2308 section 4), else the last one that was written (RFC 1035 section 5.1). */
  #defaultTtl: number | undefined;
  #lastTtl: number | undefined;

  constructor(source: string, origin: string | undefined) {
    this.#source = source;
    if (origin !== undefined) this.#origin = origin.split('.').filter((label) => label !== '');
  }

  read({ tokens, sameOwner }: MasterEntry): void {
    const [first, ...rest] = tokens;
    if (!sameOwner && !first.quoted && first.raw.startsWith('$')) this.#directive(first, rest);
    else this.#record(sameOwner ? this.#previousOwner(first) : this.#ownerOf(first), sameOwner ? tokens : rest, first);
  }

  #directive(word: MasterToken, rest: readonly MasterToken[]): void {
    const name = word.raw.toUpperCase();
    const [value] = rest;
    if (name !== '$ORIGIN' && name !== '$TTL') {
      const hint: Hint | undefined = name === '$INCLUDE' ? { code: 'give-each-zone' } : undefined;
      throw badZone(
        this.#source,
        word,
        `unsupported directive ${excerpt(word.raw)}; only $ORIGIN and $TTL are supported`,
        hint,
      );
    }
    if (value === undefined) throw badZone(this.#source, word, `${name} has no value`);
    if (name === '$ORIGIN') this.#origin = this.#labelsOf(value);
    else {
      this.#defaultTtl = ttlOf(value);
      if (this.#defaultTtl === undefined)
        throw badZone(this.#source, value, `${excerpt(value.raw)} is not a time to live`);
    }
  }

  /** `[TTL] [class] type data`, TTL and class in either order (RFC 1035 section 5.1). */
  #record(name: string, tokens: readonly MasterToken[], first: MasterToken): void {
    let at = 0;
    let ttl: number | undefined;
    let recordClass: string | undefined;
    for (; at < tokens.length; at++) {
      const token = tokens[at]!;
      const word = token.raw.toUpperCase();
      const number = token.quoted || ttl !== undefined ? undefined : ttlOf(token);
      if (number !== undefined) ttl = number;
      else if (recordClass === undefined && (CLASSES.has(word) || /^CLASS\d{1,5}$/.test(word))) recordClass = word;
      else break;
    }
    if (ttl !== undefined) this.#lastTtl = ttl;
    ttl ??= this.#defaultTtl ?? this.#lastTtl;
    const token = tokens[at];
    if (token === undefined) throw badZone(this.#source, first, 'the record has no type');
    const type = this.#typeOf(token);
    if (recordClass !== undefined && recordClass !== 'IN' && recordClass !== 'CLASS1') return;
    if (type === 'other') this.records.push({ name, type });
    else this.records.push({ name, type, data: this.#data(type, token, tokens.slice(at + 1)), ttl } as ZoneRecord);
  }

  #typeOf(token: MasterToken): RecordType | 'other' {
    const word = token.raw.toUpperCase();
    if (!token.quoted) {
      if (isRecordType(word)) return word;
      if (OTHER_TYPES.has(word)) return 'other';
      const code = /^TYPE(\d{1,5})$/.exec(word)?.[1];
      if (code !== undefined) {
        const known = Object.entries(TYPE_CODES).find(([, number]) => number === Number(code));
        return (known?.[0] as RecordType | undefined) ?? 'other';
      }
    }
    throw badZone(this.#source, token, `expected a record type, found ${excerpt(token.raw)}`);
  }

  #data(type: RecordType, place: Place, tokens: readonly MasterToken[]): RecordData[RecordType] {
    const [first] = tokens;
    if (first === undefined) throw badZone(this.#source, place, `the ${type} record is empty`);
    if (first.raw === '\\#' && !first.quoted) return this.#genericData(type, first, tokens.slice(1));
    if (type === 'TXT') return tokens.map((token) => this.#string(token));
    const count = FIELDS[type];
    if (tokens.length !== count) {
      throw badZone(
        this.#source,
        tokens[count] ?? place,
        `${type} takes ${count} ${count === 1 ? 'word' : 'words'}, not ${tokens.length}`,
      );
    }
    return this.#fields(type, tokens);
  }

  #fields(type: Exclude<RecordType, 'TXT'>, tokens: readonly MasterToken[]): RecordData[RecordType] {
    const name = (i: number) => joinLabels(this.#labelsOf(tokens[i]!));
    switch (type) {
      case 'A':
        return this.#address(tokens[0]!, canonicalIpv4, 'IPv4');
      case 'AAAA':
        return this.#address(tokens[0]!, canonicalIpv6, 'IPv6');
      case 'MX':
        return { preference: this.#number(tokens[0]!, 0xffff), exchange: name(1) };
      case 'SOA':
        for (const i of [3, 4, 5]) this.#time(tokens[i]!);
        return {
          mname: name(0),
          rname: name(1),
          serial: this.#number(tokens[2]!, 0xffffffff),
          minimum: this.#time(tokens[6]!),
        };
      default:
        return name(0);
    }
  }

  /** RFC 3597 section 5: `\# LENGTH HEX...`. */
  #genericData(type: RecordType, place: Place, tokens: readonly MasterToken[]): RecordData[RecordType] {
    const [length, ...parts] = tokens;
    const hex = parts.map((part) => part.raw).join('');
    if (length === undefined || !/^\d{1,5}$/.test(length.raw) || !/^(?:[0-9a-f]{2})*$/i.test(hex)) {
      throw badZone(this.#source, place, "'\\#' takes a length and octets in hexadecimal");
    }
    const octets = Buffer.from(hex, 'hex');
    const data = readRecordData(type, { octets, compressed: false }, 0, octets.length);
    if (octets.length !== Number(length.raw) || data === undefined) {
      throw badZone(this.#source, place, `the octets are not a record of type ${type} and length ${length.raw}`);
    }
    return data;
  }

  #string(token: MasterToken): string {
    const text = unescape(token.raw)?.[0];
    if (text === undefined) throw badZone(this.#source, token, 'an escape is over 255, so it is not an octet');
    if (text.length > MAX_CHARACTER_STRING) {
      throw badZone(
        this.#source,
        token,
        `a string has ${text.length} octets; the limit is 255 (RFC 1035 section 3.3)`,
        'split it into several quoted strings in one pair of parentheses',
      );
    }
    return text;
  }

  #address(token: MasterToken, canonical: (text: string) => string | undefined, family: string): string {
    const address = canonical(token.raw);
    if (address === undefined) throw badZone(this.#source, token, `${excerpt(token.raw)} is not an ${family} address`);
    return address;
  }

  #number(token: MasterToken, max: number): number {
    if (!/^\d{1,10}$/.test(token.raw) || Number(token.raw) > max) {
      throw badZone(this.#source, token, `${excerpt(token.raw)} is not a number from 0 to ${max}`);
    }
    return Number(token.raw);
  }

  #time(token: MasterToken): number {
    const seconds = ttlOf(token);
    if (seconds === undefined) throw badZone(this.#source, token, `${excerpt(token.raw)} is not a number of seconds`);
    return seconds;
  }

  #previousOwner(place: Place): string {
    if (this.#owner === undefined) throw badZone(this.#source, place, 'the first record has no name');
    return this.#owner;
  }

  #ownerOf(token: MasterToken): string {
    const owner = ownerName(this.#labelsOf(token));
    if ('fault' in owner) throw badZone(this.#source, token, `the name ${excerpt(token.raw)} ${owner.fault}`);
    this.#owner = owner.name;
    return owner.name;
  }

  /** The labels of a name: absolute with a final dot, `@` is the origin, anything else is below the origin. */
  #labelsOf(token: MasterToken): readonly string[] {
    const labels = token.raw === '.' ? [''] : unescape(token.raw, '.');
    if (labels === undefined) throw badZone(this.#source, token, 'an escape is over 255, so it is not an octet');
    const absolute = labels.at(-1) === '';
    const own = absolute ? labels.slice(0, -1) : token.raw === '@' && !token.quoted ? [] : labels;
    if (!absolute && this.#origin === undefined) {
      throw badZone(this.#source, token, `the name ${excerpt(token.raw)} is relative, and no origin is given`, {
        code: 'give-origin',
      });
    }
    const name = absolute ? own : [...own, ...this.#origin!];
    const fault = nameFault(name);
    if (fault !== undefined) throw badZone(this.#source, token, `the name ${excerpt(token.raw)} ${fault}`);
    return name;
  }
}

const FIELDS: Readonly<Record<Exclude<RecordType, 'TXT'>, number>> = {
  A: 1,
  AAAA: 1,
  CNAME: 1,
  NS: 1,
  PTR: 1,
  MX: 2,
  SOA: 7,
};

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds, or BIND's `1w2d3h4m5s`. */
function ttlOf(token: MasterToken): number | undefined {
  const text = token.raw.toLowerCase();
  if (text.length > 40 || !/^\d+$|^(?:\d+[smhdw])+$/.test(text)) return undefined;
  const parts = text.match(/\d+[smhdw]?/g) ?? [];
  const seconds = parts.reduce((sum, part) => sum + Number.parseInt(part, 10) * (UNIT_SECONDS[part.at(-1)!] ?? 1), 0);
  return seconds <= MAX_TTL ? seconds : undefined;
}

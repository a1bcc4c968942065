/** The data file of tinydns (https://cr.yp.to/djbdns/tinydns-data.html), with the IPv6 lines of its common patch. */
import { canonicalIpv4, formatIpv6 } from '../../syntax/ip-octets.ts';
import { joinLabels, nameFault } from '../wire/name.ts';
import { readRecordData, TYPE_CODES } from '../wire/rdata.ts';
import type { RecordData, RecordType } from '../resolver.ts';
import { splitCharacterStrings } from '../txt-formats/text.ts';
import { badZone, checkSize, excerpt, ownerName, type ZoneFile, type ZoneRecord } from './record.ts';

/** What tinydns-data gives to a line that says no time to live. */
const TTL = { address: 86_400, server: 259_200, start: 2560 } as const;
/** The minimum of the SOA that a `.` line makes. */
const DEFAULT_MINIMUM = 2560;
/** tinydns-data cuts the text of a `'` line into strings of this size. */
const TEXT_STRING = 127;

/**
 * Read a tinydns-data file: the lines `. & = + @ ' ^ C Z :` and, of the common patches, `3 6` (IPv6; `S` and `N` are
 * passed over). `-`, `#` and `%` lines say nothing. Locations and timestamps are not looked at: each record counts, for
 * every client and at any time. The serial of an SOA that does not give one is 0, not the file's time.
 *
 * @throws DktoolError `bad-zone` with line and column
 */
export function parseZoneTinydns(source: string, bytes: Uint8Array): ZoneFile {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const records: ZoneRecord[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    new TinydnsLine(source, i + 1, withoutFinalBlanks(line), records).read();
    checkSize(source, records);
  }
  return { source, literal: false, records };
}

/** One line: its kind is the first character, its fields are cut at colons. */
class TinydnsLine {
  readonly #source: string;
  readonly #line: number;
  readonly #kind: string;
  readonly #fields: readonly string[];
  readonly #records: ZoneRecord[];

  constructor(source: string, line: number, text: string, records: ZoneRecord[]) {
    this.#source = source;
    this.#line = line;
    this.#kind = text.charAt(0);
    this.#fields = text.slice(1).split(':');
    this.#records = records;
  }

  read(): void {
    switch (this.#kind) {
      case '':
      case '#':
      case '-':
      case '%':
        return;
      case '.':
      case '&':
        return this.#nameServer();
      case '=':
        this.#add(this.#owner(), 'A', this.#ipv4(1), 2);
        return this.#add(reverseIpv4(this.#ipv4(1)), 'PTR', this.#name(0), 2);
      case '+':
        return this.#add(this.#owner(), 'A', this.#ipv4(1), 2);
      case '@':
        return this.#mailServer();
      case "'":
        return this.#add(this.#owner(), 'TXT', splitCharacterStrings(this.#octets(1), TEXT_STRING), 2);
      case '^':
        return this.#add(this.#owner(), 'PTR', this.#name(1), 2);
      case 'C':
        return this.#add(this.#owner(), 'CNAME', this.#name(1), 2);
      case 'Z':
        return this.#start();
      case ':':
        return this.#generic();
      case '3':
      case '6':
        return this.#ipv6Address();
      case 'S':
      case 'N':
        this.#records.push({ name: this.#owner(), type: 'other' });
        return;
      default:
        throw this.#fail(-1, `unknown line type ${excerpt(this.#kind)}`);
    }
  }

  /** `.fqdn:ip:x:ttl` and `&fqdn:ip:x:ttl`: a name server, its address, and for `.` the start of authority. */
  #nameServer(): void {
    const owner = this.#owner();
    const server = this.#serverName(2, 'ns', owner);
    if (this.#kind === '.') {
      const start = { mname: server, rname: `hostmaster.${owner}`, serial: 0, minimum: DEFAULT_MINIMUM };
      this.#records.push({ name: owner, type: 'SOA', data: start, ttl: TTL.start });
    }
    this.#add(owner, 'NS', server, 3, TTL.server);
    if (this.#field(1) !== '') this.#add(server, 'A', this.#ipv4(1), 3, TTL.server);
  }

  /** `@fqdn:ip:x:dist:ttl`. */
  #mailServer(): void {
    const owner = this.#owner();
    const exchange = this.#serverName(2, 'mx', owner);
    this.#add(owner, 'MX', { preference: this.#number(3, 0xffff) ?? 0, exchange }, 4);
    if (this.#field(1) !== '') this.#add(exchange, 'A', this.#ipv4(1), 4);
  }

  /** `Zfqdn:mname:rname:ser:ref:ret:exp:min:ttl`. */
  #start(): void {
    const data = {
      mname: this.#name(1),
      rname: this.#name(2),
      serial: this.#number(3, 0xffffffff) ?? 0,
      minimum: this.#number(7, 0x7fffffff) ?? DEFAULT_MINIMUM,
    };
    this.#add(this.#owner(), 'SOA', data, 8, TTL.start);
  }

  /** `:fqdn:n:rdata:ttl`: any type by its number, its data as on the wire. */
  #generic(): void {
    const code = this.#number(1, 0xffff);
    const type = Object.entries(TYPE_CODES).find(([, number]) => number === code)?.[0] as RecordType | undefined;
    if (type === undefined) {
      this.#records.push({ name: this.#owner(), type: 'other' });
      return;
    }
    const octets = Buffer.from(this.#octets(2), 'latin1');
    const data = readRecordData(type, { octets, compressed: false }, 0, octets.length);
    if (data === undefined) {
      throw this.#fail(2, `the ${octets.length} octets are not a valid record of type ${code} (${type})`);
    }
    this.#add(this.#owner(), type, data, 3);
  }

  /** `3fqdn:hex32:ttl` is an AAAA, `6fqdn:hex32:ttl` its PTR as well. */
  #ipv6Address(): void {
    const hex = this.#field(1).toLowerCase();
    if (!/^[0-9a-f]{32}$/.test(hex))
      throw this.#fail(1, `${excerpt(hex)} is not an IPv6 address of 32 hexadecimal digits`);
    this.#add(this.#owner(), 'AAAA', formatIpv6(Buffer.from(hex, 'hex')), 2);
    if (this.#kind === '6') this.#add(`${hex.split('').toReversed().join('.')}.ip6.arpa`, 'PTR', this.#name(0), 2);
  }

  #add<T extends RecordType>(name: string, type: T, data: RecordData[T], ttlField: number, ttl: number = TTL.address) {
    this.#records.push({ name, type, data, ttl: this.#number(ttlField, 0x7fffffff) ?? ttl } as ZoneRecord);
  }

  #field(i: number): string {
    return this.#fields[i] ?? '';
  }

  #owner(): string {
    const owner = ownerName(this.#labels(0));
    if ('fault' in owner) throw this.#fail(0, `the name ${excerpt(this.#field(0))} ${owner.fault}`);
    return owner.name;
  }

  #name(i: number): string {
    return joinLabels(this.#labels(i));
  }

  #labels(i: number): string[] {
    const text = this.#field(i);
    const labels = labelsOf(text);
    const fault = nameFault(labels);
    if (fault !== undefined) throw this.#fail(i, `the name ${excerpt(text)} ${fault}`);
    return labels;
  }

  /** `x` stands for `x.ns.fqdn`; one with a dot is a name of its own. Without `x` it is `ns.fqdn`. */
  #serverName(i: number, kind: 'ns' | 'mx', owner: string): string {
    const given = this.#field(i);
    if (given.includes('.')) return this.#name(i);
    const labels = given === '' ? [] : [unescapeOctal(given)];
    return joinLabels([...labels, kind, ...(owner === '' ? [] : owner.split('.'))]);
  }

  #ipv4(i: number): string {
    const address = canonicalIpv4(this.#field(i));
    if (address === undefined) throw this.#fail(i, `${excerpt(this.#field(i))} is not an IPv4 address`);
    return address;
  }

  #number(i: number, max: number): number | undefined {
    const text = this.#field(i);
    if (text === '') return undefined;
    if (!/^\d{1,10}$/.test(text) || Number(text) > max) {
      throw this.#fail(i, `${excerpt(text)} is not a number from 0 to ${max}`);
    }
    return Number(text);
  }

  #octets(i: number): string {
    return unescapeOctal(this.#field(i));
  }

  /** @param field counted from 0; -1 is the line's first character */
  #fail(field: number, fault: string): Error {
    const before = this.#fields.slice(0, Math.max(field, 0)).reduce((sum, { length }) => sum + length + 1, 0);
    return badZone(this.#source, { line: this.#line, column: field < 0 ? 1 : before + 2 }, fault);
  }
}

/** tinydns-data drops blanks at the end of a line; 0xA0 is none, so trimEnd() is not the tool. */
function withoutFinalBlanks(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t\r'.includes(line[end - 1]!)) end--;
  return line.slice(0, end);
}

/** `\OOO` is the octet with that octal number, of one to three digits; `\X` is X. A backslash at the end says nothing. */
function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:([0-7]{1,3})|([^])|$)/g, (_, octal: string | undefined, other: string | undefined) =>
    octal === undefined ? (other ?? '') : String.fromCharCode(Number.parseInt(octal, 8) & 0xff),
  );
}

/** The labels of a name: dots cut it, except escaped ones. One final dot is allowed. */
function labelsOf(text: string): string[] {
  const labels: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '.') {
      labels.push(unescapeOctal(text.slice(start, at)));
      start = at + 1;
    }
  }
  if (start < text.length) labels.push(unescapeOctal(text.slice(start)));
  return text === '.' ? [] : labels;
}

function reverseIpv4(address: string): string {
  return `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
}

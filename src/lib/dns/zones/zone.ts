/** Zone files as a resolver: everything is answered from memory, nothing ever goes out to the network. */
import { canBeSent, lowerAscii } from '../wire/name.ts';
import type { Answer, RecordData, RecordType, Resolver, TempError } from '../resolver.ts';
import { type ZoneFile, type ZoneMarker, type ZoneRecord, zoneTooLarge } from './record.ts';

/** Aliases followed for one question. Resolvers stop at 11 (Unbound) to 16 (BIND); a longer chain is a mistake or a trap. */
export const MAX_ALIASES = 16;

interface RecordSet {
  readonly records: RecordData[RecordType][];
  /** The records as text, to see one that is there twice. */
  readonly known: Set<string>;
  ttl: number | undefined;
  readonly source: string;
}

interface Node {
  readonly sets: Map<RecordType, RecordSet>;
  readonly markers: Map<RecordType | '*', ZoneMarker>;
  readonly source: string;
}

/** A resolver that never waits. */
export interface MemoryResolver extends Resolver {
  /** As `Resolver.query`, always at once. */
  query<T extends RecordType>(name: string, type: T): Answer<T>;
}

/**
 * Answer from zone files, all of them as one: their records are put together, whichever file they are in. A name that is
 * in none of them does not exist (NXDOMAIN).
 *
 * - Aliases (CNAME) are followed from file to file; a loop, or more than {@link MAX_ALIASES}, is a `temperror`.
 * - Names of master and tinydns files behave as on a server: a name above a record exists (RFC 4592 section 2.2.2, RFC
 *   8020), `*` as first label is a wildcard (RFC 4592), and a record that is there twice counts once (RFC 2181 section 5).
 * - Delegations are not followed: there is nobody to ask.
 *
 * @throws DktoolError `zone-too-large`, permanent
 */
export function zoneResolver(files: readonly ZoneFile[]): MemoryResolver {
  return new ZoneStore(files);
}

/** Answers that were put together for names are kept for the next message, until there are so many. */
const MAX_KEPT = 4096;

class ZoneStore implements MemoryResolver {
  readonly #files: readonly FileIndex[];
  readonly #kept = new Map<string, Node | undefined>();

  constructor(files: readonly ZoneFile[]) {
    this.#files = files.map((file) => new FileIndex(file));
  }

  query<T extends RecordType>(name: string, type: T): Answer<T> {
    if (!canBeSent(name)) {
      return { status: 'temperror', reason: 'bad-name', detail: `${name} is not a valid DNS name` };
    }
    const seen: string[] = [];
    const aliases: string[] = [];
    for (let at = name; ; at = aliases.at(-1)!) {
      const key = lowerAscii(at);
      if (seen.includes(key)) return loop(`the aliases of ${name} lead back to ${at}`, aliases);
      if (aliases.length > MAX_ALIASES) return loop(`${name} has more than ${MAX_ALIASES} aliases in a row`, aliases);
      seen.push(key);
      const node = this.#find(key);
      if (node === undefined) {
        const status = this.#exists(key) ? 'nodata' : 'nxdomain';
        return aliases.length > 0 ? { status, aliases } : { status };
      }
      const alias = type === 'CNAME' ? undefined : (node.sets.get('CNAME')?.records[0] as string | undefined);
      if (alias === undefined || node.sets.has(type) || node.markers.has(type)) {
        const answer = answerOf(node, at, type);
        return aliases.length > 0 ? { ...answer, aliases } : answer;
      }
      aliases.push(alias);
    }
  }

  #find(name: string): Node | undefined {
    if (this.#kept.has(name)) return this.#kept.get(name);
    const node = this.#look(name);
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(name, node);
    return node;
  }

  #look(name: string): Node | undefined {
    const node = this.#nodeAt(name);
    if (node !== undefined || this.#exists(name)) return node;
    // RFC 4592 section 3.3.1: the wildcard right below the closest name that exists, and no other, answers.
    let encloser = parentOf(name);
    while (encloser !== undefined && !this.#exists(encloser)) encloser = parentOf(encloser);
    if (encloser === undefined) return undefined;
    const wildcard = encloser === '' ? '*' : `*.${encloser}`;
    return this.#exists(wildcard) ? this.#nodeAt(wildcard) : undefined;
  }

  #exists(name: string): boolean {
    return this.#files.some((file) => file.exists(name));
  }

  #nodeAt(name: string): Node | undefined {
    let node: Node | undefined;
    for (const index of this.#files) {
      for (const record of index.recordsAt(name)) {
        const { source, literal } = index.file;
        node ??= { sets: new Map(), markers: new Map(), source };
        if ('marker' in record) node.markers.set(record.type, record.marker);
        else if (record.type !== 'other') addRecord(node, record, source, literal);
      }
    }
    return node;
  }
}

/** Names of one file, those above them counted: some hundred octets each. */
const MAX_NAMES = 3_000_000;

/** The records of a file by their names. It holds nothing else of them: a file may have a million. */
class FileIndex {
  readonly file: Pick<ZoneFile, 'source' | 'literal'>;
  /** `undefined`: the name exists, since there are names below it. */
  readonly #names = new Map<string, ZoneRecord | ZoneRecord[] | undefined>();

  constructor({ source, literal, records }: ZoneFile) {
    this.file = { source, literal };
    for (const record of records) {
      this.#add(record);
      if (this.#names.size > MAX_NAMES) throw zoneTooLarge(source, `${MAX_NAMES} names`);
    }
  }

  #add(record: ZoneRecord): void {
    const { name } = record;
    const known = this.#names.get(name);
    if (Array.isArray(known)) known.push(record);
    else this.#names.set(name, known === undefined ? record : [known, record]);
    if (this.file.literal) return;
    for (let at = parentOf(name); at !== undefined && !this.#names.has(at); at = parentOf(at)) {
      this.#names.set(at, undefined);
    }
  }

  recordsAt(name: string): readonly ZoneRecord[] {
    const known = this.#names.get(name);
    if (known === undefined) return [];
    return Array.isArray(known) ? known : [known];
  }

  /** RFC 8020, RFC 4592 section 2.2.2: with a name, those above it exist. In zone JSON only what stands there. */
  exists(name: string): boolean {
    return !this.file.literal && this.#names.has(name);
  }
}

function addRecord(node: Node, record: Extract<ZoneRecord, { data: unknown }>, source: string, literal: boolean): void {
  let set = node.sets.get(record.type);
  if (set === undefined) {
    set = { records: [], known: new Set(), ttl: undefined, source };
    node.sets.set(record.type, set);
  }
  // RFC 2181 section 5.2: one TTL a set; where they differ, the least is the safe one.
  if (record.ttl !== undefined) set.ttl = Math.min(set.ttl ?? record.ttl, record.ttl);
  if (!literal) {
    const text = JSON.stringify(record.data);
    if (set.known.has(text)) return;
    set.known.add(text);
  }
  set.records.push(record.data);
}

function answerOf<T extends RecordType>(node: Node, name: string, type: T): Answer<T> {
  const set = node.sets.get(type);
  const marker = node.markers.get(type) ?? (set === undefined ? node.markers.get('*') : undefined);
  if (marker !== undefined) return markedAnswer(marker, name, type, node.source);
  if (set === undefined || set.records.length === 0) return { status: 'nodata', server: node.source };
  return { status: 'found', records: set.records as RecordData[T][], ttl: set.ttl, server: set.source };
}

function markedAnswer<T extends RecordType>(marker: ZoneMarker, name: string, type: T, server: string): Answer<T> {
  if (marker === 'NXDOMAIN') return { status: 'nxdomain', server };
  return marker === 'TIMEOUT'
    ? { status: 'temperror', reason: 'timeout', detail: `${server}: no answer for ${name} ${type} in time`, server }
    : { status: 'temperror', reason: 'servfail', detail: `${server} answers SERVFAIL for ${name} ${type}`, server };
}

function loop(detail: string, aliases: readonly string[]): TempError {
  return { status: 'temperror', reason: 'cname-loop', detail, aliases };
}

/** `a.example` -> `example` -> `` (the root) -> `undefined`. */
function parentOf(name: string): string | undefined {
  if (name === '') return undefined;
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

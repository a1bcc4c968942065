/** Key records with the time that they were seen in DNS: a keyring. */
import type { KeySighting, RetiredRecord } from '../keys/retired.ts';

/** A record that was published at a name. */
export interface KeyringEntry extends KeySighting {
  /** `selector._domainkey.example.com`, lower case, without a dot at its end. */
  readonly name: string;
  /** The strings of the TXT record joined, latin1. */
  readonly record: string;
}

/** Entries, one a name and record; `retired` hands them to KeyCache. */
export class Keyring {
  /** By name, then by record. */
  readonly #names = new Map<string, Map<string, KeyringEntry>>();
  readonly #records = new Map<string, readonly RetiredRecord[]>();
  #size = 0;

  constructor(entries: Iterable<KeyringEntry> = []) {
    for (const entry of entries) this.add(entry);
  }

  /** Records in it. */
  get size(): number {
    return this.#size;
  }

  /**
   * Add a sighting. One of a record that is known widens its time; the origin that was first stays, and so does the day on
   * which the private key was published, unless an earlier one comes.
   *
   * @returns whether that changed anything
   */
  add(entry: KeyringEntry): boolean {
    let records = this.#names.get(entry.name);
    if (records === undefined) {
      records = new Map();
      this.#names.set(entry.name, records);
    }
    const known = records.get(entry.record);
    const merged = known === undefined ? entry : mergedEntry(known, entry);
    if (known !== undefined && isSame(known, merged)) return false;
    if (known === undefined) this.#size++;
    records.set(entry.record, merged);
    this.#records.delete(entry.name);
    return true;
  }

  /** All entries by name, and at a name by the time that they were first seen. */
  *entries(): Generator<KeyringEntry> {
    for (const name of [...this.#names.keys()].sort()) {
      yield* [...this.#names.get(name)!.values()].sort((a, b) => order(a.first, b.first) || order(a.last, b.last));
    }
  }

  /** The records of a name for KeyCache. */
  retired(name: string): readonly RetiredRecord[] {
    let records = this.#records.get(name);
    if (records === undefined) {
      const entries = [...(this.#names.get(name)?.values() ?? [])].sort((a, b) => order(b.last, a.last));
      records = entries.map((entry) => ({ strings: [entry.record], seen: entry }));
      this.#records.set(name, records);
    }
    return records;
  }
}

function order(a: number | undefined, b: number | undefined): number {
  return (a ?? Number.NEGATIVE_INFINITY) === (b ?? Number.NEGATIVE_INFINITY)
    ? 0
    : (a ?? Number.NEGATIVE_INFINITY) - (b ?? Number.NEGATIVE_INFINITY);
}

function mergedEntry(known: KeyringEntry, more: KeyringEntry): KeyringEntry {
  return {
    ...known,
    first: least(known.first, more.first),
    last: most(known.last, more.last),
    origin: known.origin ?? more.origin,
    disclosed: least(known.disclosed, more.disclosed),
  };
}

function isSame(a: KeyringEntry, b: KeyringEntry): boolean {
  return a.first === b.first && a.last === b.last && a.origin === b.origin && a.disclosed === b.disclosed;
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function most(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

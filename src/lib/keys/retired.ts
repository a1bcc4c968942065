/** Keys that were published once and are judged with today, because a keyring has kept them. */

/** When a record was seen in DNS; times are seconds since 1970. */
export interface KeySighting {
  /** `undefined`: nobody knows. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** Where it was seen, e.g. `dns` or the name of a file; latin1. */
  readonly origin: string | undefined;
  /** When its private key was published, so that anybody can sign with it. */
  readonly disclosed: number | undefined;
}

/** A record that was seen in DNS once, as its answer would have it. */
export interface RetiredRecord {
  /** The character-strings of the TXT record, always the same array for the same record: see KeyCache. */
  readonly strings: readonly string[];
  readonly seen: KeySighting;
}

/** The records that were seen at a name, lower case without a dot at its end; those that were seen last come first. */
export type RetiredRecords = (name: string) => readonly RetiredRecord[];

/** What a key is that DNS does not have, or not any more. */
export interface Retirement {
  readonly seen: KeySighting;
  /** Why it is not the key of DNS, as a sentence. */
  readonly absence: string;
}

/** `seen from 2019-03-01 to 2021-04-05 (dns)`. */
export function sightingText({ first, last, origin }: KeySighting): string {
  const by = origin === undefined ? '' : ` (${origin.slice(0, 100)})`;
  if (first === undefined && last === undefined) return `seen at an unknown time${by}`;
  if (first === last || first === undefined || last === undefined) return `seen on ${day(first ?? last!)}${by}`;
  return `seen from ${day(first)} to ${day(last)}${by}`;
}

/** The date in UTC. */
export function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().slice(0, 10);
}

type KeyWarningCode = 'key-retired' | 'key-disclosed';

interface JudgedKey {
  readonly retirement?: Retirement | undefined;
  readonly disclosed?: number | undefined;
}

/** Why a signature of a key is worth nothing: its private key was public at the time that the signature is judged as of. */
export function disclosureRefusal(
  key: JudgedKey | undefined,
  now: number,
): { readonly reason: 'key-disclosed'; readonly detail: string } | undefined {
  const disclosed = key?.disclosed;
  if (disclosed === undefined || now < disclosed) return undefined;
  const detail = `the private key was published on ${day(disclosed)}: since then anyone can sign with it`;
  return { reason: 'key-disclosed', detail };
}

/**
 * What is to be known of the key that a signature was judged with.
 *
 * @param others keyring keys of the same name that were tried too
 */
export function* keyringWarnings(
  name: string,
  key: JudgedKey | undefined,
  now: number,
  others: readonly KeySighting[],
): Generator<{ readonly code: KeyWarningCode; readonly detail: string }> {
  if (key?.retirement !== undefined) {
    const { seen, absence } = key.retirement;
    const rest = others.length === 0 ? '' : `; also tried: ${others.map(sightingText).join(', ')}`;
    const detail = `the key is from the keyring, ${sightingText(seen)}, and is not published now: ${absence}${rest}`;
    yield { code: 'key-retired', detail };
  }
  if (key?.disclosed !== undefined && now < key.disclosed) {
    const detail = `the private key of ${name} was published on ${day(key.disclosed)}, later than the time judged as of`;
    yield { code: 'key-disclosed', detail };
  }
}

/**
 * From the answer of DNS to the keys that may judge a signature: what all signature methods have in common (RFC 6376
 * section 6.1.2, RFC 4870 section 3.7.4).
 */
import { type ImportedPublicKey, importPublicKey, type KeyType } from '../crypto/public-key.ts';
import type { Answer } from '../dns/resolver.ts';
import type { KeySighting, RetiredRecord, RetiredRecords, Retirement } from './retired.ts';

/** A key record of the kind `R` whose key can verify. */
export interface UsableKey<R> {
  readonly ok: true;
  readonly record: R;
  readonly imported: ImportedPublicKey & { readonly ok: true };
  /** It is not the key of DNS, but one of a keyring. */
  readonly retirement?: Retirement;
  /** When its private key was published, where a keyring says so; seconds since 1970. */
  readonly disclosed?: number;
}

/** A record, or no record, that cannot: the reason, a word of the method's registry, and a sentence. */
export interface UnusableKey<Reason extends string> {
  readonly ok: false;
  readonly refusal: { readonly reason: Reason; readonly detail: string };
  /** Not even meant as a key record, such as the SPF record of a wildcard. */
  readonly isForeign?: boolean;
}

export type KeyCandidate<R, Reason extends string> = UsableKey<R> | UnusableKey<Reason>;

/** Records of a keyring at one name that are looked into: one a month for five years. */
const MAX_RETIRED = 60;

/** TXT records of one name that are looked into: a zone with more key records than this is not a zone for keys. */
const MAX_RECORDS = 10;

/**
 * Key records that have been read, so that many messages of one sender pay for one import. They are found by the identity
 * of an answer's record, which is the same for as long as a resolver keeps the answer, and are forgotten with it: the cache
 * of the resolver is the bound of this one. One cache serves all methods.
 */
export class KeyCache {
  /** The records of a keyring. */
  readonly retired: RetiredRecords;
  readonly #read = new Map<(text: string) => unknown, WeakMap<readonly string[], unknown>>();

  /** @param retired keys that DNS may not have any more, to be tried behind its own */
  constructor(retired: RetiredRecords = () => NONE) {
    this.retired = retired;
  }

  /**
   * @param read what makes a candidate of the record's text, latin1, its strings joined; one function a method
   * @param strings the character-strings of the record, as the resolver's answer holds them
   */
  get<C>(read: (text: string) => C, strings: readonly string[]): C {
    let known = this.#read.get(read) as WeakMap<readonly string[], C> | undefined;
    if (known === undefined) {
      known = new WeakMap();
      this.#read.set(read, known);
    }
    let candidate = known.get(strings);
    if (candidate === undefined) {
      candidate = read(strings.join(''));
      known.set(strings, candidate);
    }
    return candidate;
  }
}

const NONE: readonly RetiredRecord[] = [];

export function unusable<Reason extends string>(reason: Reason, detail: string): UnusableKey<Reason> {
  return { ok: false, refusal: { reason, detail } };
}

/**
 * The key of a record that has one.
 *
 * @param publicKey p=, base64
 */
export function importKey<R extends { readonly publicKey: string }>(
  record: R,
  type: KeyType,
): KeyCandidate<R, 'key-oversized' | 'key-invalid'> {
  const imported = importPublicKey(type, Buffer.from(record.publicKey, 'base64'));
  if (imported.ok) return { ok: true, record, imported };
  return unusable(imported.reason === 'oversized' ? 'key-oversized' : 'key-invalid', imported.problem);
}

/**
 * The keys that an answer offers for a signature, and behind them those of a keyring. Usable ones first, foreign records last;
 * but DNS trouble comes before the keys of a keyring. Never empty.
 *
 * Several key records at one name are undefined (RFC 6376 section 3.6.2.2); a verifier may try each (RFC 6376 section
 * 6.1.2, RFC 4870 section 9), which is what helps where a key stands beside a wildcard's SPF text.
 *
 * @param name that was asked for
 * @param candidate what a record, its character-strings, is to the signature
 */
export function keyCandidates<R, Reason extends string>(
  answer: Answer<'TXT'>,
  name: string,
  candidate: (strings: readonly string[]) => KeyCandidate<R, Reason>,
  retired: readonly RetiredRecord[] = NONE,
): KeyCandidate<R, Reason | 'key-unavailable' | 'key-not-found'>[] {
  const published = publishedCandidates(answer, name, candidate);
  if (retired.length === 0) return published;
  const old = retired.slice(0, MAX_RETIRED).flatMap(({ strings, seen }) => {
    const key = candidate(strings);
    return key.ok ? [{ key, seen }] : [];
  });
  const disclosures = old.filter(({ seen }) => seen.disclosed !== undefined);
  /** One key may stand in several records: as DNS had it, and as it was made from the private key. */
  const withDisclosure = (key: UsableKey<R>): UsableKey<R> => {
    const days = disclosures.filter((one) => isSameKey(one.key, key)).map(({ seen }) => seen.disclosed!);
    return days.length === 0 ? key : { ...key, disclosed: Math.min(...days) };
  };
  const current = published.map((key) => (key.ok ? withDisclosure(key) : key));
  const [first] = current;
  const absence = first!.ok ? `DNS has another key at ${name}` : first!.refusal.detail;
  const added = old
    .filter(({ key }) => !current.some((one) => one.ok && isSameKey(one, key)))
    .map(({ key, seen }) => ({ ...withDisclosure(key), retirement: { seen, absence } }));
  if (!first!.ok && first!.refusal.reason === 'key-unavailable') return [first!, ...added];
  return [...current, ...added].sort((a, b) => rank(a) - rank(b));
}

/** Whatever their records say besides. */
function isSameKey(a: UsableKey<unknown>, b: UsableKey<unknown>): boolean {
  return a.imported.key.equals(b.imported.key);
}

function publishedCandidates<R, Reason extends string>(
  answer: Answer<'TXT'>,
  name: string,
  candidate: (strings: readonly string[]) => KeyCandidate<R, Reason>,
): KeyCandidate<R, Reason | 'key-unavailable' | 'key-not-found'>[] {
  if (answer.status === 'temperror') return [unusable('key-unavailable', `no answer for ${name}: ${answer.detail}`)];
  if (answer.status === 'nxdomain') return [unusable('key-not-found', `${name} does not exist`)];
  if (answer.status === 'nodata') return [unusable('key-not-found', `${name} has no TXT record`)];
  const candidates: KeyCandidate<R, Reason>[] = [];
  for (const strings of answer.records.slice(0, MAX_RECORDS)) candidates.push(candidate(strings));
  return candidates.length === 1 ? candidates : candidates.sort((a, b) => rank(a) - rank(b));
}

/** The keyring keys among candidates, but for one. */
export function otherSightings(candidates: readonly KeyCandidate<unknown, string>[], than: unknown): KeySighting[] {
  return candidates.flatMap((one) => (one.ok && one !== than && one.retirement ? [one.retirement.seen] : []));
}

function rank(candidate: KeyCandidate<unknown, string>): number {
  if (candidate.ok) return 0;
  return candidate.isForeign === true ? 2 : 1;
}

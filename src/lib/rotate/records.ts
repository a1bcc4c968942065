/** What name servers show at the name of a key, in the words of a rotation. */
import type { Answer } from '../dns/resolver.ts';
import type { SurveyedZone } from '../dns/survey/name.ts';
import { serverName } from '../dns/survey/servers.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import type { Finding } from '../finding.ts';
import { parseKeyRecord } from '../keys/key-record.ts';
import type { Records } from './facts.ts';

/** One server's texts at the name; `undefined`: it did not say. */
interface Sighting {
  readonly server: string;
  readonly texts: readonly string[] | undefined;
}

export interface NameSighting {
  readonly name: string;
  readonly findings: readonly Finding[];
  readonly seen: readonly Sighting[];
  readonly isAbsent: boolean;
  /** Seconds; `undefined`: not known. */
  readonly ttl: number | undefined;
  /** p= of the key; `undefined`: any will do. */
  readonly publicKey: string | undefined;
}

/** @param survey of all servers, or one answer where only that is to be had */
export function sightings({
  zones,
  answer,
}: {
  readonly zones?: readonly SurveyedZone[] | undefined;
  readonly answer: Answer<'TXT'> | undefined;
}): Pick<NameSighting, 'seen' | 'isAbsent'> {
  const seen =
    zones === undefined
      ? [{ server: answer?.server ?? 'DNS', texts: textsOf(answer) }]
      : zones.flatMap(({ views }) =>
          views.map((view) => ({ server: serverName(view), texts: view.ok ? heldTexts(view.held) : undefined })),
        );
  return { seen, isAbsent: seen.length > 0 && seen.every(({ texts }) => texts?.some(mayBeKey) === false) };
}

function textsOf(answer: Answer<'TXT'> | undefined): readonly string[] | undefined {
  if (answer === undefined || answer.status === 'temperror') return undefined;
  return answer.status === 'found' ? answer.records.map(joinStrings) : [];
}

/** An alias is something that is there, and no key by itself. */
function heldTexts(held: {
  readonly status: string;
  readonly records?: readonly (readonly string[])[];
}): readonly string[] {
  if (held.status === 'found') return held.records!.map(joinStrings);
  return held.status === 'alias' ? ['alias'] : [];
}

/** Findings about a delegation: all servers of both sides are asked, and what they show is what counts. */
const BESIDE_THE_POINT = new Set([
  'zone-not-delegated',
  'delegation-unknown',
  'ns-not-in-zone',
  'ns-not-delegated',
  'ns-glue-differs',
  'ns-without-address',
  'key-weak',
]);

export function recordsOf({ name, findings, seen, isAbsent, ttl, publicKey }: NameSighting): Records {
  const trouble = findings.find(
    ({ severity, code }) => (severity === 'error' || severity === 'temporary') && !BESIDE_THE_POINT.has(code),
  );
  const isRight = (text: string) => {
    const parsed = parseKeyRecord(text);
    return (
      parsed.ok && parsed.record.publicKey !== '' && (publicKey === undefined || parsed.record.publicKey === publicKey)
    );
  };
  const someRight = seen.some(({ texts = [] }) => texts.some(isRight));
  const silent = seen.find(({ texts }) => texts === undefined);
  const isSeen = seen.length > 0 && silent === undefined;
  const live = seen.find(({ texts = [] }) => texts.some((text) => mayBeKey(text) && !isRevocation(text)));
  const right = trouble === undefined && isSeen && someRight ? 'all' : someRight ? 'some' : 'none';
  return {
    right,
    isRevoked: isSeen && live === undefined,
    hasRevocation: seen.some(({ texts = [] }) => texts.some(isRevocation)),
    isAbsent,
    ttl,
    problem: right === 'all' ? '' : problemOf(trouble, silent, seen),
    shownBy: shownBy(name, silent, seen),
  };
}

function isRevocation(text: string): boolean {
  const parsed = parseKeyRecord(text);
  return parsed.ok && parsed.record.publicKey === '';
}

/** What a wildcard has for every name, such as an SPF record, is not a key. */
function mayBeKey(text: string): boolean {
  return /(?:^|[;\s])p\s*=/.test(text) && !/^v=(?!DKIM)/i.test(text);
}

function problemOf(trouble: Finding | undefined, silent: Sighting | undefined, seen: readonly Sighting[]): string {
  if (trouble !== undefined) return `${trouble.subject}: ${trouble.observed}`;
  if (silent !== undefined) return `${silent.server} gave no answer`;
  return seen.length === 0 ? 'no name server could be asked' : 'a different record is there';
}

function shownBy(name: string, silent: Sighting | undefined, seen: readonly Sighting[]): string {
  if (silent !== undefined) return `${silent.server} gave no answer about ${name}`;
  if (seen.length === 0) return `no name server could be asked about ${name}`;
  const holders = seen.filter(({ texts = [] }) => texts.some(mayBeKey)).map(({ server }) => server);
  return `${holders.join(', ')} still ${holders.length === 1 ? 'shows' : 'show'} a record at ${name}`;
}

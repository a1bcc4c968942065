/** What DNS kept back, and what a server that is silent costs. */
import type { Answer, QueryOptions, RecordType, Resolver, TempError } from '../dns/resolver.ts';
import { explainTrouble } from '../dns/trouble/explain.ts';
import { isWithin } from '../syntax/domain-name.ts';
import { shellWord } from '../syntax/shell-word.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import type { CheckedPart } from '../report/check.ts';
import type { Unanswered } from './watched-resolver.ts';

/** Questions about one domain that are looked into: they mostly have one cause. */
const MOST_EXPLAINED = 4;

/**
 * All that DNS kept back, as one finding a cause.
 *
 * @param resolver is asked why
 * @param now seconds since 1970
 */
export async function troublePart(
  domain: string,
  unanswered: readonly Unanswered[],
  resolver: Resolver,
  now: number,
): Promise<CheckedPart[]> {
  if (unanswered.length === 0) return [];
  const explained = await Promise.all(
    unanswered
      .slice(0, MOST_EXPLAINED)
      .map(async (one) => ({ ...one, trouble: await explainTrouble(resolver, one.name, one.type, one.trouble, now) })),
  );
  const bogus = explained.filter(({ trouble }) => trouble.reason === 'dnssec-bogus');
  const other = explained.filter(({ trouble }) => trouble.reason !== 'dnssec-bogus');
  // What was not looked into has the cause of the rest.
  const beyond = unanswered.length - explained.length;
  return [
    {
      part: 'dns',
      subject: domain,
      detail: `${unanswered.length} without an answer`,
      result: 'unknown',
      findings: [
        ...bogusFinding(bogus, other.length === 0 ? beyond : 0),
        ...noAnswerFinding(domain, other, other.length === 0 ? 0 : beyond),
      ],
    },
  ];
}

function noAnswerFinding(domain: string, [first, ...others]: readonly Unanswered[], beyond: number): CheckFinding[] {
  if (first === undefined) return [];
  return [
    {
      severity: 'temporary',
      code: 'no-answer',
      subject: domain,
      observed: `no answer for ${question(first)}${andMore(others.length + beyond)}: ${shown(first.trouble.detail, 400)}`,
      expected: 'answers from DNS',
      remedy: `check the resolver, then the name servers of ${domain}`,
    },
  ];
}

/** It does not pass: until the zone is signed right, whoever validates gets no answer. */
function bogusFinding([first, ...others]: readonly Unanswered[], beyond: number): CheckFinding[] {
  if (first === undefined) return [];
  const { name, type, trouble } = first;
  return [
    {
      severity: 'error',
      code: 'dnssec-bogus',
      subject: name,
      observed: `${shown(trouble.detail, 600)}${andMore(others.length + beyond)}`,
      expected: 'answers that pass DNSSEC validation (RFC 4035): validating receivers get none of these',
      remedy: `sign the zone again, and compare the DS records in the parent zone with its DNSKEYs; "delv ${shellWord(name)} ${type}" shows where validation fails`,
    },
  ];
}

function question({ name, type }: Unanswered): string {
  return `${shown(name, 300)} ${type}`;
}

function andMore(count: number): string {
  return count === 0 ? '' : ` and ${count} more`;
}

/** Nobody is there to answer; a server that says SERVFAIL is. */
export function isSilence({ reason }: TempError): boolean {
  return reason === 'timeout' || reason === 'deadline' || reason === 'unreachable';
}

/** A resolver that does not ask for names of a domain whose servers are known to be silent. */
export function sparingResolver(source: Resolver, domain: string, silence: TempError): Resolver {
  return {
    query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>> {
      return isWithin(name, domain) ? silence : source.query(name, type, options);
    },
  };
}

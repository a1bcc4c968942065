/** What the name servers of a domain say themselves, each held against the others and against the zone above. */
import { surveyName } from '../dns/survey/name.ts';
import type { Resolver } from '../dns/resolver.ts';
import type { LiveResolver } from '../dns/live/stub.ts';
import type { ServerFinding } from '../dns/survey/agreement.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import type { CheckFinding } from './codes.ts';
import type { CheckedPart } from '../report/check.ts';

/**
 * Ask every server of the zones in which these names are for their TXT records.
 *
 * @param names the first one is the domain itself
 * @param seconds that are left for it
 */
export async function checkServers(
  names: readonly string[],
  resolver: Resolver,
  live: Pick<LiveResolver, 'ask'>,
  seconds: number,
): Promise<CheckedPart> {
  const [domain] = names;
  const subject = domain!;
  const asked = [...new Set(names)].filter(isDomainName);
  const surveys = await within(seconds, Promise.all(asked.map((name) => surveyName(name, resolver, live))));
  if (surveys === undefined) {
    return { part: 'servers', subject, detail: 'no answer in time', findings: [late(subject)], result: 'unknown' };
  }
  const servers = new Set(surveys.flatMap(({ zones }) => zones.flatMap(({ views }) => views.map(({ name }) => name))));
  const findings = surveys.flatMap((survey) => survey.findings);
  const isUnknown = surveys.some(({ answer }) => answer === undefined || answer.status === 'temperror');
  return {
    part: 'servers',
    subject,
    detail: [...servers].join(' ') || 'none',
    findings: oneOfEach(findings),
    result: isUnknown ? 'unknown' : undefined,
  };
}

/** A server that is dead or lame is so for every name that it was asked for. */
function oneOfEach(findings: readonly ServerFinding[]): ServerFinding[] {
  const byKind = new Map<string, ServerFinding>();
  for (const finding of findings) {
    const isAboutName = finding.code === 'ns-lags' || finding.code === 'ns-disagrees';
    const key = JSON.stringify([finding.code, finding.subject, isAboutName ? finding.observed : '']);
    if (!byKind.has(key)) byKind.set(key, finding);
  }
  return [...byKind.values()];
}

function late(domain: string): CheckFinding {
  return {
    severity: 'temporary',
    code: 'no-answer',
    subject: domain,
    observed: 'the name servers of its zones did not all answer in time',
    expected: 'answers from DNS',
    remedy: `check the name servers of ${domain}`,
  };
}

async function within<T>(seconds: number, coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, seconds) * 1000);
  });
  try {
    return await Promise.race([coming, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

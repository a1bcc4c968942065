/** What all authoritative servers say of the TXT records at a name, through its aliases into other zones. */
import { type Delegation, findDelegation } from './delegation.ts';
import { delegationFindings, withDelegatedServers } from './delegation-findings.ts';
import { aliasFault } from '../resolvers/follow.ts';
import type { Answer, Resolver } from '../resolver.ts';
import type { LiveResolver } from '../live/stub.ts';
import { type ServerFinding, zoneAgreement } from './agreement.ts';
import { findZone, type NoZone, type Zone } from './servers.ts';
import { type ServerView, surveyZone } from './zone.ts';

export interface SurveyedZone {
  /** As it gives itself. */
  readonly zone: Zone;
  /** As the zone above has it. */
  readonly delegation: Delegation;
  /** The name that was asked for in it. */
  readonly name: string;
  /** Of all servers, whichever of the two gives them. */
  readonly views: readonly ServerView[];
}

export interface NameSurvey {
  /** The zone of the name, then those that its aliases lead to. */
  readonly zones: readonly SurveyedZone[];
  readonly findings: readonly ServerFinding[];
  /** What a resolver with an empty cache would say; `undefined`: nobody could, and the findings say why. */
  readonly answer: Answer<'TXT'> | undefined;
}

/**
 * @param resolver finds the zones, their servers and addresses
 * @param live asks the servers themselves
 */
export async function surveyName(
  name: string,
  resolver: Resolver,
  live: Pick<LiveResolver, 'ask'>,
): Promise<NameSurvey> {
  const zones: SurveyedZone[] = [];
  const findings: ServerFinding[] = [];
  const aliases: string[] = [];
  const end = (answer: Answer<'TXT'> | undefined): NameSurvey => ({ zones, findings: unique(findings), answer });
  for (let at = name; ; at = aliases.at(-1)!) {
    const zone = await findZone(at, resolver);
    if (zone.status === 'temperror') return end({ ...zone, aliases });
    if (zone.status === 'no-zone' || zone.servers.length + zone.withoutAddress.length === 0) {
      findings.push(notFound(at, zone));
      return end(undefined);
    }
    const known = zones.find((before) => before.zone.name === zone.name);
    const delegation = known?.delegation ?? (await findDelegation(zone.name, resolver, live));
    const whole = await withDelegatedServers(zone, delegation, resolver);
    const views = await surveyZone(at, whole, live);
    const agreement = zoneAgreement(whole, views);
    zones.push({ zone, delegation, name: at, views });
    findings.push(...delegationFindings(zone, delegation), ...agreement.findings);
    const { held } = agreement;
    if (held?.status !== 'alias') return end(held && { ...held, aliases });
    const fault = aliasFault(name, aliases, held.target);
    if (fault !== undefined) return end({ status: 'temperror', reason: 'cname-loop', detail: fault, aliases });
    aliases.push(held.target);
  }
}

/** Aliases may lead through one zone more than once. */
function unique(findings: readonly ServerFinding[]): ServerFinding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function notFound(name: string, zone: Zone | NoZone): ServerFinding {
  const isThere = zone.status === 'found';
  return {
    severity: 'error',
    code: 'zone-not-found',
    subject: isThere ? zone.name : name,
    observed: isThere ? 'the zone has no NS record' : 'no zone contains the name: no SOA record up to the root',
    expected: 'a zone with name servers',
    remedy: isThere ? 'add NS records' : 'check that the domain is spelled correctly, registered and delegated',
  };
}

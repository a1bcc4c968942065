/** The JSON shape of a key that was held against what is published. */
import type { SurveyedZone } from '../dns/survey/name.ts';
import type { Finding } from '../finding.ts';

/** The line of `dns-record --check --json`. */
export interface PublishedKeyReport {
  /** Where in DNS the key's record belongs. */
  readonly name: string;
  /** Worst first; none: all is right. */
  readonly findings: readonly Finding[];
  /** With --all-ns: what each name server has. */
  readonly servers?: readonly ServerReport[];
  /** With --all-ns: what the zones above say of the name servers. */
  readonly delegations?: readonly DelegationReport[];
}

/** What one name server has at a name. */
export interface ServerReport {
  readonly zone: string;
  /** Of the server. */
  readonly name: string;
  readonly address: string;
  /** The name that it was asked for: that of the key, or where an alias leads. */
  readonly asked: string;
  /** Of the zone, in its SOA record. */
  readonly serial: number | null;
  /** `alias`: a CNAME, followed to the next name; `lame`: it answers, but not as a server of this zone. */
  readonly says: 'found' | 'nxdomain' | 'nodata' | 'alias' | 'lame' | 'unreachable' | 'tcp-refused';
}

/** What the zone above says of a zone's name servers. */
export interface DelegationReport {
  readonly zone: string;
  readonly parent: string | null;
  /** `missing`: it has none; `hidden`: there is no zone above to ask; `unknown`: it did not say. */
  readonly status: 'found' | 'missing' | 'hidden' | 'unknown';
  readonly nameServers: readonly string[] | null;
}

/** @param zones where all servers were asked */
export function publishedKeyReport(
  name: string,
  findings: readonly Finding[],
  zones: readonly SurveyedZone[] | undefined,
): PublishedKeyReport {
  if (zones === undefined) return { name, findings };
  return { name, findings, servers: zones.flatMap(serverReports), delegations: zones.map(delegationReport) };
}

function serverReports({ zone, name: asked, views }: SurveyedZone): ServerReport[] {
  return views.map((view) => ({
    zone: zone.name,
    name: view.name,
    address: view.address.ip,
    asked,
    serial: view.ok ? (view.serial ?? null) : null,
    says: view.ok ? view.held.status : view.fault,
  }));
}

function delegationReport({ zone, delegation }: SurveyedZone): DelegationReport {
  return {
    zone: zone.name,
    parent: 'parent' in delegation ? delegation.parent : null,
    status: delegation.status,
    nameServers: delegation.status === 'found' ? delegation.nameServers : null,
  };
}

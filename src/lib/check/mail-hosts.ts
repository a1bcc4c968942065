/** Where mail for a domain goes: a domain that no bounce can reach is refused as a sender by many. */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { isHostName } from '../syntax/domain-name.ts';
import { canonicalIpv4 } from '../syntax/ip-octets.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckCode, CheckFinding } from './codes.ts';
import { asNotes, type DomainUse } from './domain-use.ts';

/** Mail exchangers that are looked at; a domain with more is well served by these. */
const MAX_HOSTS = 10;

export interface MailHosts {
  readonly findings: readonly CheckFinding[];
  /** One line: the exchangers, in the order of their preference. */
  readonly detail: string;
}

/** @param domain ASCII, lower case. DNS trouble is not reported here: see `watchedResolver` */
export async function checkMailHosts(domain: string, resolver: Resolver): Promise<MailHosts> {
  const mx: Answer<'MX'> = await resolver.query(domain, 'MX');
  if (mx.status === 'temperror') return { findings: [], detail: 'no answer' };
  if (mx.status === 'nxdomain') {
    const finding = partialFinding(
      'error',
      'domain-missing',
      domain,
      'the domain does not exist',
      'a domain that exists',
    );
    return {
      findings: [{ ...finding, remedy: 'register or delegate the domain, or remove it from the list' }],
      detail: 'no domain',
    };
  }
  if (mx.status === 'nodata') return withoutMx(domain, resolver);
  const sorted = [...mx.records].sort((a, b) => a.preference - b.preference);
  const names = sorted.map(({ exchange }) => exchange.toLowerCase().replace(/\.$/, ''));
  const detail = names.map((name) => shown(name === '' ? '.' : name)).join(' ');
  if (names.includes('')) {
    const finding = partialFinding(
      'warning',
      'null-mx',
      domain,
      'the MX record says that the domain accepts no mail',
      'an MX record',
    );
    const remedy =
      'publish a host that accepts mail, or send no mail from this domain: receivers reject it (RFC 7505 section 4.2)';
    return { findings: [{ ...finding, remedy }], detail };
  }
  const findings = await Promise.all(names.slice(0, MAX_HOSTS).map((name) => hostFinding(domain, name, resolver)));
  return {
    findings: softened(
      findings.filter((finding) => finding !== undefined),
      names.length,
    ),
    detail,
  };
}

/** A domain that sends no mail may well take none (RFC 7505 section 1). */
export function mailHostFindings({ findings }: MailHosts, use: DomainUse): CheckFinding[] {
  const isWanted = ({ code }: CheckFinding) => !use.isParked || (code !== 'null-mx' && code !== 'no-mail-host');
  return asNotes(findings.filter(isWanted), use);
}

/** One exchanger that works is enough for mail to come. */
function softened(findings: readonly CheckFinding[], hosts: number): CheckFinding[] {
  const dead = findings.filter(({ severity }) => severity === 'error').length;
  if (dead === hosts) return [...findings];
  return findings.map((finding) => ({ ...finding, severity: 'warning' }));
}

/** RFC 5321 section 5.1: without MX records the domain is its own mail host. */
async function withoutMx(domain: string, resolver: Resolver): Promise<MailHosts> {
  const statuses = await addressStatuses(domain, resolver);
  if (statuses.includes('found')) return { findings: [], detail: `${domain}, without an MX record` };
  if (statuses.includes('temperror')) return { findings: [], detail: 'no answer' };
  const finding = partialFinding(
    'error',
    'no-mail-host',
    domain,
    'there is neither an MX nor an address record',
    'an MX record',
  );
  const remedy = `publish an MX record with the host that accepts mail, such as ${domain}. IN MX 10 mail.${domain}. (with your own host)`;
  return { findings: [{ ...finding, remedy }], detail: 'none' };
}

async function addressStatuses(name: string, resolver: Resolver): Promise<string[]> {
  const answers = await Promise.all([resolver.query(name, 'A'), resolver.query(name, 'AAAA')]);
  return answers.map(({ status }) => status);
}

async function hostFinding(domain: string, name: string, resolver: Resolver): Promise<CheckFinding | undefined> {
  const expected = 'MX records that name hosts with an address';
  const remedy = `publish an A or AAAA record for ${shown(name)}, or remove it from the MX records of ${domain}`;
  if (canonicalIpv4(name) !== undefined) {
    const observed = `the MX record contains the address ${name} instead of a host name`;
    return {
      ...partialFinding('error', 'mx-is-address', domain, observed, expected),
      remedy: `give ${name} a host name and use that in the MX record`,
    };
  }
  const missing = {
    ...partialFinding(
      'error',
      'mx-without-address',
      domain,
      `the mail exchanger ${shown(name)} has no address`,
      expected,
    ),
    remedy,
  };
  if (!isHostName(name) && !isLooseName(name)) return missing;
  const [a, aaaa] = await Promise.all([resolver.query(name, 'A'), resolver.query(name, 'AAAA')]);
  const found = [a, aaaa].find(({ status }) => status === 'found');
  if (found === undefined) return a.status === 'temperror' || aaaa.status === 'temperror' ? undefined : missing;
  if ((found.aliases ?? []).length === 0) return undefined;
  const observed = `the mail exchanger ${name} is an alias of ${shown(found.aliases!.at(-1)!)}`;
  const rule = 'host names with address records (RFC 2181 section 10.3)';
  return {
    ...partialFinding('warning', 'mx-is-alias', domain, observed, rule),
    remedy: `write ${shown(found.aliases!.at(-1)!)} into the MX record`,
  };
}

/** Hosts with underscores in their names are wrong, but found. */
function isLooseName(name: string): boolean {
  return isHostName(name.replaceAll('_', 'x'));
}

function partialFinding(
  severity: 'error' | 'warning',
  code: CheckCode,
  subject: string,
  observed: string,
  expected: string,
): Omit<CheckFinding, 'remedy'> {
  return { severity, code, subject, observed, expected };
}

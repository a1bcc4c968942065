/** What a sending domain says of the mail that is not verified (RFC 4870 section 3.6). */
import type { Answer } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { hasTestingFlag } from './key-record.ts';
import { parseLetterTags } from './tags.ts';

/** A policy record (RFC 4870 section 3.6.1). Texts are latin1. */
export interface DomainKeysPolicyRecord {
  /** o=: `-` signs all mail, `~` some; other values were never defined. */
  readonly outbound: string;
  /** t= has y. */
  readonly testing: boolean;
  /** r=: where to report to. */
  readonly reportTo: string | undefined;
  /** n= */
  readonly notes: string | undefined;
}

/** A policy record, or why it is none. */
export type ParsedDomainKeysPolicyRecord =
  | { readonly ok: true; readonly record: DomainKeysPolicyRecord }
  | { readonly ok: false; readonly problem: string };

/**
 * Parse the policy record of DomainKeys (RFC 4870 section 3.6.1).
 *
 * @param text latin1, the joined character-strings of the TXT record
 */
export function parsePolicyRecord(text: string): ParsedDomainKeysPolicyRecord {
  const list = parseLetterTags(text);
  if (!list.ok) return list;
  // All tags are optional, so that a wildcard's SPF text would do as a policy.
  if (!['o', 't', 'r', 'n'].some((name) => list.tags.has(name))) {
    return { ok: false, problem: 'it has none of the tags o, t, r and n' };
  }
  const value = (name: string) => list.tags.get(name)?.value;
  return {
    ok: true,
    record: {
      outbound: value('o') ?? '~', // section 3.6: the default
      testing: hasTestingFlag(value('t')),
      reportTo: value('r'),
      notes: value('n'),
    },
  };
}

/** The text of a policy record (RFC 4870 section 3.6.1), latin1; parsing it gives the record again. Values are not checked. */
export function formatPolicyRecord({ outbound, testing, reportTo, notes }: DomainKeysPolicyRecord): string {
  const tags = [`o=${outbound}`];
  if (testing) tags.push('t=y');
  if (reportTo !== undefined) tags.push(`r=${reportTo}`);
  if (notes !== undefined) tags.push(`n=${notes}`);
  return tags.join('; ');
}

/** `unavailable`: DNS gave no answer; `malformed`: there is a record and it is not a policy. */
export type PolicyStatus = 'found' | 'none' | 'malformed' | 'unavailable';

/** What the policy record of a sending domain means for a message (RFC 4870 section 3.6). */
export interface DomainPolicy {
  readonly domain: string;
  readonly status: PolicyStatus;
  /** The record's text, latin1, of whatever kind it is. */
  readonly record: string | undefined;
  /** What o= means; the default where there is no record, `unknown` for a value that was never defined. */
  readonly signs: 'some' | 'all' | 'unknown';
  readonly testing: boolean;
  readonly reportTo: string | undefined;
  readonly notes: string | undefined;
  /** The domain signs all its mail and does not test: a message that is not verified is suspicious. */
  readonly suspicious: boolean;
  /** One sentence. */
  readonly detail: string;
}

/**
 * The name of a domain's policy record (section 3.7.6: that of the sending domain), or `undefined` where it has none that
 * DNS could carry.
 */
export function policyName(domain: string): string | undefined {
  const name = `_domainkey.${domain}`;
  return isDomainName(name) ? name : undefined;
}

/**
 * Judge the answer for a policy record.
 *
 * @param keyTesting the key of the signature says t=y, which a policy cannot take back (section 3.6 t=)
 */
export function domainPolicy(domain: string, answer: Answer<'TXT'>, keyTesting: boolean): DomainPolicy {
  const bare = { domain, record: undefined, signs: 'some', reportTo: undefined, notes: undefined } as const;
  const unsuspicious = { ...bare, testing: keyTesting, suspicious: false } as const;
  if (answer.status === 'temperror') {
    return {
      ...unsuspicious,
      status: 'unavailable',
      detail: `no answer for the policy of ${domain}: ${answer.detail}`,
    };
  }
  // Section 3.6: without a record the defaults hold.
  if (answer.status !== 'found') return { ...unsuspicious, status: 'none', detail: `${domain} publishes no policy` };
  // Section 9: of several records any may be picked; the first that is a policy is.
  const texts = answer.records.map(joinStrings);
  for (const text of texts) {
    const parsed = parsePolicyRecord(text);
    if (!parsed.ok) continue;
    const { outbound, reportTo, notes } = parsed.record;
    const signs = outbound === '-' ? 'all' : outbound === '~' ? 'some' : 'unknown';
    const testing = keyTesting || parsed.record.testing;
    const suspicious = signs === 'all' && !testing;
    const detail = policySentence(domain, outbound, testing);
    return { domain, status: 'found', record: text, signs, testing, reportTo, notes, suspicious, detail };
  }
  const detail = `the record at _domainkey.${domain} is not a policy`;
  return { ...unsuspicious, status: 'malformed', record: texts[0], detail };
}

function policySentence(domain: string, outbound: string, testing: boolean): string {
  if (outbound === '~') return `${domain} signs some of its mail`;
  if (outbound !== '-') return `${domain} publishes o=${outbound.slice(0, 40)}, which was never defined`;
  return testing
    ? `${domain} signs all its mail, but is testing`
    : `${domain} signs all its mail: an unverified message from it is suspicious`;
}

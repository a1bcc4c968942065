/** ADSP verdicts as plain lines, with what DNS says around them. */
import type { AdspLookup } from '../../lib/adsp/lookup.ts';
import { EQUIVALENT_DMARC, type RelatedPolicies } from '../../lib/related-policies.ts';
import type { PolicyDiscovery } from '../../lib/dmarc/discover.ts';
import type { MessageAdsp } from '../../lib/adsp/verdict.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/** What stands around the domains that were looked up, by domain. */
export type Related = ReadonlyMap<string, RelatedPolicies>;

const show = (latin1: string) => printable(octetsAsText(latin1));
const quoted = (latin1: string) => `"${show(latin1).replace(/"/g, '\\"')}"`;

/** The lines about a domain. */
export function domainLines(lookup: AdspLookup, related: RelatedPolicies): string {
  const name = show(lookup.domain);
  const lines = [`${name}: ${practiceWords(lookup)}: ${show(lookup.detail)}`, ...relatedLines(name, lookup, related)];
  return `${lines.join('\n')}\n`;
}

/** The lines about a message, each with the name of its input. */
export function messageLines(file: string, { result, authors }: MessageAdsp, related: Related): string {
  const name = printable(file);
  const lines = authors.length > 1 ? [`${name}: ${result}`] : [];
  for (const { result: own, author, domain, lookup, detail } of authors) {
    const who = show(author ?? domain ?? '?');
    const practice = lookup === undefined ? '' : ` ${practiceWords(lookup)}`;
    lines.push(`${name}: ${own} author=${who}${practice}: ${show(detail)}`);
    if (lookup !== undefined) lines.push(...relatedLines(name, lookup, related.get(lookup.domain)));
  }
  return `${lines.join('\n')}\n`;
}

function practiceWords({ practice, status, record }: AdspLookup): string {
  return `practice=${practice ?? status}${record === undefined ? '' : ` record=${quoted(record)}`}`;
}

function* relatedLines(name: string, lookup: AdspLookup, related: RelatedPolicies | undefined): Iterable<string> {
  if (related === undefined) return;
  const { dmarc, older } = related;
  if (lookup.status !== 'nxdomain' || dmarc.found !== undefined) yield `${name}: hint: ${show(dmarcHint(dmarc))}`;
  if (lookup.practice !== undefined) {
    yield `${name}: hint: in DMARC dkim=${lookup.practice} is "${EQUIVALENT_DMARC[lookup.practice]}"`;
  }
  for (const { name: owner, record } of older) {
    yield `${name}: older policy at ${show(owner)}: ${quoted(record)}`;
  }
}

function dmarcHint({ domain, found, policy, policyTag, trouble }: PolicyDiscovery): string {
  if (trouble !== undefined) return `the DMARC policy is unknown: no answer for ${trouble.name}: ${trouble.detail}`;
  if (found === undefined) return `${domain} has no DMARC record, which is what receivers use today`;
  if (policy === undefined) return `the DMARC record at ${found.name} has no valid policy, so receivers ignore it`;
  const whose = found.source === 'domain' ? '' : ', which applies to this domain too';
  return `DMARC says ${policyTag}=${policy} (${found.name}${whose}); DMARC has replaced ADSP`;
}

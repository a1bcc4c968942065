/** `dns-record --spf`: an SPF record, judged before it is published. */
import type { Context } from '../../console/context.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import type { Answer, RecordType, Resolver } from '../../lib/dns/resolver.ts';
import { joinStrings } from '../../lib/dns/txt-formats/text.ts';
import type { TxtNeighbours } from '../../lib/dns/txt-formats/neighbours.ts';
import type { TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import { DktoolError } from '../../lib/errors.ts';
import { lintSpf } from '../../lib/spf/lint.ts';
import type { LintFinding } from '../../lib/spf/lint-finding.ts';
import { parseSpfRecord } from '../../lib/spf/record.ts';
import { withTriedRecord } from '../../lib/spf/tried-record.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import { octetsAsText, textAsOctets } from '../../lib/syntax/octets.ts';
import type { PolicyRecord } from './policy-record.ts';
import { type ReplaceOptions, spfNeighbours } from './spf-neighbours.ts';

/** Stands for the domain where none is named: the linter wants one. */
const SOME_DOMAIN = 'this.domain';

/**
 * The record is judged by itself, or, where --zone or --nameserver says whom to ask, with all that it leads to: nothing goes
 * over the network unasked.
 *
 * @param domain `undefined`: the owner is the zone itself
 * @throws DktoolError, kind permanent, where there are errors in it
 */
export async function spfRecord(
  policy: string,
  domain: string | undefined,
  format: TxtFormat,
  options: ReplaceOptions,
  context: Context,
): Promise<PolicyRecord> {
  const text = textAsOctets(policy.trim());
  if (!/^v=spf1(?: |$)/i.test(text)) throw unsound("it does not begin with 'v=spf1 '");
  const isAsked = options.zone !== undefined || options.nameserver !== undefined;
  const resolver = isAsked ? await resolverOf(options, context) : NOBODY;
  const tested = domain ?? SOME_DOMAIN;
  const report = await lintSpf(tested, withTriedRecord(resolver, tested, text, '--spf'));
  const findings = isAsked ? report.findings : report.findings.filter(({ code }) => !NEEDS_DNS.includes(code));
  // What DNS kept back may be sound
  const errors = findings.filter(({ severity, code }) => severity === 'error' && code !== 'dns-error');
  if (errors.length > 0) throw unsound(errors.slice(0, MAX_REPORTED).map(lintSentence).join('; '));
  const warnings = findings.filter(({ severity }) => severity !== 'info').map(lintSentence);
  if (!isAsked && report.branches.length > 0) {
    const command = `dktool spf-check --lint ${tested} --record ${shellWord(octetsAsText(text))}`;
    warnings.push(
      `the records that it refers to are not checked${domain === undefined ? '' : `: ${command} does that`}`,
    );
  }
  const among = await spfNeighbours(domain, format, options, context);
  return {
    owner: { domain, name: domain ?? '@' },
    text,
    sentence: `SPF: ${meaning(text)}; ${replacement(among)}`,
    warnings,
    among: among ?? { present: undefined, replaced: [] },
  };
}

/** RFC 7208 section 3.2: with two records, no mail of the domain passes. */
function replacement(among: TxtNeighbours | undefined): string {
  if (among === undefined) return 'a domain has only one SPF record, so this replaces an older one';
  if (among.replaced.length === 0) return 'there is no older record to replace';
  return `it replaces ${among.replaced.map((strings) => `'${octetsAsText(joinStrings(strings))}'`).join(' and ')}`;
}

/** A person fixes the first ones. */
const MAX_REPORTED = 5;

/** Findings that say nothing where nobody was asked. */
const NEEDS_DNS: readonly LintFinding['code'][] = ['dns-error', 'explanation-without-text'];

/** Asks nobody. */
const NOBODY: Resolver = {
  query<T extends RecordType>(): Answer<T> {
    return { status: 'temperror', reason: 'refused', detail: 'nothing is looked up' };
  },
};

/** What happens to mail from hosts that the policy does not name. */
function meaning(text: string): string {
  const parsed = parseSpfRecord(text);
  const record = parsed.ok ? parsed.record : undefined;
  const all = record?.directives.find(({ mechanism }) => mechanism === 'all');
  if (all === undefined) {
    const elsewhere = record?.redirect?.value.source;
    return elsewhere === undefined
      ? 'no statement is made about hosts that it does not list'
      : `the policy of ${elsewhere} applies`;
  }
  switch (all.qualifier) {
    case '-':
      return 'mail from hosts that it does not list fails';
    case '~':
      return 'mail from hosts that it does not list is suspicious';
    default:
      return 'no statement is made about hosts that it does not list';
  }
}

function lintSentence({ code, column, detail }: LintFinding): string {
  return octetsAsText(code === 'syntax-error' && column !== undefined ? `${detail} (column ${column + 1})` : detail);
}

function unsound(what: string): DktoolError {
  return new DktoolError('bad-record', `malformed SPF record: ${what}`, {
    kind: 'permanent',
    hint: "e.g. --spf 'v=spf1 mx -all'",
  });
}

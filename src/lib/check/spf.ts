/** The SPF policy of a domain: what its lint says, with what to do about it. */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt-formats/text.ts';
import { lintSpf, type LintReport } from '../spf/lint.ts';
import type { LintCode, LintFinding } from '../spf/lint-finding.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckCode, CheckFinding, SpfCheckCode } from './codes.ts';
import { asNotes, type DomainUse } from './domain-use.ts';
import { mayBeRelated } from './signing.ts';

type ReportedCode = Exclude<LintCode, 'dns-error'>;

/** What is expected, and how to get there. */
const ADVICE: Readonly<Record<ReportedCode, readonly [expected: string, remedy: string]>> = {
  'no-record': ['one SPF record', `publish one, such as v=spf1 mx -all, or v=spf1 -all if the domain sends no mail`],
  'multiple-records': ['one SPF record', 'merge them into one record and delete the others'],
  'syntax-error': [
    'a record that follows RFC 7208 section 12',
    'correct the term; dktool spf-check --lint marks it with a caret',
  ],
  'too-many-lookups': [
    'at most 10 terms with DNS look-ups',
    'remove includes that are not needed, or list their networks as ip4: and ip6:',
  ],
  'many-lookups': [
    'room for one more term',
    'remove includes that are not needed, or list their networks as ip4: and ip6:',
  ],
  'too-many-void-lookups': ['at most 2 void look-ups', 'remove the terms whose names are not in DNS'],
  'void-lookup': ['terms whose names are in DNS', 'remove the term, or publish the name'],
  'too-many-mx-names': ['at most 10 mail exchangers', 'list their networks as ip4: and ip6: instead of mx'],
  'include-without-record': [
    'a domain with an SPF record',
    'remove the include, or ask the owner of the domain to publish the record',
  ],
  'redirect-without-record': ['a domain with an SPF record', 'end the record in -all or ~all instead of redirect='],
  'endless-include': ['a policy without loops', 'remove the term that closes the loop'],
  'policy-too-large': ['a policy of fewer records', 'remove includes that are not needed'],
  'record-too-long': ['at most 450 characters', 'move a part into a separate record and include that'],
  'answer-too-long': [
    'an answer of at most 512 octets',
    'move other TXT records at this name to other names, or delete them',
  ],
  'unreachable-term': ['no terms after all', 'remove the term, or put it before all'],
  'no-default': ['all or redirect= as the last term', 'add -all or ~all at its end'],
  'allows-all': ['a policy that excludes someone', 'use -all or ~all'],
  'allows-much': ['networks that are yours', 'list only the networks that send your mail'],
  'neutral-default': ['-all or ~all', 'end the record in ~all, and in -all once all senders are listed'],
  'host-bits-set': ['the first address of the network', 'correct the address or the prefix length'],
  'ptr-used': ['no ptr (RFC 7208 section 5.5)', 'use ip4:, ip6:, a or mx instead'],
  'duplicate-term': ['each term once', 'remove the second one'],
  'overlapping-network': ['each network once', 'remove the narrower one'],
  'network-not-public': ['public networks', 'remove the term'],
  'unknown-modifier': ['known mechanisms and modifiers', 'write it with a colon instead of ='],
  'explanation-without-text': ['one TXT record at the name', 'publish the text, or remove exp='],
};

/** A sentence of the lint with a domain and a term in it. */
const MOST = 600;

export const SPF_CODES: readonly string[] = Object.keys(ADVICE).map((code) => `spf-${code}`);

export interface DomainSpf {
  readonly report: LintReport;
  /** Of a domain without a record: it is at a name where nobody looks for it. */
  readonly misplaced: CheckFinding | undefined;
}

export async function checkSpf(domain: string, resolver: Resolver): Promise<DomainSpf> {
  const report = await lintSpf(domain, resolver);
  const isMissing = report.findings.some(({ code }) => code === 'no-record');
  return { report, misplaced: isMissing ? await misplacedRecord(domain, resolver) : undefined };
}

/** A web panel that adds the domain itself, and got the whole name. */
async function misplacedRecord(domain: string, resolver: Resolver): Promise<CheckFinding | undefined> {
  const name = `${domain}.${domain}`;
  if (!isDomainName(name)) return undefined;
  const answer: Answer<'TXT'> = await resolver.query(name, 'TXT');
  const texts = answer.status === 'found' ? answer.records.map(joinStrings) : [];
  const text = texts.find((one) => /^v=spf1(?: |$)/i.test(one));
  if (text === undefined) return undefined;
  return {
    severity: 'error',
    code: 'spf-name-wrong',
    subject: domain,
    observed: `there is an SPF record at ${name}, where nothing looks for it`,
    expected: `it at ${domain}: many web panels append the domain themselves`,
    remedy: `delete the record at ${name} and publish it at the right name: ${domain}. IN TXT "${shown(text, 400)}"`,
  };
}

/** SPF allows nobody: the domain sends no mail. */
export function isParked({ record }: LintReport): boolean {
  return /^v=spf1 +-all *$/i.test(record ?? '');
}

/** Nothing that must be done: it works as it is. */
const NOTES: ReadonlySet<LintCode> = new Set(['many-lookups', 'record-too-long', 'answer-too-long']);

/** In whosever record it is: it takes the whole policy down, or lets everybody in. */
const BREAKING: ReadonlySet<LintCode> = new Set([
  'syntax-error',
  'multiple-records',
  'include-without-record',
  'redirect-without-record',
  'endless-include',
  'policy-too-large',
  'too-many-mx-names',
  'allows-all',
]);

/**
 * What the lint found, one finding a cause.
 *
 * @param hosts what was found of the mail hosts, which an mx term depends on
 */
export function spfFindings(
  { report, misplaced }: DomainSpf,
  hosts: readonly CheckFinding[],
  use: DomainUse,
): CheckFinding[] {
  if (misplaced !== undefined) return [misplaced];
  const isKept = (finding: LintFinding) => finding.code !== 'dns-error' && !isConsequence(finding, report, hosts);
  return asNotes(
    report.findings.filter(isKept).map((finding) => spfFinding(finding, report.domain)),
    use,
  );
}

/** A term that finds nothing is the cause of too many of them; mx finds nothing where the mail hosts have no address. */
function isConsequence(
  { code, domain, column, length = 0 }: LintFinding,
  report: LintReport,
  hosts: readonly CheckFinding[],
): boolean {
  if (code !== 'void-lookup') return false;
  if (report.findings.some((other) => other.code === 'too-many-void-lookups' && other.severity === 'error'))
    return true;
  if (domain !== report.domain || column === undefined) return false;
  const term = report.record?.slice(column, column + length) ?? '';
  return /^[+\-?~]?mx(?:\/|$)/i.test(term) && hosts.some((finding) => HOST_CODES.has(finding.code));
}

const HOST_CODES: ReadonlySet<CheckCode> = new Set(['no-mail-host', 'null-mx', 'mx-without-address', 'mx-is-address']);

function spfFinding({ severity, code, domain, detail }: LintFinding, checked: string): CheckFinding {
  const [expected, remedy] = ADVICE[code as ReportedCode];
  const isForeign = !mayBeRelated(domain, checked);
  return {
    severity: severityOf(severity, code, isForeign),
    code: `spf-${code as ReportedCode}` satisfies SpfCheckCode,
    subject: domain,
    observed: shown(detail, MOST),
    expected,
    remedy: isForeign ? `tell the owner of ${shown(domain, 255)}, or remove the term that leads there` : remedy,
  };
}

function severityOf(severity: LintFinding['severity'], code: LintCode, isForeign: boolean): CheckFinding['severity'] {
  if (severity === 'info' || NOTES.has(code) || (isForeign && !BREAKING.has(code))) return 'note';
  // A domain can do without SPF: its mail is signed.
  return severity === 'error' && code !== 'no-record' ? 'error' : 'warning';
}

/** What is wrong with the DMARC of a domain, and what to do about it: for whoever publishes it. */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { joinStrings } from '../dns/txt.ts';
import { answerSize, CLASSIC_UDP_OCTETS } from '../dns/txt-record.ts';
import type { Finding } from '../finding.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import { dmarcName, organizationalDomain, type PolicyDiscovery, type PublishedDmarc } from './discover.ts';
import { type PastedCode, pastedMarks } from './pasted.ts';
import type { DmarcProblem, DmarcProblemCode, Place } from './problem.ts';
import { isDmarcText } from './record.ts';

export type DmarcLintCode =
  | DmarcProblemCode
  | PastedCode
  | 'name-wrong'
  | 'missing'
  | 'several'
  | 'no-answer'
  | 'report-unauthorized'
  | 'answer-too-long'
  | 'suffix-failure-reports'
  | 'subdomains-inherit'
  | 'public-suffix'
  | 'older-receivers';

export interface DmarcFinding extends Omit<Finding<DmarcLintCode>, 'severity'> {
  /** `note`: good to know, nothing need be done. */
  readonly severity: Finding['severity'] | 'note';
  /** In the text of the record. */
  readonly place?: Place | undefined;
}

/** Codes that are only ever notes. */
export type DmarcNoteCode =
  | 'no-enforcement'
  | 'no-reports'
  | 'subdomains-inherit'
  | 'public-suffix'
  | 'older-receivers';

/** What a check of a domain tells of. */
export type DmarcFaultCode = Exclude<DmarcLintCode, DmarcNoteCode | 'no-answer'>;

/** What is expected where a record says something else, and how to get there. */
const ADVICE: Readonly<Record<DmarcProblemCode, readonly [expected: string, remedy: string]>> = {
  'not-dmarc': ['one DMARC record', 'begin the record with v=DMARC1; p='],
  'syntax-error': ['tags as RFC 9989 section 4.8 has them', 'write NAME=VALUE with a semicolon between them'],
  'duplicate-tag': ['each tag once', 'take one of the two out'],
  'unknown-tag': ['tags that RFC 9989 section 4.7 has', 'take the tag out, or correct its name'],
  'historic-tag': ['tags that receivers still look at', 'take the tag out'],
  'bad-value': ['a value that RFC 9989 section 4.7 has', 'correct the value'],
  'no-policy': ['a policy', 'write p=none, p=quarantine or p=reject right behind v=DMARC1'],
  'policy-not-first': ['p= as the second tag', 'put p= right behind v=DMARC1'],
  'bad-report-uri': ['URIs with commas between them', 'write the address as mailto:user@example.com'],
  'report-uri-not-mailto': ['an address for mail', 'write a mailto: address'],
  'report-size-limit': ['an address without a limit', 'take the limit out'],
  'fo-without-ruf': ['fo= beside ruf=', 'take fo= out, or add ruf='],
  'test-mode': ['a policy that is applied', 'take t=y out'],
  'weaker-subdomains': ['a policy for subdomains that is no weaker', 'take the tag out'],
  'no-enforcement': [
    'p=none while reports are collected, not for ever',
    'move to p=quarantine once the reports show that all your mail passes',
  ],
  'no-reports': ['an address for reports', 'add rua=mailto:ADDRESS'],
};

export const DMARC_FAULT_CODES: readonly DmarcFaultCode[] = [
  ...(Object.keys(ADVICE) as DmarcProblemCode[]).filter((code) => code !== 'no-enforcement' && code !== 'no-reports'),
  'quotes-in-record',
  'smart-quotes-in-record',
  'backslashes-in-record',
  'commas-in-record',
  'missing',
  'name-wrong',
  'several',
  'report-unauthorized',
  'answer-too-long',
  'suffix-failure-reports',
];

/** What is wrong about where the record is: it is missing, at another name, there are several, or what is there is none. */
export async function placeFindings(discovery: PolicyDiscovery, resolver: Resolver): Promise<DmarcFinding[]> {
  const { domain, steps, found, trouble } = discovery;
  const [own] = steps;
  if (own?.status === 'several') return [several(own.name, own.texts)];
  const text = own?.status === 'other' ? own.texts.find(isMeantAsDmarc) : undefined;
  if (text !== undefined) return [pastedFinding(own!.name, text) ?? malformed(own!.name, text)];
  if (trouble !== undefined) return [noAnswer(domain, trouble)];
  if (found !== undefined && found.source !== 'psd') return [];
  const elsewhere = await wrongName(domain, resolver);
  if (elsewhere !== undefined) return [elsewhere];
  return [
    missing(
      domain,
      found === undefined
        ? `neither ${domain} nor a parent of it has a DMARC record`
        : `only the record of the public suffix ${found.domain} applies`,
    ),
  ];
}

/** As opposed to the text of a wildcard, which may be anything. */
function isMeantAsDmarc(text: string): boolean {
  return /dmarc|\bp[ \t]{0,9}=[ \t]{0,9}(?:none|quarantine|reject)/i.test(text);
}

function pastedFinding(subject: string, text: string): DmarcFinding | undefined {
  const marks = pastedMarks(text);
  if (marks === undefined) return undefined;
  const { code, observed, place, right } = marks;
  const why = code === 'commas-in-record' ? 'RFC 9989 section 4.8 wants semicolons' : 'they belong to no record';
  return {
    severity: 'error',
    code,
    subject,
    place,
    observed: `${observed}; ${why}, and receivers ignore it or a part of it`,
    expected: `'${shown(right, 400)}'`,
    remedy: `publish the text without them: ${subject}. IN TXT "${shown(right, 400)}"`,
  };
}

/** Where a web panel puts a record that is entered with its whole name, and where it is put by who leaves the name out. */
async function wrongName(domain: string, resolver: Resolver): Promise<DmarcFinding | undefined> {
  const subject = dmarcName(domain);
  for (const name of [domain, `${subject}.${domain}`]) {
    const text = (await textsAt(name, resolver))?.find(isDmarcText);
    if (text === undefined) continue;
    return {
      severity: 'error',
      code: 'name-wrong',
      subject,
      observed: `a DMARC record is at ${name}, where nobody looks for it`,
      expected: `it at ${subject}: many web panels add the domain themselves and take the rest only`,
      remedy: `delete the record at ${name} and publish it at the right name: ${subject}. IN TXT "${shown(text, 400)}"`,
    };
  }
  return undefined;
}

function missing(domain: string, observed: string): DmarcFinding {
  const subject = dmarcName(domain);
  return {
    severity: 'warning',
    code: 'missing',
    subject,
    observed,
    expected: 'one DMARC record',
    remedy: `publish one: ${subject}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@${domain}"`,
  };
}

function malformed(subject: string, text: string): DmarcFinding {
  return {
    severity: 'error',
    code: 'not-dmarc',
    subject,
    observed: `the TXT record "${shown(text)}" does not begin with v=DMARC1, and receivers ignore it`,
    expected: 'one DMARC record',
    remedy: ADVICE['not-dmarc'][1],
  };
}

function several(subject: string, records: readonly string[]): DmarcFinding {
  return {
    severity: 'error',
    code: 'several',
    subject,
    observed: `there are ${records.length} DMARC records, and receivers ignore all of them`,
    expected: 'one DMARC record',
    remedy: `delete all but one: keep "${shown(records[0]!)}" or the other`,
  };
}

function noAnswer(domain: string, { name, detail }: NonNullable<PolicyDiscovery['trouble']>): DmarcFinding {
  return {
    severity: 'temporary',
    code: 'no-answer',
    subject: name,
    observed: `no answer, so nobody can tell which policy applies: ${shown(detail, 400)}`,
    expected: 'answers from DNS',
    remedy: `look at the resolver, then at the name servers of ${domain}`,
  };
}

/** What is wrong with a record, its domains for reports included. Notes come last. */
export async function recordFindings(published: PublishedDmarc, resolver: Resolver): Promise<DmarcFinding[]> {
  const { name, text, record } = published;
  // Marks that were pasted along are the cause of whatever else cannot be read.
  const hasErrors = record.problems.some(({ severity }) => severity === 'error');
  const pasted = hasErrors ? pastedFinding(name, text) : undefined;
  if (pasted !== undefined) return [pasted];
  const problems = record.problems.map((problem) => problemFinding(name, problem));
  const isNote = ({ severity }: DmarcFinding) => severity === 'note';
  return [
    ...problems.filter((finding) => !isNote(finding)),
    ...(await reportFindings(published, resolver)),
    ...sizeFindings(published),
    ...suffixFindings(published),
    ...problems.filter(isNote),
    ...inheritFindings(published),
  ];
}

function problemFinding(subject: string, { severity, code, detail, place }: DmarcProblem): DmarcFinding {
  const [expected, remedy] = ADVICE[code];
  return {
    severity: severity === 'info' ? 'note' : severity,
    code,
    subject,
    place,
    observed: shown(detail, 400),
    expected,
    remedy,
  };
}

/** Other domains that are asked about; a record with more addresses for reports is a strange one. */
const MAX_RECEIVERS = 4;

/** RFC 9990 section 4: a host of another organization that is to get reports has to agree. */
async function reportFindings({ domain, name, record }: PublishedDmarc, resolver: Resolver): Promise<DmarcFinding[]> {
  const named = [...record.rua, ...record.ruf].flatMap((uri) => uri.domain ?? []);
  const others = [...new Set(named)].filter((receiver) => receiver !== domain).slice(0, MAX_RECEIVERS);
  const own = others.length === 0 ? undefined : await organizationalDomain(domain, resolver);
  if (own === undefined) return [];
  const findings = await Promise.all(
    others.map(async (receiver): Promise<DmarcFinding | undefined> => {
      const theirs = await organizationalDomain(receiver, resolver);
      if (theirs === own || theirs === undefined) return undefined;
      const permission = `${domain}._report._dmarc.${receiver}`;
      const texts = await textsAt(permission, resolver);
      if (texts === undefined || texts.some(isDmarcText)) return undefined;
      return {
        severity: 'warning',
        code: 'report-unauthorized',
        subject: name,
        observed: `reports are to go to ${receiver}, which does not allow it: there is no DMARC record at ${permission}`,
        expected: 'receivers of reports that agree (RFC 9990 section 4)',
        remedy: `have ${receiver} publish ${permission}. IN TXT "v=DMARC1", or take the address out`,
      };
    }),
  );
  return findings.filter((finding) => finding !== undefined);
}

/** @returns `undefined` where DNS kept the answer back */
async function textsAt(name: string, resolver: Resolver): Promise<string[] | undefined> {
  if (!isDomainName(name)) return [];
  const answer: Answer<'TXT'> = await resolver.query(name, 'TXT');
  if (answer.status === 'temperror') return undefined;
  return answer.status === 'found' ? answer.records.map(joinStrings) : [];
}

function sizeFindings({ name, text }: PublishedDmarc): DmarcFinding[] {
  const size = answerSize({ owner: name, text });
  if (size <= CLASSIC_UDP_OCTETS) return [];
  return [
    {
      severity: 'warning',
      code: 'answer-too-long',
      subject: name,
      observed: `an answer with the record has ${size} octets: over ${CLASSIC_UDP_OCTETS}, some resolvers and firewalls lose it`,
      expected: `an answer of at most ${CLASSIC_UDP_OCTETS} octets`,
      remedy: 'send reports to fewer addresses, and take out tags that say what is the default',
    },
  ];
}

/** RFC 9989 sections 4.7 and 10.2. */
function suffixFindings({ domain, name, record }: PublishedDmarc): DmarcFinding[] {
  if (record.psd !== 'y') return [];
  const findings: DmarcFinding[] = [];
  if (record.tags.has('ruf')) {
    findings.push({
      severity: 'warning',
      code: 'suffix-failure-reports',
      subject: name,
      observed:
        'psd=y and ruf= stand together: reports on single messages would tell of the mail of other organizations',
      expected: 'no ruf= at a public suffix (RFC 9989 section 10.2)',
      remedy: `take ruf= out, or psd=y where ${domain} is no public suffix`,
    });
  }
  findings.push({
    severity: 'note',
    code: 'public-suffix',
    subject: name,
    observed: `psd=y says that every name right below ${domain} belongs to an organization of its own: nothing below it aligns with ${domain}`,
    expected: 'psd=y at public suffixes alone',
    remedy: `take psd=y out where ${domain} is the domain of one organization`,
  });
  return findings;
}

function inheritFindings({ name, record }: PublishedDmarc): DmarcFinding[] {
  const { policy, tags } = record;
  if (policy === undefined || tags.has('np')) return [];
  const source = tags.has('sp') ? 'sp' : 'p';
  const whose = source === 'sp' ? 'subdomains that do not exist' : 'all subdomains, also to those that do not exist';
  return [
    {
      severity: 'note',
      code: 'subdomains-inherit',
      subject: name,
      observed: `${source === 'sp' ? 'np= is missing' : 'sp= and np= are missing'}: ${source}=${record.subdomainPolicy} applies to ${whose}`,
      expected: 'a policy for subdomains that is meant',
      remedy:
        record.nonexistentPolicy === 'reject'
          ? 'nothing, where no subdomain sends mail that does not pass; else write sp='
          : 'write np=reject: a name that does not exist sends no mail',
    },
  ];
}

/**
 * All that is wrong with what applies to a domain. The record of its Organizational Domain is looked into too, that of a
 * public suffix is not: it belongs to others.
 */
export async function lintDmarc(discovery: PolicyDiscovery, resolver: Resolver): Promise<DmarcFinding[]> {
  const { found } = discovery;
  return [
    ...(await placeFindings(discovery, resolver)),
    ...(found === undefined || found.source === 'psd' ? [] : await recordFindings(found, resolver)),
    ...olderReceiverFindings(discovery),
  ];
}

/** Where receivers that still follow RFC 7489, with its list of public suffixes, may come to another policy. */
function olderReceiverFindings({ domain, found }: PolicyDiscovery): DmarcFinding[] {
  if (found === undefined || found.source === 'domain') return [];
  const isSuffix = found.source === 'psd' || !found.domain.includes('.');
  if (!isSuffix && found.domain.split('.').length === 2) return [];
  return [
    {
      severity: 'note',
      code: 'older-receivers',
      subject: found.name,
      observed: isSuffix
        ? `this record is that of a public suffix, where receivers that follow RFC 7489 do not look`
        : `receivers that follow RFC 7489 look at ${domain} and at the domain right below the public suffix, and find this record only where ${found.domain} is that domain`,
      expected: 'one policy for old and new receivers',
      remedy: `publish a record at ${dmarcName(domain)} too, where that matters`,
    },
  ];
}

/** What is wrong with a DMARC record itself: its syntax, its sense, its size, and where its reports go. */
import type { Resolver } from '../dns/resolver.ts';
import { answerSize, CLASSIC_UDP_OCTETS } from '../dns/txt-formats/answer-size.ts';
import { shown } from '../syntax/shown.ts';
import { dmarcTextsAt, organizationalDomain, type PublishedDmarc } from './discover.ts';
import type { DmarcFinding } from './lint-finding.ts';
import { pastedFinding } from './pasted.ts';
import type { DmarcProblem, DmarcProblemCode } from './problem.ts';

/** What is expected where a record says something else, and how to get there. */
const ADVICE: Readonly<Record<DmarcProblemCode, readonly [expected: string, remedy: string]>> = {
  'not-dmarc': ['one DMARC record', 'begin the record with v=DMARC1; p='],
  'syntax-error': ['tags as RFC 9989 section 4.8 defines them', 'write NAME=VALUE pairs separated by semicolons'],
  'duplicate-tag': ['each tag once', 'remove one of the two'],
  'unknown-tag': ['tags that RFC 9989 section 4.7 defines', 'remove the tag, or correct its name'],
  'historic-tag': ['tags that receivers still use', 'remove the tag'],
  'bad-value': ['a value that RFC 9989 section 4.7 allows', 'correct the value'],
  'no-policy': ['a policy', 'write p=none, p=quarantine or p=reject right after v=DMARC1'],
  'policy-not-first': ['p= as the second tag', 'put p= right after v=DMARC1'],
  'bad-report-uri': ['URIs separated by commas', 'write the address as mailto:user@example.com'],
  'report-uri-not-mailto': ['a mail address', 'write a mailto: address'],
  'report-size-limit': ['an address without a size limit', 'remove the limit'],
  'fo-without-ruf': ['fo= together with ruf=', 'remove fo=, or add ruf='],
  'test-mode': ['a policy that is applied', 'remove t=y'],
  'weaker-subdomains': ['a subdomain policy that is not weaker', 'remove the tag'],
  'no-enforcement': [
    'p=none only while reports are collected',
    'move to p=quarantine once the reports show that all your mail passes',
  ],
  'no-reports': ['a report address', 'add rua=mailto:ADDRESS'],
};

export const DMARC_PROBLEM_CODES = Object.keys(ADVICE) as DmarcProblemCode[];

/** What is wrong with a record, its domains for reports included. Notes come last. */
export async function dmarcRecordFindings(published: PublishedDmarc, resolver: Resolver): Promise<DmarcFinding[]> {
  const { name, text, record } = published;
  // Marks that were pasted along are the cause of whatever else cannot be read.
  const hasErrors = record.problems.some(({ severity }) => severity === 'error');
  const pasted = hasErrors ? pastedFinding(name, text) : undefined;
  if (pasted !== undefined) return [pasted];
  const problems = record.problems.map((problem) => problemFinding(name, problem));
  return [
    ...problems.filter(({ severity }) => severity !== 'note'),
    ...(await reportFindings(published, resolver)),
    ...sizeFindings(published),
    ...suffixFindings(published),
    ...problems.filter(({ severity }) => severity === 'note'),
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
      if ((await dmarcTextsAt(permission, resolver))?.length !== 0) return undefined;
      return {
        severity: 'warning',
        code: 'report-unauthorized',
        subject: name,
        observed: `reports are to go to ${receiver}, which has not agreed to receive them: there is no DMARC record at ${permission}`,
        expected: 'report receivers that agree (RFC 9990 section 4)',
        remedy: `have ${receiver} publish ${permission}. IN TXT "v=DMARC1", or remove the address`,
      };
    }),
  );
  return findings.filter((finding) => finding !== undefined);
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
      remedy: 'send reports to fewer addresses, and remove tags that only state the default',
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
      observed: 'psd=y and ruf= are both present: failure reports would disclose mail of other organizations',
      expected: 'no ruf= at a public suffix (RFC 9989 section 10.2)',
      remedy: `remove ruf=, or psd=y if ${domain} is not a public suffix`,
    });
  }
  findings.push({
    severity: 'note',
    code: 'public-suffix',
    subject: name,
    observed: `psd=y says that every name directly below ${domain} belongs to a different organization: nothing below it aligns with ${domain}`,
    expected: 'psd=y at public suffixes only',
    remedy: `remove psd=y if ${domain} belongs to a single organization`,
  });
  return findings;
}

function inheritFindings({ name, record }: PublishedDmarc): DmarcFinding[] {
  const { policy, tags } = record;
  if (policy === undefined || tags.has('np')) return [];
  const source = tags.has('sp') ? 'sp' : 'p';
  const whose = source === 'sp' ? 'subdomains that do not exist' : 'all subdomains, including those that do not exist';
  return [
    {
      severity: 'note',
      code: 'subdomains-inherit',
      subject: name,
      observed: `${source === 'sp' ? 'np= is missing' : 'sp= and np= are missing'}: ${source}=${record.subdomainPolicy} applies to ${whose}`,
      expected: 'an intended subdomain policy',
      remedy:
        record.nonexistentPolicy === 'reject'
          ? 'nothing, if no subdomain sends mail that fails; otherwise add sp='
          : 'add np=reject: a name that does not exist sends no mail',
    },
  ];
}

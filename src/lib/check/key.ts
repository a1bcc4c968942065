/** A key: its file, its record, and both together. */
import type { Answer, Resolver } from '../dns/resolver.ts';
import { explainTrouble } from '../dns/trouble/explain.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import { DktoolError } from '../errors.ts';
import type { Finding } from '../finding.ts';
import { isDomainName } from '../syntax/domain-name.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import type { KeyFacts } from './key-facts.ts';
import { keyFileFindings, type KeyFileSettings } from './key-file.ts';
import { probe } from './probe.ts';
import { publishedFindings } from './published.ts';
import { shellWord } from '../syntax/shell-word.ts';
import { type CheckedKey, type CheckedPart, daysBetween } from '../report/check.ts';
import { mayBeRelated } from './signing.ts';
import { watchedResolver, type WatchedResolver } from './watched-resolver.ts';

/** How keys and their records are judged. */
export interface KeySettings extends KeyFileSettings {
  /** A label that nobody has in a zone: it finds wildcards. */
  readonly randomLabel: string;
}

export interface JudgedKey {
  readonly parts: readonly CheckedPart[];
  readonly checked: CheckedKey;
}

export async function checkKey(facts: KeyFacts, settings: KeySettings, resolver: Resolver): Promise<JudgedKey> {
  const { domain, selector, path, role, key, file } = facts;
  const filePart: CheckedPart = {
    part: 'key',
    subject: path,
    detail: fileDetail(facts, settings.now),
    findings: keyFileFindings(facts, settings),
  };
  const { parts, isConfirmed } = await checkRecord(facts, settings, resolver);
  return {
    parts: [filePart, ...parts],
    checked: {
      domain,
      selector,
      path,
      role,
      type: key?.type,
      bits: key?.bits,
      modified: file?.modified,
      isConfirmed,
    },
  };
}

function fileDetail({ key, file, role }: KeyFacts, now: number): string {
  const words = [key === undefined ? 'unusable' : key.type === 'rsa' ? `RSA of ${key.bits} bits` : 'Ed25519'];
  if (file !== undefined) {
    const { mode, owner, group, modified } = file;
    words.push(`mode ${(mode & 0o7777).toString(8)} ${owner.name ?? owner.id}:${group.name ?? group.id}`);
    words.push(`${daysBetween(modified, now)} days old`);
  }
  return [...words, ...(role === 'next' ? ['not in use yet'] : [])].join(', ');
}

interface JudgedRecord {
  readonly parts: readonly CheckedPart[];
  readonly isConfirmed: boolean | undefined;
}

async function checkRecord(facts: KeyFacts, settings: KeySettings, resolver: Resolver): Promise<JudgedRecord> {
  const { domain, selector, role, key, path } = facts;
  const subject = `${selector}._domainkey.${domain}`;
  if (!isDomainName(subject)) return { parts: [namelessPart(subject, path)], isConfirmed: false };
  const watched = watchedResolver(resolver);
  const answer = await askExplained(subject, watched, settings.now);
  // The next key may well wait for its record.
  if (role === 'next' && answer.status !== 'found' && answer.status !== 'temperror') {
    return { parts: [{ part: 'record', subject, detail: 'not published yet', findings: [] }], isConfirmed: false };
  }
  const published = { domain, selector, key, path: key && !facts.isInline ? path : undefined, answer };
  const findings = reportedNow(await publishedFindings(published, watched, settings.randomLabel), domain, answer);
  const record = recordPart(subject, answer, findings, watched);
  const isWrong = findings.some(({ severity }) => severity === 'error');
  const verdict = key && (await tryProbe({ domain, selector, key }, resolver, settings.now));
  if (verdict === undefined) return { parts: [record], isConfirmed: false };
  const isConfirmed = isWrong || verdict.result !== 'temperror' ? verdict.result === 'pass' : undefined;
  // What is wrong with the record or the key says the same, and more.
  const isReported = isWrong || verdict.reason === 'weak-key' || isConfirmed !== false;
  const probed: CheckedPart = {
    part: 'probe',
    subject,
    detail: `${verdict.result}, ${verdict.reason}`,
    result: isConfirmed === undefined ? 'unknown' : isConfirmed ? undefined : 'error',
    findings: isReported ? [] : [probeFinding(subject, facts, verdict)],
  };
  return { parts: [record, probed], isConfirmed };
}

/** A loop of aliases is SERVFAIL to those who ask a resolver, and yet no trouble that passes. */
async function askExplained(name: string, resolver: Resolver, now: number): Promise<Answer<'TXT'>> {
  const answer = await resolver.query(name, 'TXT');
  return answer.status === 'temperror' ? explainTrouble(resolver, name, 'TXT', answer, now) : answer;
}

/**
 * That there is no answer is reported once for the whole domain. Where the name is an alias of somebody else's, only they
 * can change the record: what works as it is, is a note.
 */
function reportedNow(findings: readonly Finding[], domain: string, { aliases }: Answer<'TXT'>): Finding[] {
  const target = aliases?.at(-1);
  const isForeign = target !== undefined && !mayBeRelated(target.toLowerCase(), domain);
  return findings
    .filter(({ code }) => code !== 'dns-no-answer' && code !== 'dnssec-bogus')
    .map((finding) => (isForeign && finding.severity === 'warning' ? { ...finding, severity: 'note' } : finding));
}

function recordPart(
  subject: string,
  answer: Answer<'TXT'>,
  findings: readonly Finding[],
  { unanswered }: WatchedResolver,
): CheckedPart {
  const result = unanswered.size > 0 ? 'unknown' : undefined;
  return { part: 'record', subject, detail: answerDetail(answer), findings, result };
}

/** `undefined`: the key cannot sign, which is reported with its file. */
async function tryProbe(
  key: Parameters<typeof probe>[0],
  resolver: Resolver,
  now: number,
): Promise<DkimVerdict | undefined> {
  try {
    return await probe(key, resolver, now);
  } catch (error) {
    // node:crypto has no room for the hash in an RSA key of less than 496 bits (RFC 8017 section 9.2).
    if (error instanceof DktoolError || key.key.bits < 496) return undefined;
    throw error;
  }
}

function probeFinding(
  subject: string,
  { domain, selector, path, isInline }: KeyFacts,
  { result, detail }: DkimVerdict,
): CheckFinding {
  return {
    severity: 'error',
    code: 'probe-failed',
    subject,
    observed: `a message signed with ${path} gets ${result}: ${shown(detail, 300)}`,
    expected: 'pass',
    remedy: isInline
      ? 'publish the record of this key; if it is published, the name servers disagree'
      : `publish the record that "dktool dns-record ${domain} -s ${selector} -k ${shellWord(path)}" prints; if it is published, the name servers disagree`,
  };
}

function namelessPart(name: string, path: string): CheckedPart {
  const finding: CheckFinding = {
    severity: 'error',
    code: 'domain-invalid',
    subject: shown(name, 300),
    observed: `${path} would have to be published at a name that is not valid in DNS`,
    expected: 'labels of 1 to 63 letters, digits, hyphens and underscores, 253 characters in total',
    remedy: 'rename the key file, or correct the table that names it',
  };
  return { part: 'record', subject: finding.subject, detail: 'not a valid DNS name', findings: [finding] };
}

function answerDetail(answer: Answer<'TXT'>): string {
  if (answer.status === 'temperror') return 'no answer';
  if (answer.status !== 'found') return answer.status === 'nxdomain' ? 'no such name' : 'no TXT record';
  const [first] = answer.records;
  const more = answer.records.length === 1 ? '' : ` and ${answer.records.length - 1} more`;
  return `${shown(first!.join(''), 60)}${more}`;
}

/** A selector whose key is not at hand: what its record says by itself. */
export async function checkSelector(
  selector: string,
  domain: string,
  { randomLabel, now }: KeySettings,
  resolver: Resolver,
): Promise<CheckedPart> {
  const subject = `${selector}._domainkey.${domain}`;
  if (!isDomainName(subject)) return namelessPart(subject, selector);
  const watched = watchedResolver(resolver);
  const answer = await askExplained(subject, watched, now);
  const published = { domain, selector, key: undefined, path: undefined, answer };
  const findings = reportedNow(await publishedFindings(published, watched, randomLabel), domain, answer);
  return recordPart(subject, answer, findings, watched);
}

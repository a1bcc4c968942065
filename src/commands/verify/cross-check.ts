/** verify --cross-check: the same message, DNS answers and clock through mailauth, in its strict mode. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { DkimVerdict } from '../../lib/dkim/verdict.ts';
import type { Comparison, CrossCheckReport } from '../../lib/report/cross-check.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import type { DkimReason } from '../../lib/verdict.ts';
import { mailauthParts, type MailauthResolver, mailauthResolver, muted } from '../../console/cross-check/mailauth.ts';
import { secondOpinion } from '../../console/cross-check/spf.ts';
import type { JudgedMessage, SecondJudge } from '../../console/verify/judge.ts';

export interface CrossCheckSettings {
  /** Seconds since 1970. */
  readonly now: number;
  /** Accept rsa-sha1 and RSA keys under 1,024 bits. */
  readonly legacy: boolean;
  /** After which an SPF check is given up. */
  readonly seconds: number;
}

/** It takes time that grows with the square of a folded field, and keeps the message in memory: more is not handed over. */
const [MAX_HEADER, MAX_MESSAGE, MAX_SIGNATURES] = [64 * 1024, 32 * 1024 * 1024, 32];

interface Status {
  readonly result: string;
  readonly comment?: string;
  readonly header?: { readonly b?: string };
}

interface Signature {
  readonly signingDomain?: string;
  readonly selector?: string;
  readonly status: Status;
}

interface DkimResult {
  readonly headerFrom: readonly string[];
  readonly fromFields: number;
  readonly results: readonly Signature[];
  readonly arc: object;
}

interface Options {
  readonly resolver: MailauthResolver;
  readonly strict: boolean;
  readonly minBitLength?: number;
}

interface Mailauth {
  dkimVerify(message: Buffer, options: Options & { readonly curTime: Date }): Promise<DkimResult>;
  arc(chain: object, options: Options): Promise<{ readonly status: Status }>;
  evaluateDmarc(
    options: Options &
      Pick<DkimResult, 'headerFrom' | 'fromFields'> & {
        readonly spfDomains: readonly string[];
        readonly dkimDomains: readonly { readonly domain: string }[];
      },
  ): Promise<{ readonly response: false | { readonly status: Status }; readonly reason?: string }>;
}

const load = (): Promise<Mailauth> =>
  mailauthParts(async () => {
    const [dkim, arc, dmarc] = await Promise.all([
      import('mailauth/lib/dkim/verify.js'),
      import('mailauth/lib/arc/index.js'),
      import('mailauth/lib/dmarc/index.js'),
    ]);
    return { ...dkim, ...arc, ...dmarc } as unknown as Mailauth;
  });

/**
 * @returns a second judge for each message
 * @throws DktoolError where mailauth is not installed
 */
export async function crossChecker(resolver: Resolver, settings: CrossCheckSettings): Promise<() => SecondJudge> {
  const mailauth = await load();
  return () => {
    let octets = 0;
    let chunks: Buffer[] = [];
    return {
      write(chunk) {
        octets += chunk.length;
        if (octets <= MAX_MESSAGE)
          chunks.push(Buffer.from(chunk)); // the reader uses its buffer again
        else chunks = [];
      },
      async compare(judged) {
        const problem = tooMuch(judged, octets);
        if (problem !== undefined) return unchecked(problem);
        const message = Buffer.concat(chunks).subarray(judged.message.mboxLine.length);
        try {
          return await muted(() => compared(judged, message, mailauth, resolver, settings));
        } catch (error) {
          return unchecked(`mailauth failed: ${error instanceof Error ? error.message : String(error)}`);
        }
      },
    };
  };
}

function tooMuch({ message, verdict }: Pick<JudgedMessage, 'message' | 'verdict'>, octets: number): string | undefined {
  if (octets > MAX_MESSAGE) return `mailauth is not given messages of more than ${MAX_MESSAGE >> 20} MiB`;
  if (message.header === undefined || message.header.bytes.length > MAX_HEADER) {
    return `mailauth is not given header blocks of more than ${MAX_HEADER >> 10} KiB`;
  }
  if (verdict.dkim.signatures.length > MAX_SIGNATURES) {
    return `mailauth is not given messages with more than ${MAX_SIGNATURES} signatures`;
  }
  return undefined;
}

function unchecked(problem: string): CrossCheckReport {
  return { by: 'mailauth', agrees: false, problem, comparisons: [] };
}

async function compared(
  { verdict, spf, dmarc }: Pick<JudgedMessage, 'verdict' | 'spf' | 'dmarc'>,
  message: Buffer,
  mailauth: Mailauth,
  resolver: Resolver,
  { now, legacy, seconds }: CrossCheckSettings,
): Promise<CrossCheckReport> {
  // Its lenient mode is laxer in more than rsa-sha1, but its strict mode knows no exception for that.
  const options = { resolver: mailauthResolver(resolver), strict: !legacy, ...(legacy ? { minBitLength: 1 } : {}) };
  const theirs = await mailauth.dkimVerify(message, { ...options, curTime: new Date(now * 1000) });
  const comparisons = [...dkimComparisons(verdict.dkim.signatures, theirs.results)];
  if (verdict.arc !== undefined) {
    const { status } = await mailauth.arc(theirs.arc, options);
    const { result, reason } = verdict.arc;
    comparisons.push(comparison('arc', '', { result, reason }, status, status.result === result));
  }
  const spfDomains: string[] = [];
  if (spf !== undefined && 'verdict' in spf) {
    const { result, reason, identity, domain, ip, helo, sender } = spf.verdict;
    const opinion = await secondOpinion({ ip, helo, sender }, identity, result, {
      resolver,
      receiver: 'unknown',
      seconds,
    });
    if (opinion.result === 'pass') spfDomains.push(octetsAsText(domain));
    const status = { result: opinion.result, comment: opinion.detail };
    comparisons.push(comparison('spf', octetsAsText(domain), { result, reason }, status, opinion.agrees));
  }
  if (dmarc !== undefined) {
    const { headerFrom, fromFields, results } = theirs;
    const passing = results.filter(({ status }) => status.result === 'pass');
    const dkimDomains = passing.map(({ signingDomain = '' }) => ({ domain: signingDomain }));
    const { response, reason = '' } = await mailauth.evaluateDmarc({
      ...options,
      headerFrom,
      fromFields,
      spfDomains,
      dkimDomains,
    });
    // A message without one author domain gets no verdict from it (RFC 9989 section 5.3.1), and permerror from us.
    const status = response === false ? { result: 'permerror', comment: reason } : response.status;
    comparisons.push(dmarcComparison(dmarc.report, status));
  }
  return { by: 'mailauth', agrees: comparisons.every(({ agrees }) => agrees), problem: null, comparisons };
}

function dmarcComparison(
  { result, reason, from }: { readonly result: string; readonly reason: string; readonly from: string | null },
  status: Status,
): Comparison {
  const isIgnored = reason === 'record-invalid' && status.result === 'none';
  const note = isIgnored ? 'for a record that receivers ignore, dktool says permerror and mailauth none' : null;
  return comparison('dmarc', from ?? '', { result, reason }, status, isIgnored || status.result === result, note);
}

/** Rules of ours, against forgery and by option, that are none of mailauth's: what breaks them may pass there. */
const OWN_RULES: readonly DkimReason[] = [
  'from-added',
  'body-partly-signed',
  'unsigned-duplicate',
  'header-line-malformed',
  'timestamp-in-future',
  'not-author-domain',
];

function* dkimComparisons(ours: readonly DkimVerdict[], theirs: readonly Signature[]): Iterable<Comparison> {
  const left = theirs.filter(({ selector }) => selector !== undefined);
  if (ours.length === 0 && left.length === 0) {
    yield comparison('dkim', '', { result: 'none', reason: 'no signature' }, theirs[0]?.status ?? ABSENT, true);
  }
  const pairs = paired(ours, left);
  for (const verdict of ours) {
    const { result, reason } = verdict;
    const status = pairs.get(verdict)?.status ?? ABSENT;
    const isOwnRule = status.result === 'pass' && OWN_RULES.includes(reason);
    const note = isOwnRule ? 'the signature itself verifies; mailauth does not have the rule that refuses it' : null;
    const agrees = isOwnRule || kindOf(result) === kindOf(status.result);
    yield comparison('dkim', signerOf(verdict), { result, reason }, status, agrees, note);
  }
  for (const { signingDomain = '?', selector = '?', status } of left) {
    const subject = `d=${signingDomain} s=${selector}`;
    yield comparison('dkim', subject, { result: 'none', reason: 'not reported' }, status, status.result !== 'pass');
  }
}

/**
 * Which signature is which: mailauth leaves out those that it cannot read.
 *
 * @param left theirs; those that are paired are taken out
 */
function paired(ours: readonly DkimVerdict[], left: Signature[]): ReadonlyMap<DkimVerdict, Signature> {
  const pairs = new Map<DkimVerdict, Signature>();
  const pair = (isMatch: (verdict: DkimVerdict, one: Signature) => boolean) => {
    for (const verdict of ours) {
      const at = pairs.has(verdict) ? -1 : left.findIndex((one) => isSame(verdict, one) && isMatch(verdict, one));
      if (at !== -1) pairs.set(verdict, left.splice(at, 1)[0]!);
    }
  };
  // A message may carry the same signature twice: those that agree belong together.
  pair(({ result }, { status }) => kindOf(result) === kindOf(status.result));
  pair(() => true);
  return pairs;
}

/** The first eight characters of b= tell signatures apart (RFC 6008 section 4). */
function isSame({ selector = '', signatureText = '' }: DkimVerdict, theirs: Signature): boolean {
  return theirs.selector === octetsAsText(selector) && theirs.status.header?.b === signatureText.slice(0, 8);
}

const ABSENT: Status = { result: 'none', comment: 'not reported' };

/** Words for what does not pass are chosen differently: mailauth's neutral is our permerror. */
function kindOf(result: string): string {
  return result === 'pass' || result === 'temperror' ? result : 'refused';
}

function signerOf({ domain, selector }: DkimVerdict): string {
  return octetsAsText(`d=${domain ?? '?'} s=${selector ?? '?'}`);
}

function comparison(
  method: Comparison['method'],
  subject: string,
  ours: Comparison['ours'],
  { result, comment = '' }: Status,
  agrees: boolean,
  note: string | null = null,
): Comparison {
  return { method, subject, ours, theirs: { result, detail: comment }, agrees, note };
}

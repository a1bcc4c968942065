/** What the verdicts on a message say in its Authentication-Results field. */
import type { ArcVerdict } from '../arc/verdict.ts';
import type { AuthorAdsp, MessageAdsp } from '../adsp/verdict.ts';
import type { AuthProperty, AuthResult } from './field.ts';
import type { DmarcVerdict } from '../dmarc/evaluate.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { DomainKeysMessageVerdict, DomainKeysVerdict } from '../domainkeys/verdict.ts';
import { spfAuthResult } from './spf.ts';
import type { SpfVerdict } from '../spf/verdict.ts';
import type { MessageVerdict } from '../verify-message.ts';

/** Statements about DKIM signatures: as many as are judged; who sends more does not get a header of megabytes. */
const MAX_STATEMENTS = 32;
/** RFC 6008 section 4: the first eight characters of b= tell signatures apart. */
const SIGNATURE_PREFIX_LENGTH = 8;

/**
 * What a field says of the verdicts on a message: one statement a DKIM signature (32 at most), one about DomainKeys, and,
 * where they were asked for, one about ARC, one an author (ADSP), one about SPF and one about DMARC (RFC 8601 section 2.7).
 */
export function authStatements(
  { dkim, domainkeys, arc }: MessageVerdict,
  adsp?: MessageAdsp,
  spf?: SpfVerdict,
  dmarc?: DmarcVerdict,
): AuthResult[] {
  return [
    ...(dkim.signatures.length === 0
      ? [{ method: 'dkim', result: 'none', properties: [] }]
      : dkim.signatures.slice(0, MAX_STATEMENTS).map(dkimStatement)),
    domainKeysStatement(domainkeys),
    ...(arc === undefined ? [] : [arcStatement(arc, spf?.ip)]),
    ...(adsp === undefined ? [] : adspStatements(adsp)),
    ...(spf === undefined ? [] : [spfStatement(spf)]),
    ...(dmarc === undefined ? [] : [dmarcStatement(dmarc)]),
  ];
}

/** One statement an author (RFC 5617 section 5.3). */
export function adspStatements({ authors }: MessageAdsp): AuthResult[] {
  return authors.map(adspStatement);
}

/** The properties that are known. */
function properties(pairs: Readonly<Record<string, string | undefined>>): AuthProperty[] {
  return Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** RFC 8601 section 2.7.1. */
function dkimStatement({ result, reason, testing, ...facts }: DkimVerdict): AuthResult {
  return {
    method: 'dkim',
    result,
    comment: testing && result !== 'pass' ? 'testing' : undefined,
    reason: result === 'pass' ? undefined : reason,
    properties: properties({
      'header.d': facts.domain,
      'header.i': facts.identity,
      'header.s': facts.selector,
      'header.a': facts.algorithm,
      'header.b': facts.signatureText?.slice(0, SIGNATURE_PREFIX_LENGTH),
    }),
  };
}

/** RFC 7601 section 2.7.1, the last one that describes the method; RFC 8601 section 6 leaves its entries as they are. */
function domainKeysStatement({ result, signatures, policy }: DomainKeysMessageVerdict): AuthResult {
  const decisive = signatures.find(({ isChosen }) => isChosen) ?? signatures[0];
  if (decisive === undefined) {
    const comment = policy?.suspicious ? 'the domain signs all its mail' : undefined;
    return { method: 'domainkeys', result, comment, properties: [] };
  }
  return {
    method: 'domainkeys',
    result,
    comment: domainKeysComment(decisive, policy?.suspicious ?? false),
    reason: result === 'pass' ? undefined : decisive.reason,
    properties: properties({ 'header.d': decisive.domain, ...senderProperty(decisive) }),
  };
}

function domainKeysComment({ result, reason, testing }: DomainKeysVerdict, isSuspicious: boolean): string | undefined {
  if (result === 'pass') return undefined;
  const words = [
    ...(reason === 'granularity-mismatch' ? ['g= mismatch'] : []),
    ...(testing ? ['testing'] : []),
    ...(isSuspicious ? ['the domain signs all its mail'] : []),
  ];
  return words.length === 0 ? undefined : words.join(', ');
}

/** The local part is reported only where a g= vouches for it. */
function senderProperty({ result, sender, granularity }: DomainKeysVerdict): Record<string, string | undefined> {
  if (sender === undefined) return {};
  const isVouchedFor = result === 'pass' && granularity === sender.localPart;
  return { [`header.${sender.field}`]: isVouchedFor ? sender.text : sender.domain };
}

/** RFC 8617 section 6. @param client the SMTP client, where it is known */
function arcStatement({ result, reason, instances, oldestPass }: ArcVerdict, client: string | undefined): AuthResult {
  const newest = instances.at(-1);
  return {
    method: 'arc',
    result,
    comment: newest === undefined ? undefined : `i=${newest.instance}`,
    reason: result === 'fail' ? reason : undefined,
    properties: properties({
      'header.oldest-pass': oldestPass === undefined ? undefined : String(oldestPass),
      'smtp.remote-ip': client,
    }),
  };
}

/** RFC 5617 section 5.3. */
function adspStatement({ result, author, domain }: AuthorAdsp): AuthResult {
  return { method: 'dkim-adsp', result, properties: properties({ 'header.from': author ?? domain }) };
}

/** RFC 8601 section 2.7.2. */
function spfStatement(verdict: SpfVerdict): AuthResult {
  const { method, result, property, value } = spfAuthResult(verdict);
  return { method, result, properties: properties({ [`smtp.${property}`]: value }) };
}

/** RFC 9989 section 9.1: `policy.dmarc` is what applies to mail that fails, after sp=, np= and t=. */
function dmarcStatement({ result, reason, author, effectivePolicy }: DmarcVerdict): AuthResult {
  return {
    method: 'dmarc',
    result,
    reason: result === 'pass' ? undefined : reason,
    properties: properties({
      'policy.dmarc': effectivePolicy,
      'header.from': author.ok ? author.domain : undefined,
    }),
  };
}

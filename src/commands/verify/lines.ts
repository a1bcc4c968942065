/** Verdicts as plain lines, for pipes, logs and cron. */
import type { DiffLine } from '../../lib/explain/diff.ts';
import { explanationLines } from './explain/lines.ts';
import type { SignatureReport, VerifyReport } from '../../lib/report/verify.ts';
import type { DomainKeysReport, DomainKeysSignatureReport } from '../../lib/report/domainkeys.ts';
import { arcLines } from './arc-text.ts';
import { crossCheckLines } from './cross-check-text.ts';
import { dkim2Lines } from './dkim2-text.ts';
import { dmarcLines } from '../../console/dmarc/lines.ts';
import { preflightLines } from './preflight-text.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/**
 * The lines of one input, each with its name first and ending in a line feed.
 *
 * @param diffs with --explain: of each signature, what came against what was signed
 */
export function verifyLines(
  report: VerifyReport,
  verbose: boolean,
  diffs: readonly (readonly DiffLine[])[] = [],
): string {
  const name = printable(report.file);
  const lines = [`${name}: ${report.result}${report.from === null ? '' : ` from=${printable(report.from)}`}`];
  if (report.at !== undefined) lines.push(`${name}: ${asOfLine(report.at)}`);
  if (report.unescaped !== undefined) lines.push(`${name}: ${unescapedLine(report.unescaped)}`);
  for (const [i, signature] of report.dkim.signatures.entries()) {
    const { domain, selector, algorithm, alignment } = signature;
    const signer = [
      `d=${domain ?? '?'}`,
      `s=${selector ?? '?'}`,
      ...(verbose ? [`a=${algorithm ?? '?'}`, `c=${signature.canonicalization}`] : []),
      `alignment=${alignment}`,
      ...(verbose ? [`body-hash=${signature.bodyHash}`, `signature=${signature.signature}`] : []),
    ];
    lines.push(
      `${name}: dkim=${signature.result} reason=${signature.reason} ${printable(signer.join(' '))}: ${printable(reasonText(signature))}`,
    );
    if (verbose) lines.push(`${name}: dkim signed fields: ${printable(signature.signedHeaders.join(':'))}`);
    for (const { code, detail } of signature.warnings)
      lines.push(`${name}: dkim warning ${code}: ${printable(detail)}`);
    if (signature.explanation === undefined) continue;
    for (const { text } of explanationLines(signature.explanation, diffs[i] ?? [])) {
      lines.push(`${name}: explain ${text}`);
    }
  }
  for (const line of domainKeysLines(name, report.domainkeys, verbose)) lines.push(line);
  if (report.arc !== undefined) lines.push(...arcLines(name, report.arc, verbose));
  if (report.dkim2 !== undefined) lines.push(...dkim2Lines(name, report.dkim2));
  for (const { result, author, domain, detail } of report.adsp?.authors ?? []) {
    lines.push(`${name}: dkim-adsp=${result} author=${printable(author ?? domain ?? '?')}: ${printable(detail)}`);
  }
  if (report.spf !== undefined) lines.push(`${name}: ${spfLine(report.spf)}`);
  if (report.dmarc !== undefined) lines.push(...dmarcLines(name, report.dmarc, verbose));
  if (report.preflight !== undefined) lines.push(...preflightLines(name, report.preflight, verbose));
  if (report.crossCheck !== undefined) lines.push(...crossCheckLines(name, report.crossCheck));
  return `${lines.join('\n')}\n`;
}

/** The sentence of a verdict. Of a body that was changed alone, it says that nothing else was. */
export function reasonText(signature: SignatureReport | DomainKeysSignatureReport): string {
  const isIntact = signature.reason === 'body-hash-mismatch' && signature.signature === 'valid';
  return isIntact
    ? `${signature.detail}; the signature itself is valid: no signed field was changed`
    : signature.detail;
}

/** The time that a message was judged as of. */
export function asOfLine({ source, time, problem }: NonNullable<VerifyReport['at']>): string {
  if (time === null) return `judged as of now: ${problem}`;
  const by = source === 'received' ? ', when it was received' : '';
  return `judged as of ${new Date(time * 1000).toISOString().replace('.000Z', 'Z')}${by}`;
}

/** What was undone before a message of an mbox was judged. */
export function unescapedLine({ form, lines }: NonNullable<VerifyReport['unescaped']>): string {
  return `mbox: ${lines} escaped line${lines === 1 ? '' : 's'} read without the > before From (${form})`;
}

/** What SPF says, without the name of the input. */
export function spfLine(spf: NonNullable<VerifyReport['spf']>): string {
  if (spf.result === null) return `spf not checked: ${printable(spf.detail)}`;
  const { result, reason, identity, domain, ip, detail } = spf;
  return `spf=${result} reason=${reason} ${identity}=${printable(domain)} ip=${printable(ip)}: ${printable(detail)}`;
}

function* domainKeysLines(name: string, { signatures, policy }: DomainKeysReport, verbose: boolean): Iterable<string> {
  for (const signature of signatures) {
    const { domain, selector, sender, alignment } = signature;
    const signer = [
      `d=${domain ?? '?'}`,
      `s=${selector ?? '?'}`,
      ...(sender === null ? [] : [`${sender.field}=${sender.address}`]),
      ...(verbose ? [`a=${signature.algorithm}`, `c=${signature.canonicalization}`] : []),
      `alignment=${alignment}`,
      ...(verbose ? [`signature=${signature.signature}`] : []),
    ];
    yield `${name}: domainkeys=${signature.result} reason=${signature.reason} ${printable(signer.join(' '))}: ${printable(signature.detail)}`;
    if (verbose) {
      yield `${name}: domainkeys signed fields: ${printable(signature.signedHeaders?.join(':') ?? 'all below the signature')}`;
    }
    for (const { code, detail } of signature.warnings) {
      yield `${name}: domainkeys warning ${code}: ${printable(detail)}`;
    }
  }
  if (policy !== null && (policy.status === 'found' || verbose)) {
    yield `${name}: domainkeys policy ${policy.status}: ${printable(policy.detail)}`;
  }
}

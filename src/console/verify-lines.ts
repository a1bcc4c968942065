/** Verdicts as plain lines, for pipes, logs and cron. */
import type { VerifyReport } from '../lib/verify-report.ts';
import type { DomainKeysReport } from '../lib/domainkeys-report.ts';
import { printable } from './sanitize.ts';

/** The lines of one input, each with its name first and ending in a line feed. */
export function verifyLines(report: VerifyReport, verbose: boolean): string {
  const name = printable(report.file);
  const lines = [`${name}: ${report.result}${report.from === null ? '' : ` from=${printable(report.from)}`}`];
  for (const signature of report.dkim.signatures) {
    const { domain, selector, algorithm, alignment } = signature;
    const signer = [
      `d=${domain ?? '?'}`,
      `s=${selector ?? '?'}`,
      ...(verbose ? [`a=${algorithm ?? '?'}`, `c=${signature.canonicalization}`] : []),
      `alignment=${alignment}`,
      ...(verbose ? [`body-hash=${signature.bodyHash}`, `signature=${signature.signature}`] : []),
    ];
    lines.push(
      `${name}: dkim=${signature.result} reason=${signature.reason} ${printable(signer.join(' '))}: ${printable(signature.detail)}`,
    );
    if (verbose) lines.push(`${name}: dkim signed fields: ${printable(signature.signedHeaders.join(':'))}`);
    for (const { code, detail } of signature.warnings)
      lines.push(`${name}: dkim warning ${code}: ${printable(detail)}`);
  }
  lines.push(...domainKeysLines(name, report.domainkeys, verbose));
  return `${lines.join('\n')}\n`;
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
  if (policy !== null && (policy.status !== 'none' || verbose)) {
    yield `${name}: domainkeys policy ${policy.status}: ${printable(policy.detail)}`;
  }
}

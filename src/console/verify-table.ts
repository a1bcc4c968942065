/** Verdicts for a person at a terminal: a small coloured table, the reason in words. */
import type { ResultWord } from '../lib/verdict.ts';
import type { DomainKeysSignatureReport } from '../lib/domainkeys-report.ts';
import type { SignatureReport, VerifyReport } from '../lib/verify-report.ts';
import { printable } from './sanitize.ts';
import { dmarcLine } from './dmarc/lines.ts';
import { spfLine } from './verify-lines.ts';

export interface TableStyle {
  readonly color: boolean;
  readonly columns: number;
  readonly verbose: boolean;
}

export type VerifyTable = (report: VerifyReport) => string;

/** A renderer; loads chalk and cli-table3, which only a terminal ever sees. */
export async function verifyTable({ color, columns, verbose }: TableStyle): Promise<VerifyTable> {
  const [{ Chalk }, { default: Table }] = await Promise.all([import('chalk'), import('cli-table3')]);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint: Readonly<Record<ResultWord, (text: string) => string>> = {
    pass: chalk.green,
    fail: chalk.red,
    policy: chalk.red,
    permerror: chalk.red,
    temperror: chalk.yellow,
    neutral: chalk.yellow,
    none: chalk.yellow,
  };
  const widths = [12, Math.max(20, Math.min(36, Math.floor(columns * 0.35)))];
  const why = Math.max(24, columns - widths[0]! - widths[1]! - 4);

  const row = (signature: SignatureReport | DomainKeysSignatureReport, signer: string[], facts: string[]): string[] => {
    const reason = [signature.detail, ...(verbose ? [`reason: ${signature.reason}`, ...facts] : [])];
    const warnings = signature.warnings.map(({ detail }) => chalk.yellow(`! ${printable(detail)}`));
    return [
      paint[signature.result](signature.result),
      signer.map(printable).join('\n'),
      [...reason.map(printable), ...warnings].join('\n'),
    ];
  };
  const dkimRow = (signature: SignatureReport) =>
    row(
      signature,
      [
        `d=${signature.domain ?? '?'}`,
        `s=${signature.selector ?? '?'}`,
        `${signature.algorithm ?? 'unknown algorithm'}, alignment ${signature.alignment}`,
      ],
      [
        `body hash ${signature.bodyHash}, signature ${signature.signature}`,
        `signed: ${signature.signedHeaders.join(' ')}`,
      ],
    );
  const domainKeysRow = (signature: DomainKeysSignatureReport) =>
    row(
      signature,
      [
        `d=${signature.domain ?? '?'}`,
        `s=${signature.selector ?? '?'}`,
        signature.sender === null ? 'sender unknown' : `${signature.sender.field} ${signature.sender.address}`,
      ],
      [`signature ${signature.signature}`, `signed: ${signature.signedHeaders?.join(' ') ?? 'all below it'}`],
    );
  const tableOf = (method: string, rows: readonly string[][]): string => {
    if (rows.length === 0) return '';
    const table = new Table({
      head: [method, 'signer', 'why'].map((text) => chalk.bold(text)),
      style: { head: [], border: [], compact: false },
      colWidths: [...widths, why],
      wordWrap: true,
      wrapOnWordBoundary: true,
    });
    table.push(...rows);
    return `${table.toString()}\n`;
  };

  return ({ file, from, result, dkim, domainkeys, adsp, spf, dmarc }) => {
    const who = from === null ? '' : ` from ${printable(from)}`;
    const title = `${chalk.bold(printable(file))}: ${paint[result](result)}${who}\n`;
    const unsigned = dkim.signatures.length + domainkeys.signatures.length === 0;
    const policy = domainkeys.policy?.status === 'found' ? `  ${printable(domainkeys.policy.detail)}\n` : '';
    const authors = adsp?.authors ?? [];
    return [
      title,
      unsigned ? '  no DKIM signature\n' : '',
      tableOf('DKIM', dkim.signatures.map(dkimRow)),
      tableOf('DomainKeys', domainkeys.signatures.map(domainKeysRow)),
      policy,
      ...authors.map((author) => `  ADSP ${author.result}: ${printable(author.detail)}\n`),
      spf === undefined ? '' : `  ${spfLine(spf)}\n`,
      dmarc === undefined ? '' : `  ${dmarcLine(dmarc)}\n`,
    ].join('');
  };
}

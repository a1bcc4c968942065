/** Verdicts for a person at a terminal: a small coloured table, the reason in words. */
import type { ResultWord } from '../lib/verdict.ts';
import type { SignatureReport, VerifyReport } from '../lib/verify-report.ts';
import { printable } from './sanitize.ts';

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
  const widths = [11, Math.max(20, Math.min(36, Math.floor(columns * 0.35)))];
  const why = Math.max(24, columns - widths[0]! - widths[1]! - 4);

  const row = (signature: SignatureReport): string[] => {
    const signer = [
      `d=${signature.domain ?? '?'}`,
      `s=${signature.selector ?? '?'}`,
      `${signature.algorithm ?? 'unknown algorithm'}, alignment ${signature.alignment}`,
    ];
    const reason = [
      signature.detail,
      ...(verbose
        ? [
            `reason: ${signature.reason}`,
            `body hash ${signature.bodyHash}, signature ${signature.signature}`,
            `signed: ${signature.signedHeaders.join(' ')}`,
          ]
        : []),
    ];
    const warnings = signature.warnings.map(({ detail }) => chalk.yellow(`! ${printable(detail)}`));
    return [
      paint[signature.result](signature.result),
      signer.map(printable).join('\n'),
      [...reason.map(printable), ...warnings].join('\n'),
    ];
  };

  return (report) => {
    const from = report.from === null ? '' : ` from ${printable(report.from)}`;
    const title = `${chalk.bold(printable(report.file))}: ${paint[report.result](report.result)}${from}\n`;
    if (report.dkim.signatures.length === 0) return `${title}  no DKIM signature\n`;
    const table = new Table({
      head: ['DKIM', 'signer', 'why'].map((text) => chalk.bold(text)),
      style: { head: [], border: [], compact: false },
      colWidths: [...widths, why],
      wordWrap: true,
      wrapOnWordBoundary: true,
    });
    table.push(...report.dkim.signatures.map(row));
    return `${title}${table.toString()}\n`;
  };
}

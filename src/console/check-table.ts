/** What `check` looked at, for a person at a terminal. Loads chalk and cli-table3. */
import { findingsOf, resultOf, type CheckResult, type DomainCheck } from '../lib/check/report.ts';
import { partRows, titleOf } from './check-lines.ts';

export interface CheckTableStyle {
  readonly color: boolean;
  readonly columns: number;
}

export async function checkTable({ color, columns }: CheckTableStyle): Promise<(check: DomainCheck) => string> {
  const [{ Chalk }, { default: Table }] = await Promise.all([import('chalk'), import('cli-table3')]);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint: Readonly<Record<CheckResult, (text: string) => string>> = {
    ok: chalk.green,
    warning: chalk.yellow,
    temporary: chalk.yellow,
    error: chalk.red,
  };
  const widths = [11, 14, Math.max(20, Math.floor(columns * 0.35))];
  const detail = Math.max(20, columns - widths.reduce((sum, width) => sum + width, 0) - 5);
  return (check) => {
    const table = new Table({
      head: ['result', 'what', 'where', 'seen'].map((text) => chalk.bold(text)),
      style: { head: [], border: [], compact: true },
      colWidths: [...widths, detail],
      wordWrap: true,
      wrapOnWordBoundary: false,
    });
    for (const row of partRows(check)) table.push([paint[row.result](row.result), row.part, row.subject, row.detail]);
    const result = resultOf(findingsOf(check));
    return `${chalk.bold(titleOf(check))}: ${paint[result](result)}\n${table.toString()}\n`;
  };
}

/** What `check` looked at, for a person at a terminal. Loads chalk and cli-table3. */
import { type CheckResult, type DomainCheck, domainResult } from '../lib/check/report.ts';
import { partRows, titleOf } from './check-lines.ts';
import { wrap } from './wrap.ts';

export interface CheckTableStyle {
  readonly color: boolean;
  readonly columns: number;
}

export async function checkTable({ color, columns }: CheckTableStyle): Promise<(check: DomainCheck) => string> {
  const [{ Chalk }, { default: Table }] = await Promise.all([import('chalk'), import('cli-table3')]);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint: Readonly<Record<CheckResult, (text: string) => string>> = {
    ok: chalk.green,
    note: chalk.green,
    warning: chalk.yellow,
    unknown: chalk.yellow,
    temporary: chalk.yellow,
    error: chalk.red,
  };
  // Each column has a blank on either side; five lines stand between and around them.
  const where = Math.max(20, Math.floor(columns * 0.32));
  const seen = Math.max(20, columns - 9 - 13 - where - 13);
  return (check) => {
    const table = new Table({
      head: ['result', 'what', 'where', 'seen'].map((text) => chalk.bold(text)),
      style: { head: [], border: [], compact: true },
    });
    for (const row of partRows(check))
      table.push([paint[row.result](row.result), row.part, wrap(row.subject, where), wrap(row.detail, seen)]);
    const result = domainResult(check);
    return `${chalk.bold(titleOf(check))}: ${paint[result](result)}\n${table.toString()}\n`;
  };
}

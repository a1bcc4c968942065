/** What `check` looked at, for a person at a terminal. Loads chalk and cli-table3. */
import { type CheckResult, type DomainCheck, domainResult } from '../../lib/report/check.ts';
import { partRows, titleOf } from './lines.ts';
import { type Cell, grid, gridOverhead } from '../../console/terminal/grid.ts';
import type { TerminalStyle } from '../../console/terminal/terminal.ts';
import { clipStart } from '../../console/terminal/text-width.ts';

/** Columns of the longest result and the longest part. */
const [RESULT, PART] = [9, 14];
/** In a narrower terminal, what was looked at and where stand one below the other. */
const WIDE = 90;

export async function checkTable(style: TerminalStyle): Promise<(check: DomainCheck) => string> {
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: style.color ? 1 : 0 });
  const paint: Readonly<Record<CheckResult, (text: string) => string>> = {
    ok: chalk.green,
    note: chalk.green,
    warning: chalk.yellow,
    unknown: chalk.yellow,
    temporary: chalk.yellow,
    error: chalk.red,
  };
  const isWide = style.columns >= WIDE;
  const room = Math.max(40, style.columns - gridOverhead(isWide ? 4 : 3, style)) - RESULT;
  const where = Math.floor((isWide ? room - PART : room) * 0.42);
  const widths = isWide ? [RESULT, PART, where, room - PART - where] : [RESULT, where, room - where];
  const head = isWide ? ['result', 'what', 'where', 'seen'] : ['result', 'what, where', 'seen'];
  const table = await grid(style, head, widths, false);
  return (check) => {
    const rows = partRows(check).map(({ result, part, subject, detail }): Cell[] => {
      const [word, what, at, seen] = [
        [{ text: result, paint: paint[result] }],
        [{ text: part }],
        subject === '' ? [] : [{ text: subject }],
        [{ text: detail }],
      ];
      return isWide ? [word, what, at, seen] : [word, [...what, ...at], seen];
    });
    const result = domainResult(check);
    const title = clipStart(titleOf(check), Math.max(20, style.columns - result.length - 2));
    return `${chalk.bold(title)}: ${paint[result](result)}\n${table(rows)}`;
  };
}

/** Many messages at a terminal: a row for each that is worth a look. */
import type { ErrorCode } from '../../lib/error-codes.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { VerifyReport } from '../../lib/report/verify.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import type { TerminalStyle } from '../../console/terminal/terminal.ts';
import { clipEnd, clipStart, padEnd } from '../../console/terminal/text-width.ts';
import { chalkOf, resultPaint } from './table.ts';
import { reasonOf } from './tally.ts';

export interface RowStyle {
  /** The row of a message, with a line feed. */
  readonly report: (report: VerifyReport) => string;
  /** The row of an input that could not be judged. */
  readonly error: (file: string, code: ErrorCode) => string;
}

/** Columns of the longest result word, and of the longest usual reason. */
const [RESULT, REASON] = [9, 24];
/** With fewer columns than this for the file, it stands alone. */
const [FEWEST_FOR_FILE, DOMAIN] = [40, 24];

/** @param byDmarc it decides which messages failed */
export async function verifyRows(style: TerminalStyle, byDmarc: boolean): Promise<RowStyle> {
  const paint = resultPaint(await chalkOf(style));
  const left = style.columns - RESULT - REASON - 4;
  const hasDomain = left - DOMAIN - 2 >= FEWEST_FOR_FILE;
  const fileWidth = Math.max(16, hasDomain ? left - DOMAIN - 2 : left);
  const row = (word: string, color: ResultWord, reason: string, domain: string, file: string) => {
    const signer = hasDomain ? `${padEnd(clipEnd(printable(domain.slice(0, 4 * DOMAIN)), DOMAIN), DOMAIN)}  ` : '';
    const name = clipStart(printable(file), fileWidth);
    return `${paint[color](word.padEnd(RESULT))}  ${padEnd(clipEnd(reason, REASON), REASON)}  ${signer}${name}\n`;
  };
  return {
    report: ({ file, result, dkim, domainkeys, dmarc }) => {
      if (byDmarc && dmarc !== undefined) return row(dmarc.result, dmarc.result, dmarc.reason, dmarc.from ?? '', file);
      const signatures = dkim.signatures.length > 0 ? dkim.signatures : domainkeys.signatures;
      const domain = signatures.find((signature) => signature.result === result)?.domain ?? '';
      return row(result, result, reasonOf(result, dkim.signatures, domainkeys.signatures), domain, file);
    },
    error: (file, code) => row('error', 'permerror', code, '', file),
  };
}

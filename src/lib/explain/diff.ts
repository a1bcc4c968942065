/** What came against what was signed, as a few lines for people. */
import type { BodyStep } from './body/recipe.ts';

/** One line of the difference between what was signed and what came. */
export interface DiffLine {
  /** `+`: it came so; `-`: it was signed so; ` `: both; `@`: how much is not shown. */
  readonly sign: '+' | '-' | ' ' | '@';
  /** Latin1. */
  readonly text: string;
}

/** Lines that are the same shown around a change, changed lines shown of each, lines in all. */
const [CONTEXT, SHOWN, MAX_LINES] = [3, 10, 60];
/** Octets of a line that are shown. */
const MAX_WIDTH = 300;

/**
 * @param received the lines of the body as it came, latin1
 * @param steps that make the signed body of it
 */
export function bodyDiff(received: readonly string[], steps: readonly BodyStep[]): DiffLine[] {
  const lines: DiffLine[] = [];
  const put = (sign: DiffLine['sign'], text: string) => {
    if (lines.length < MAX_LINES) lines.push({ sign, text: text.slice(0, MAX_WIDTH) });
  };
  const some = (sign: '+' | '-', list: readonly string[]) => {
    for (const line of list.slice(0, SHOWN)) put(sign, line);
    if (list.length > SHOWN) put('@', `${list.length - SHOWN} more lines`);
  };
  let at = 0;
  let signed: string[] = [];
  const hunk = (to: number) => {
    const added = received.slice(at, to);
    if (added.length === 0 && signed.length === 0) return;
    // Lines at the end that are empty count for nothing (RFC 6376 section 3.4.3).
    if (to === received.length && signed.length === 0 && added.every((line) => line === '')) return;
    for (const line of received.slice(Math.max(0, at - CONTEXT), at)) put(' ', line);
    some('-', signed);
    some('+', added);
    for (const line of received.slice(to, to + CONTEXT)) put(' ', line);
    signed = [];
  };
  for (const step of steps) {
    if ('c' in step) {
      hunk(step.c[0] - 1);
      signed = [];
      at = step.c[1];
    } else if ('d' in step) {
      for (const text of step.d) signed.push(Buffer.from(text, 'utf8').toString('latin1'));
    } else for (const text of step.u) signed.push(Buffer.from(text, 'base64').toString('latin1'));
  }
  hunk(received.length);
  return lines;
}

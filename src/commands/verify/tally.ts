/** How many messages of a run came to which result, and why. */
import type { VerifySummary } from '../../lib/report/verify.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { MessageVerdict } from '../../lib/verify-message.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import type { ResultPaint } from './table.ts';

/** Messages by `RESULT REASON`; the result is `error` for an input that could not be judged. Plain data: workers send it. */
export type Tally = Record<string, number>;

export function newTally(): Tally {
  return Object.create(null) as Tally;
}

export function addTally(into: Tally, more: Tally): void {
  for (const [key, count] of Object.entries(more)) into[key] = (into[key] ?? 0) + count;
}

/** The key of a message: its result, and the reason of the signature that it rests on. */
export function tallyKey({ result, dkim, domainkeys }: Pick<MessageVerdict, 'result' | 'dkim' | 'domainkeys'>): string {
  return `${result} ${reasonOf(result, dkim.signatures, domainkeys.signatures)}`;
}

interface Reasoned {
  readonly result: ResultWord;
  readonly reason: string;
}

/** Empty for an unsigned message. */
export function reasonOf(result: ResultWord, dkim: readonly Reasoned[], domainkeys: readonly Reasoned[]): string {
  const signatures = dkim.length > 0 ? dkim : domainkeys;
  return signatures.find((signature) => signature.result === result)?.reason ?? '';
}

export function errorKey({ code }: DktoolError): string {
  return `error ${code}`;
}

interface Count {
  readonly result: ResultWord | 'error';
  readonly reason: string;
  readonly count: number;
}

/** What is well, what is no matter, what is worth a look. */
const ORDER: readonly (ResultWord | 'error')[] = [
  'pass',
  'none',
  'fail',
  'policy',
  'permerror',
  'temperror',
  'neutral',
  'error',
];

/** By result, then the most frequent reason first. */
function countsOf(tally: Tally): Count[] {
  return Object.entries(tally)
    .map(([key, count]): Count => {
      const blank = key.indexOf(' ');
      return { result: key.slice(0, blank) as Count['result'], reason: key.slice(blank + 1), count };
    })
    .sort(
      (a, b) =>
        ORDER.indexOf(a.result) - ORDER.indexOf(b.result) || b.count - a.count || (a.reason < b.reason ? -1 : 1),
    );
}

function resultsOf(counts: readonly Count[]): [Count['result'], number][] {
  return ORDER.map((word): [Count['result'], number] => [
    word,
    counts.reduce((sum, { result, count }) => (result === word ? sum + count : sum), 0),
  ]).filter(([, count]) => count > 0);
}

const total = (counts: readonly Count[]) => counts.reduce((sum, { count }) => sum + count, 0);

/**
 * The closing lines of a run: a sum, and a line for each reason that is none of a pass.
 *
 * @param paint of result words
 */
export function tallyLines(tally: Tally, paint?: ResultPaint): string {
  const counts = countsOf(tally);
  const painted = (result: Count['result'], text: string) =>
    paint === undefined ? text : paint[result === 'error' ? 'permerror' : result](text);
  const sum = total(counts);
  const results = resultsOf(counts).map(([result, count]) => `${count} ${painted(result, result)}`);
  const lines = [`${sum} message${sum === 1 ? '' : 's'}${sum === 0 ? '' : ': '}${results.join(', ')}`];
  const width = String(sum).length;
  for (const { result, reason, count } of counts) {
    if (result === 'pass' || reason === '') continue;
    lines.push(`  ${String(count).padStart(width)}  ${painted(result, result.padEnd(9))}  ${reason}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object. */
export function tallyJson(tally: Tally): string {
  const counts = countsOf(tally);
  const summary: VerifySummary = {
    messages: total(counts),
    results: Object.fromEntries(resultsOf(counts)),
    reasons: counts.filter(({ reason }) => reason !== ''),
  };
  return jsonLine(summary);
}

/** How many messages of a run came to which result, and why. */
import type { VerifySummary } from '../../lib/report/verify.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import { clipEnd, padEnd } from '../../console/terminal/text-width.ts';
import type { ResultPaint } from './table.ts';

/**
 * Messages by what came of them: `RESULT REASON`, and below that the domain and selector of the signature which that rests on.
 * The result is `error` for an input that could not be judged. Plain data: workers send it.
 */
export type Tally = Map<string, Map<string, number>>;

/** What a message counts as: the two keys of a tally. */
export interface TallyKey {
  readonly reason: string;
  readonly signer: string;
}

/** Signers of one reason that are counted by name: whoever sends mail can make up as many as he likes. */
const MAX_SIGNERS = 20_000;
const OTHERS = '(others) ';

export function addTally(into: Tally, { reason, signer }: TallyKey, count: number): void {
  let signers = into.get(reason);
  if (signers === undefined) {
    signers = new Map();
    into.set(reason, signers);
  }
  const before = signers.get(signer);
  if (before === undefined && signers.size >= MAX_SIGNERS) signers.set(OTHERS, (signers.get(OTHERS) ?? 0) + count);
  else signers.set(signer, (before ?? 0) + count);
}

export function addTallies(into: Tally, more: Tally): void {
  for (const [reason, signers] of more) {
    for (const [signer, count] of signers) addTally(into, { reason, signer }, count);
  }
}

/** What counts of a verdict, or of its report. */
interface Counted {
  readonly result: ResultWord;
  readonly dkim: { readonly signatures: readonly Signed[] };
  readonly domainkeys: { readonly signatures: readonly Signed[] };
}

interface Reasoned {
  readonly result: ResultWord;
  readonly reason: string;
}

interface Signed extends Reasoned {
  readonly domain?: string | null | undefined;
  readonly selector?: string | null | undefined;
}

/** The key of a message: its result, and the signature that it rests on. */
export function tallyKey({ result, dkim, domainkeys }: Counted): TallyKey {
  const signature = decidingSignature(result, dkim.signatures, domainkeys.signatures);
  return {
    reason: `${result} ${signature?.reason ?? ''}`,
    signer: `${signature?.domain ?? ''} ${signature?.selector ?? ''}`,
  };
}

function decidingSignature<S extends Reasoned>(
  result: ResultWord,
  dkim: readonly S[],
  domainkeys: readonly S[],
): S | undefined {
  return (dkim.length > 0 ? dkim : domainkeys).find((signature) => signature.result === result);
}

/** Empty for an unsigned message. */
export function reasonOf(result: ResultWord, dkim: readonly Reasoned[], domainkeys: readonly Reasoned[]): string {
  return decidingSignature(result, dkim, domainkeys)?.reason ?? '';
}

export function errorKey({ code }: Pick<DktoolError, 'code'>): TallyKey {
  return { reason: `error ${code}`, signer: '' };
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
  return [...tally]
    .map(([key, signers]): Count => {
      let count = 0;
      for (const one of signers.values()) count += one;
      return { ...splitReason(key), count };
    })
    .sort(byResultAndCount);
}

interface SignerCount extends Count {
  readonly domain: string;
  readonly selector: string;
}

/** In the same order; unsigned messages and errors have no signer and are left out. */
function signerCountsOf(tally: Tally): SignerCount[] {
  return [...tally]
    .flatMap(([key, signers]) =>
      [...signers].map(([signer, count]) => {
        const blank = signer.indexOf(' ');
        return { ...splitReason(key), domain: signer.slice(0, blank), selector: signer.slice(blank + 1), count };
      }),
    )
    .filter(({ domain }) => domain !== '')
    .sort((a, b) => byResultAndCount(a, b) || (a.domain + a.selector < b.domain + b.selector ? -1 : 1));
}

function splitReason(key: string): Pick<Count, 'result' | 'reason'> {
  const blank = key.indexOf(' ');
  return { result: key.slice(0, blank) as Count['result'], reason: key.slice(blank + 1) };
}

function byResultAndCount(a: Count, b: Count): number {
  return (
    ORDER.indexOf(a.result) - ORDER.indexOf(b.result) ||
    b.count - a.count ||
    (a.reason === b.reason ? 0 : a.reason < b.reason ? -1 : 1)
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

/** Signers that a person is shown. */
const MAX_SHOWN = 20;

/** The table of signers behind the closing lines, the worst and most frequent first. */
export function signerLines(
  tally: Tally,
  { columns, paint }: { readonly columns: number; readonly paint: ResultPaint },
): string {
  const signers = signerCountsOf(tally).sort((a, b) => Number(a.result === 'pass') - Number(b.result === 'pass'));
  if (signers.length === 0) return '';
  const shown = signers.slice(0, MAX_SHOWN);
  const width = Math.max('messages'.length, ...shown.map(({ count }) => String(count).length));
  const room = Math.max(8, columns - width - RESULT_WIDTH - REASON_WIDTH - 8);
  const domainWidth = Math.ceil(room * 0.6);
  const row = (count: string, result: string, reason: string, domain: string, selector: string) =>
    [
      count.padStart(width),
      padEnd(clipEnd(printable(domain), domainWidth), domainWidth),
      padEnd(clipEnd(printable(selector), room - domainWidth), room - domainWidth),
      result,
      reason,
    ].join('  ');
  const lines = shown.map(({ count, result, reason, domain, selector }) => {
    const color = result === 'error' ? 'permerror' : result;
    return row(String(count), paint[color](result.padEnd(RESULT_WIDTH)), reason, domain, selector);
  });
  const more = signers.length - shown.length;
  const closing = more > 0 ? [`and ${more} more, which --json --summary lists`] : [];
  return `${[row('messages', 'result'.padEnd(RESULT_WIDTH), 'reason', 'domain', 'selector'), ...lines, ...closing].join('\n')}\n`;
}

/** Columns of the longest result word, and of the longest usual reason. */
const [RESULT_WIDTH, REASON_WIDTH] = [9, 24];

/** The same as one JSON object. */
export function tallyJson(tally: Tally): string {
  const counts = countsOf(tally);
  const summary: VerifySummary = {
    messages: total(counts),
    results: Object.fromEntries(resultsOf(counts)),
    reasons: counts.filter(({ reason }) => reason !== ''),
    signers: signerCountsOf(tally),
  };
  return jsonLine(summary);
}

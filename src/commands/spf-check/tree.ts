/** The trace of a check as a tree of lines, before it is known whether a person or a pipe reads it. */
import type { QueryTrace, RecordTrace, TermTrace } from '../../lib/spf/verdict.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { caretLines } from '../../console/terminal/caret.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { displayWidth } from '../../console/terminal/text-width.ts';
import { wrapped } from '../../console/terminal/wrap.ts';

/** How a line is meant: decides its colour. */
export type Tone = 'plain' | 'faint' | 'good' | 'bad' | 'trouble';

export interface TreeLine {
  readonly text: string;
  readonly tone: Tone;
  readonly below: readonly TreeLine[];
}

const shown = (latin1: string) => printable(octetsAsText(latin1));

export function recordTree(record: RecordTrace): TreeLine {
  const { domain, lookups, result, terms, problems } = record;
  const counts = `${plural(lookups.terms, 'look-up term')}, ${lookups.void} void`;
  const title = record.record === undefined ? record.detail : `${domain}: ${record.record}`;
  const text = shown(title);
  const marks = caretLines(shown(`${domain}: `), record.record ?? '', problems).map((mark) => line(mark, 'bad'));
  // The answer is the record itself, mostly
  const isPlain = record.query === undefined || (record.record !== undefined && record.query.records.length === 1);
  const query = isPlain ? [] : [queryLine(record.query)];
  return {
    text,
    tone: 'plain',
    below: [...marks, ...query, ...terms.map(termTree), line(`= ${result} (${counts})`, toneOf(result))],
  };
}

function termTree(term: TermTrace): TreeLine {
  const target = term.target === undefined || term.term.endsWith(term.target) ? '' : ` -> ${term.target}`;
  const tone =
    term.outcome === 'match' ? 'good' : term.outcome === 'temperror' || term.outcome === 'permerror' ? 'bad' : 'plain';
  const below = [...term.queries.map(queryLine), ...(term.record === undefined ? [] : [recordTree(term.record)])];
  return { text: shown(`${term.term}${target}: ${term.outcome}: ${term.detail}`), tone, below };
}

function queryLine({ name, type, status, records, void: isVoid, detail }: QueryTrace): TreeLine {
  const answer =
    status === 'found'
      ? records.map((record) => (type === 'TXT' ? `"${record}"` : record)).join(', ')
      : `${status}${isVoid ? ' (void)' : ''}${detail === undefined ? '' : `: ${detail}`}`;
  return line(shown(`${type} ${name}: ${answer}`), status === 'temperror' ? 'trouble' : 'faint');
}

function line(text: string, tone: Tone): TreeLine {
  return { text, tone, below: [] };
}

export function toneOf(result: string): Tone {
  if (result === 'pass') return 'good';
  if (result === 'fail' || result === 'softfail' || result === 'permerror') return 'bad';
  return 'trouble';
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The tree with two blanks a level. */
export function* indented(tree: TreeLine, depth = 0): Generator<string> {
  yield `${'  '.repeat(depth)}${tree.text}`;
  for (const below of tree.below) yield* indented(below, depth + 1);
}

/** Columns that a branch takes. */
const BRANCH = 3;

/** In a terminal as narrow as this, or so deep below, lines are not broken any more. */
const NARROW = 20;

/** The tree with branches drawn, its lines broken at words. */
export function* branched(
  tree: TreeLine,
  paint: (text: string, tone: Tone) => string,
  columns: number,
): Generator<string> {
  const isLeaf = tree.below.length === 0;
  const [head = '', ...rest] = brokenText(tree, columns);
  yield paint(head, tree.tone);
  for (const text of rest) yield `${isLeaf ? '   ' : '|  '}${paint(text, tree.tone)}`;
  for (const [i, below] of tree.below.entries()) {
    const isLast = i === tree.below.length - 1;
    const [first, ...more] = branched(below, paint, columns - BRANCH);
    yield `${isLast ? '`- ' : '|- '}${first}`;
    for (const deeper of more) yield `${isLast ? '   ' : '|  '}${deeper}`;
  }
}

/** A caret stands below the text as it is. */
function brokenText({ text, below }: TreeLine, columns: number): string[] {
  const hasCarets = below.some((one) => one.text.startsWith(' '));
  const isWhole = hasCarets || text.startsWith(' ') || columns < NARROW || displayWidth(text) <= columns;
  return isWhole ? [text] : wrapped(text, columns - BRANCH);
}

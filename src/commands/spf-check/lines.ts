/** SPF verdicts as lines: plain ones for pipes, logs and cron, coloured ones with a tree for a person. */
import { SPF_LIMITS } from '../../lib/spf/lookups.ts';
import type { SpfNote } from '../../lib/spf/notes.ts';
import { type SessionSources, type SpfSummary, spfSummary } from '../../lib/report/spf.ts';
import type { SpfVerdict } from '../../lib/spf/verdict.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { caretLines } from '../../console/terminal/caret.ts';
import { folded } from '../../console/terminal/finding-text.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { displayWidth } from '../../console/terminal/text-width.ts';
import { branched, indented, recordTree, type Tone, toneOf, type TreeLine } from './tree.ts';

/** One check with all that is said of it. */
export interface CheckedSpf {
  readonly verdict: SpfVerdict;
  readonly notes: readonly SpfNote[];
  readonly sources: SessionSources;
}

export interface SpfStyle {
  readonly explain: boolean;
  /** Paints words of a tone; the same words back where there is no colour. */
  readonly paint: (text: string, tone: Tone) => string;
  /** Draw branches instead of indenting. */
  readonly drawn: boolean;
  /** Of the terminal; without end in a pipe. */
  readonly columns: number;
}

export const PLAIN: Omit<SpfStyle, 'explain'> = {
  paint: (text) => text,
  drawn: false,
  columns: Number.POSITIVE_INFINITY,
};

/**
 * The lines of one check, each ending in a line feed.
 *
 * @param name of the input, put before every line; empty for none
 */
export function spfLines({ verdict, notes, sources }: CheckedSpf, style: SpfStyle, name = ''): string {
  const { paint } = style;
  const report = spfSummary(verdict, notes);
  const { result, reason, identity, domain, ip, lookups } = report;
  const prefix = name === '' ? '' : `${printable(name)}: `;
  const fold = (text: string) => folded(text, style.columns - displayWidth(prefix));
  const facts = `reason=${reason} identity=${identity} domain=${domain} ip=${ip}`;
  const [first = '', ...rest] = fold(`spf=${result} ${printable(facts)}: ${printable(report.detail)}`);
  const lines = [first.replace(result, (word) => paint(word, toneOf(result))), ...rest];
  if (sources.line !== null) lines.push(...fold(`session: ${printable(sources.line)}`));
  const problems = problemLines(verdict, style);
  // A caret stands below the record as it is.
  lines.push(...chainLines(report).flatMap((line) => (problems.length > 0 ? [line] : fold(line))), ...problems);
  if (report.explanation !== null) {
    // RFC 7208 section 6.2: it is to be clear that these are the words of a third party
    const who = report.explainedBy === null ? 'explanation' : `explanation by ${report.explainedBy}`;
    lines.push(...fold(printable(`${who}: ${report.explanation}`)));
  }
  const { terms, void: none } = SPF_LIMITS;
  lines.push(`lookups: ${lookups.terms} of ${terms} terms, ${lookups.void} of ${none} void`);
  for (const { code, detail } of notes) {
    const note = fold(`note ${code}: ${printable(octetsAsText(detail))}`);
    lines.push(...note.map((line) => paint(line, 'trouble')));
  }
  if (style.explain) lines.push('', ...treeLines(recordTree(verdict.trace), style));
  return lines.map((line) => `${prefix}${line}\n`).join('');
}

function treeLines(tree: TreeLine, { drawn, paint, columns }: SpfStyle): string[] {
  return drawn ? [...branched(tree, paint, columns)] : [...indented(tree)];
}

/** Every record from the first to the one that decided, with its term. */
function chainLines({ chain }: SpfSummary): string[] {
  return chain
    .filter(({ record }) => record !== null)
    .map(({ domain, record, term }) => printable(`record: ${domain}: ${record}${term === null ? '' : ` [${term}]`}`));
}

/** Carets below the record that breaks the grammar, which is the last of the chain. */
function problemLines({ trace }: SpfVerdict, { paint }: SpfStyle): string[] {
  let at = trace;
  for (let below = at.terms.at(-1)?.record; below !== undefined; below = at.terms.at(-1)?.record) at = below;
  const label = printable(octetsAsText(`record: ${at.domain}: `));
  return caretLines(label, at.record ?? '', at.problems).map((line) => paint(line, 'bad'));
}

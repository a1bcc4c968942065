/** A report as one page of HTML: nothing is loaded from elsewhere, and it has no script. */
import { type ArchiveReport, type Dimension, DIMENSIONS } from './dimensions.ts';
import { escaped } from './escape.ts';
import { resultSums, RESULTS, type Sum, sumsBy } from './sums.ts';
import { type Bar, columns, horizontalBars } from './svg.ts';

const STYLE = `:root{color-scheme:light dark;--pass:#2a7d46;--bad:#b3352b;--wait:#b57c0a;--none:#8a8f98}
@media(prefers-color-scheme:dark){:root{--pass:#5fbf80;--bad:#e8746a;--wait:#e0b04a;--none:#8a8f98}}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
svg{width:100%;height:auto;font-size:12px}svg text{fill:currentColor}
.pass{fill:var(--pass);color:var(--pass)}.bad{fill:var(--bad);color:var(--bad)}
.wait{fill:var(--wait);color:var(--wait)}.none{fill:var(--none);color:var(--none)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .6rem;border-bottom:1px solid #8884}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td{overflow-wrap:anywhere}`;

/** Rows of a chart, and of the table at the end. */
const [MAX_BARS, MAX_ROWS] = [20, 1000];
/** With more months than this, a chart has a column a year. */
const MAX_MONTHS = 120;

/** @param by the columns of the table at the end */
export function* reportHtml(report: ArchiveReport, by: readonly Dimension[]): Generator<string> {
  const has = (name: Dimension) => report.groups.some((group) => (group[name] ?? null) !== null);
  yield `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">`;
  yield `<meta name="viewport" content="width=device-width,initial-scale=1">`;
  yield `<title>DKIM verdicts</title><style>${STYLE}</style></head><body>\n<h1>DKIM verdicts of ${report.messages} messages</h1>\n`;
  yield `<p>${resultSums(report)
    .map(([word, count]) => `<strong class="${classOf(word)}">${count}</strong> ${escaped(word)}`)
    .join(', ')}</p>\n`;
  if (has('month')) yield section('Results over time', columns(overTime(report), 'Results over time'));
  if (has('domain')) yield section('Signers', horizontalBars(signers(report), 'Results by domain and selector'));
  if (has('reason')) yield section('Reasons', horizontalBars(reasons(report), 'Messages by reason'));
  if (report.changes.length > 0)
    yield section('What changed the messages', horizontalBars(changes(report), 'Changes by kind and software'));
  yield* table(sumsBy(report, by), by);
  yield '</body></html>\n';
}

const classOf = (word: string) => (word === 'pass' || word === 'none' ? word : 'bad');
const section = (title: string, content: string) => `<h2>${title}</h2>\n${content}`;

/** Passes first, then the others in their usual order. */
function parts({ results }: Sum): [string, number][] {
  const known = RESULTS.filter((word) => results.has(word)).map((word): [string, number] => [word, results.get(word)!]);
  const others = [...results].filter(([word]) => !(RESULTS as readonly string[]).includes(word));
  return [...known, ...others];
}

function overTime(report: ArchiveReport): Bar[] {
  const months = sumsBy(report, ['month'], ({ month }) => typeof month === 'string');
  if (months.length <= MAX_MONTHS) return inOrder(months);
  const groups = report.groups.map((group) => ({ ...group, month: group.month?.slice(0, 4) ?? null }));
  return inOrder(sumsBy({ groups }, ['month'], ({ month }) => typeof month === 'string'));
}

function inOrder(sums: readonly Sum[]): Bar[] {
  return sums.map((sum) => ({ label: sum.values[0]!, parts: parts(sum) })).sort((a, b) => (a.label < b.label ? -1 : 1));
}

function signers(report: ArchiveReport): Bar[] {
  const sums = sumsBy(report, ['domain', 'selector'], ({ domain }) => typeof domain === 'string').slice(0, MAX_BARS);
  return sums.map((sum) => ({ label: `${sum.values[0]} ${sum.values[1] ?? ''}`.trim(), parts: parts(sum) }));
}

function reasons(report: ArchiveReport): Bar[] {
  const sums = sumsBy(report, ['result', 'reason'], ({ reason }) => typeof reason === 'string').slice(0, MAX_BARS);
  return sums.map(({ values: [result, reason], count }) => ({ label: reason!, parts: [[result ?? 'unknown', count]] }));
}

function changes(report: ArchiveReport): Bar[] {
  return [...report.changes]
    .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1))
    .slice(0, MAX_BARS)
    .map(({ kind, by, count }) => ({ label: by === null ? kind : `${kind}, ${by}`, parts: [['messages', count]] }));
}

function* table(sums: readonly Sum[], by: readonly Dimension[]): Generator<string> {
  const names = DIMENSIONS.filter((name) => by.includes(name));
  yield `<h2>All of them</h2>\n<table><thead><tr>${names.map((name) => `<th>${name}</th>`).join('')}<th class="n">messages</th></tr></thead><tbody>\n`;
  for (const { values, count } of sums.slice(0, MAX_ROWS)) {
    const cells = values.map((value) => `<td>${value === null ? '' : escaped(value)}</td>`).join('');
    yield `<tr>${cells}<td class="n">${count}</td></tr>\n`;
  }
  yield '</tbody></table>\n';
  const more = sums.length - MAX_ROWS;
  if (more > 0) yield `<p>and ${more} more: the CSV form of the report lists all</p>\n`;
}

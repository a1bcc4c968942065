// What was measured: printed row by row, kept as JSON, and written into bench/README.md from there.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figures } from './figures.mjs';
import { compare } from './measure.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const json = join(root, 'build/bench.json');

/** Rows of {what, value, target, bound, spread, verdict, note}. */
export class Table {
  rows = [];

  /**
   * @param value undefined: could not be measured here
   * @param target the bound; undefined: the row only gives the scale
   * @param bound 'at most' or 'at least'
   */
  row(what, value, target, { spread, bound = 'at most', note } = {}) {
    const holds = bound === 'at most' ? value <= target : value >= target;
    const verdict = value === undefined ? 'left out' : target === undefined ? 'for scale' : holds ? 'pass' : 'MISS';
    this.rows.push({ what, value, target, bound, spread, verdict, note });
    const shown = value === undefined ? '-' : value.toFixed(2);
    const wanted = target === undefined ? '' : `${bound} ${target}`;
    const why = note === undefined ? '' : `  (${note})`;
    console.log(
      `${what.padEnd(62)} ${shown.padStart(7)} ${range(spread).padEnd(12)} ${wanted.padEnd(14)} ${verdict}${why}`,
    );
  }

  /** Two whole processes in turn; see measure.mjs. */
  ratio(what, subject, reference, target, pairs) {
    const { ratio, spread } = compare(subject, reference, pairs);
    this.row(what, ratio, target, { spread });
  }

  /** How many times as fast `subject` is. */
  speed(what, subject, reference, target, pairs) {
    const { ratio, spread } = compare(subject, reference, pairs);
    this.row(what, 1 / ratio, target, { spread: spread.map((x) => 1 / x).toReversed(), bound: 'at least' });
  }

  leftOut(what, note) {
    this.row(what, undefined, undefined, { note });
  }

  write(command) {
    mkdirSync(join(root, 'build'), { recursive: true });
    const facts = { date: new Date().toISOString(), node: process.version, command };
    writeFileSync(json, `${JSON.stringify({ ...facts, rows: this.rows }, null, 1)}\n`);
  }
}

function range(spread) {
  return spread === undefined ? '' : spread.map((x) => x.toFixed(2)).join('-');
}

const [BEGIN, END] = ['<!-- bench -->', '<!-- /bench -->'];

/** Put the table of the last run into bench/README.md, and the figures that follow from it where they are quoted. */
export function writeTable() {
  const { date, node, command, rows } = JSON.parse(readFileSync(json, 'utf8'));
  const lines = rows.map(({ what, value, target, bound, spread, verdict, note }) =>
    [
      what,
      value?.toFixed(2) ?? '–',
      range(spread),
      target === undefined ? '' : `${bound} ${target}`,
      note === undefined ? verdict : `${verdict}: ${note}`,
    ].join(' | '),
  );
  const table = [
    `\`${command}\` on ${date.slice(0, 10)}, Node.js ${node}. Ratios of times are medians of pairs run in turn, with their quartiles.`,
    '',
    '| what | measured | quartiles | target | |',
    '|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ];
  const path = join(root, 'bench/README.md');
  writeFileSync(path, replaceBetween(readFileSync(path, 'utf8'), BEGIN, END, table.join('\n')));
  writeFigures();
}

/** Put the figures into README.md, README.ja.md and docs/comparison.md, from the table in bench/README.md. */
export function writeFigures() {
  for (const [file, text] of Object.entries(figures(readFileSync(join(root, 'bench/README.md'), 'utf8')))) {
    const path = join(root, file);
    writeFileSync(path, replaceBetween(readFileSync(path, 'utf8'), '<!-- figures -->', '<!-- /figures -->', text));
  }
}

function replaceBetween(text, begin, end, inner) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`there is no ${begin} ... ${end}`);
  return `${text.slice(0, from)}${begin}\n${inner}\n${text.slice(to)}`;
}

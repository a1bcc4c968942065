/** The manual page of spf-check holds every word that the command can say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SPFQUERY_STATUS } from '../src/commands/spf-check/compat.ts';
import { SPF_REASONS, SPF_RESULTS } from '../src/lib/spf/verdict.ts';
import { spfReport } from '../src/lib/report/spf.ts';
import { checkSpf } from './support/spf.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const PAGE = source('man/dktool-spf-check.1');

/** The text of a section or subsection. */
function section(title: string): string {
  const [, text] = new RegExp(`^\\.S[hs] ${title}\n([^]*?)(?=^\\.S[hs] )`, 'm').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`there is no section ${title}`);
  return text;
}

/** The codes of `.It Cm one , two`. */
const codesIn = (text: string) =>
  [...text.matchAll(/^\.It Cm (.+)$/gm)].flatMap(([, codes]) => codes!.split(' , ')).sort();

/** The members of a union type of words. */
function wordsOf(path: string, type: string): string[] {
  const [, union = ''] = new RegExp(`^export type ${type} =([^;]*);`, 'm').exec(source(path)) ?? [];
  return [...union.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word!).sort();
}

describe('dktool-spf-check.1', () => {
  it('has every reason with its rule', () => {
    const reasons = section('Reasons');
    expect(codesIn(reasons)).toEqual(Object.keys(SPF_REASONS).sort());
    for (const [reason, { rule }] of Object.entries(SPF_REASONS)) {
      const [, text = ''] = new RegExp(`^\\.It Cm ${reason}\n([^]*?)(?=^\\.(?:It|El))`, 'm').exec(reasons) ?? [];
      expect(text.replace(/sections? /g, ''), reason).toContain(rule);
    }
  });

  it('has every result with its number and its status', () => {
    const rows = [...section('RESULTS').matchAll(/^\.It (\w+) Ta (\d) Ta .* Ta (\d+)$/gm)];
    expect(new Set(rows.map(([, word]) => word))).toEqual(new Set(SPF_RESULTS));
    for (const [, word, number] of rows) expect(Number(number)).toBe(SPFQUERY_STATUS[word as 'pass']);
  });

  it('has every note and every finding of --lint', () => {
    expect(codesIn(section('Notes'))).toEqual(wordsOf('src/lib/spf/notes.ts', 'SpfNoteCode'));
    expect(codesIn(section('Findings'))).toEqual(wordsOf('src/lib/spf/lint-finding.ts', 'LintCode'));
  });

  it('has every field of --json', async () => {
    const zone = { 'example.com': 'v=spf1 a:x.example -all' };
    const report = spfReport(await checkSpf(zone), []);
    const [record] = report.trace;
    const known = [report, record!, record!.terms[0]!, report.chain[0]!].flatMap(Object.keys);
    const said = section('JSON')
      .match(/^\.(?:It )?Li .*$/gm)!
      .join('\n');
    for (const field of known) expect(said).toMatch(new RegExp(`\\b${field}\\b`));
  });
});

/** report: many verdicts folded into an answer, whatever the parts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countsOf } from '../../src/lib/archive-report/line.ts';
import { type Dimension, DIMENSIONS } from '../../src/lib/archive-report/dimensions.ts';
import { ReportFold } from '../../src/lib/archive-report/fold.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

const time = (date: string) => Date.parse(date) / 1000;

interface Facts {
  readonly result?: string;
  readonly reason?: string;
  readonly domain?: string | null;
  readonly selector?: string | null;
  readonly timestamp?: number | null;
  readonly explanation?: object;
  readonly [more: string]: unknown;
}

function verdict({
  result = 'pass',
  reason = 'signature-valid',
  domain = 'example.com',
  selector = 's',
  timestamp = null,
  explanation,
  ...more
}: Facts = {}): string {
  const signature = {
    result,
    reason,
    domain,
    selector,
    timestamp,
    ...(explanation === undefined ? {} : { explanation }),
  };
  const signatures = result === 'none' ? [] : [signature];
  const methods = { dkim: { result, signatures }, domainkeys: { result: 'none', signatures: [] } };
  return `${JSON.stringify({ file: 'x', result, from: null, ...methods, ...more })}\n`;
}

const LINES = [
  verdict({ date: time('2009-05-14T12:00:00Z') }),
  verdict({ timestamp: time('2009-06-01') }),
  verdict({ at: { source: 'given', time: time('2010-01-31T23:59:59Z') }, date: time('2009-05-14') }),
  verdict({ result: 'fail', reason: 'body-hash-mismatch', domain: 'Example.ORG', selector: 'k1', date: 9e12 }),
  verdict({ result: 'none' }),
  `${JSON.stringify({ file: 'y', id: '3', error: { code: 'not-a-message', kind: 'permanent', detail: '' } })}\n`,
  `${JSON.stringify({ messages: 6, results: { pass: 3 }, reasons: [] })}\n`,
];
const ALL = LINES.join('');

const report = (input: string, ...args: string[]) =>
  runInMemory(['report', ...args], Buffer.from(input).toString('latin1'));

const folded = (values: readonly unknown[], by: readonly Dimension[]) => {
  const folding = new ReportFold(by);
  for (const value of values) folding.add(countsOf(value)!);
  return folding.report;
};

describe('report', () => {
  it('is a table of signers, results and reasons', async () => {
    expect(await report(ALL)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: `6 messages: 3 pass, 1 none, 1 fail, 1 error
domain       result  reason              messages
example.com  pass    signature-valid            3
example.org  fail    body-hash-mismatch         1
-            error   not-a-message              1
-            none    -                          1
`,
    });
  });

  it('counts by what is asked for: months are those of --at, of the Date field, of a signature', async () => {
    expect((await report(ALL, '--by', 'month,result', '--csv')).stdout).toBe(
      'result,month,messages\nerror,,1\nfail,,1\nnone,,1\npass,2009-05,1\npass,2009-06,1\npass,2010-01,1\n',
    );
    expect((await report(ALL, '--by', 'selector')).stdout).toBe(
      '6 messages\nselector  messages\ns                3\n-                2\nk1               1\n',
    );
    expect((await report(ALL, '--by', 'weekday')).status).toBe(100);
  });

  it('of reports is the report, however the lines were parted and grouped', async () => {
    const whole = (await report(ALL, '--json')).stdout;
    expect((await report(whole, '--json')).stdout).toBe(whole);
    const parts = await Promise.all(
      [LINES.slice(0, 2), LINES.slice(2, 3), LINES.slice(3)].map(
        async (lines) => (await report(lines.join(''), '--json')).stdout,
      ),
    );
    for (const order of [parts, parts.toReversed(), [parts.slice(1).join(''), LINES.slice(0, 2).join('')]]) {
      expect((await report(order.join(''), '--json')).stdout).toBe(whole);
    }
    for (const form of ['--csv', '--html'])
      expect((await report(parts.join(''), form)).stdout).toBe((await report(ALL, form)).stdout);
  });

  it('is the same for any lines in any parts, by any dimensions', () => {
    const text = fc.constantFrom('a', 'b', '', '__proto__', 'é"', null);
    const line = fc.record({
      result: fc.constantFrom('pass', 'fail'),
      reason: fc.constantFrom('x', 'y'),
      domain: text,
      selector: text,
      timestamp: fc.constantFrom(null, 1e9, 1.2e9),
    });
    fc.assert(
      fc.property(
        fc.array(line),
        fc.array(fc.boolean()),
        fc.subarray([...DIMENSIONS], { minLength: 1 }),
        (facts, sides, by) => {
          const lines = facts.map((one) => JSON.parse(verdict(one)) as unknown);
          const whole = folded(lines, by);
          const [left, right] = [true, false].map((side) => lines.filter((_, i) => (sides[i] ?? true) === side));
          expect(folded([folded(right!, by), folded(left!, DIMENSIONS)], by)).toEqual(whole);
          expect(folded([whole], by)).toEqual(whole);
          expect(whole.groups.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
        },
      ),
    );
  });

  it('takes what verify writes, and says what software changed', async () => {
    const folder = temporaryFolder();
    const key = ['--now', String(NOW), '--key-record', `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`];
    const changed = `${signByHand(PLAIN)}-- \r\nlist footer\r\n`;
    writeFileSync(join(folder, 'a'), signByHand(PLAIN));
    writeFileSync(join(folder, 'b'), changed);
    const { stdout } = await runInMemory([
      'verify',
      '--json',
      '--explain',
      ...key,
      join(folder, 'a'),
      join(folder, 'b'),
      join(folder, 'c'),
    ]);
    const { stdout: told } = await report(stdout);
    expect(told).toContain('3 messages: 1 pass, 1 fail, 1 error\n');
    expect(told).toMatch(/changed by, as far as it was explained:\n {2}1 {2}lines-appended/);
    const { changes, groups } = JSON.parse((await report(stdout, '--json')).stdout) as {
      changes: object[];
      groups: { month: string | null }[];
    };
    expect(changes).toEqual([{ kind: 'lines-appended', by: null, count: 1 }]);
    expect(groups.find(({ month }) => month !== null)).toBeDefined();
  });

  it('refuses a line that dktool did not write, and leaves out one that was cut', async () => {
    for (const line of [
      'hello\n',
      '{"file":"x"}\n',
      '{"report":1}\n',
      '{"report":2,"messages":1,"groups":[],"changes":[]}\n',
      '[]\n',
      `${LINES[0]!.slice(0, 40)}\n${ALL}`,
    ]) {
      const run = await report(LINES[0]! + line);
      expect(run).toMatchObject({ status: 100, stdout: '' });
      expect(run.stderr).toContain('dktool: -, line 2 is not a line of dktool verify --json');
    }
    const cut = await report(ALL + LINES[0]!.slice(0, -12));
    expect(cut.stdout).toBe((await report(ALL)).stdout);
    expect(cut.stderr).toBe('dktool: warning: -, line 8 was cut and is left out: the run that wrote it did not end\n');
    expect(await report('\n')).toMatchObject({ status: 2, stdout: '' });
  });

  it('has a limit of groups, and says how to stay below it', () => {
    const fold = new ReportFold(DIMENSIONS, 10);
    const add = () => {
      for (let i = 0; i < 11; i++) fold.add(countsOf(JSON.parse(verdict({ selector: `s${i}` })))!);
    };
    expect(add).toThrow('there are more than 10 groups to count');
  });

  it('gives a spreadsheet no formulas', async () => {
    const { stdout } = await report(
      verdict({ domain: '=HYPERLINK("http://x")', selector: '-1' }),
      '--csv',
      '--by',
      'domain,selector',
    );
    expect(stdout).toBe(`domain,selector,messages\n"'=hyperlink(""http://x"")",'-1,1\n`);
  });
});

describe('report --html', () => {
  const explained = verdict({
    result: 'fail',
    reason: 'body-hash-mismatch',
    date: time('2011-02-03'),
    domain: '<script>alert(1)</script>',
    selector: '"><img src=x onerror=alert(1)>',
    explanation: { changes: [{ kind: 'lines-appended', by: 'Mailman <2.1> & "co"' }] },
  });

  it('is one page with charts, which loads nothing and runs nothing', async () => {
    const out = join(temporaryFolder(), 'report.html');
    expect(await report(ALL + explained, '--html', '-o', out)).toMatchObject({ status: 0, stdout: '' });
    const page = readFileSync(out, 'utf8');
    expect(page).toMatch(/^<!DOCTYPE html>/);
    for (const title of ['Results over time', 'Signers', 'Reasons', 'What changed the messages'])
      expect(page).toContain(`<h2>${title}</h2>\n<svg`);
    expect(page).toContain('<title>example.com s: 3 pass</title>');
    expect(page).toContain('Mailman &lt;2.1&gt; &amp; &quot;co&quot;');
    expect(page.match(/<(?:script|img|link|iframe|object|style|a)\b[^>]*>/g)).toEqual(['<style>']);
    expect(page).not.toMatch(/url\(|@import|https?:|\son\w+=(?!alert)/);
    const open = [...page.matchAll(/<(\/?)(svg|g|table|thead|tbody|tr|td|th|text|title|h1|h2|body|html|head)\b/g)];
    const depth = new Map<string, number>();
    for (const [, close, name] of open) depth.set(name!, (depth.get(name!) ?? 0) + (close === '' ? 1 : -1));
    expect([...depth.values()].every((count) => count === 0)).toBe(true);
  });

  it('has a column a year where there are many months', async () => {
    const lines = Array.from({ length: 130 }, (_, i) => verdict({ date: Date.UTC(2000, i, 15) / 1000 })).join('');
    const { stdout } = await report(lines, '--html');
    expect(stdout).toContain('<title>2001: 12 pass</title>');
    expect(stdout).not.toContain('<title>2001-02');
  });
});

/** `dktool explain`: every code that dktool prints has a meaning and advice. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explanations, SOURCES } from '../../../src/commands/explain/catalogue.ts';
import { plainText } from '../../../src/commands/explain/mdoc.ts';
import { nearest } from '../../../src/commands/explain/nearest.ts';
import { MemorySink } from '../../../src/console/streams/bytes.ts';
import { ARC_REASONS } from '../../../src/lib/arc/verdict.ts';
import { CHECK_CODES } from '../../../src/lib/check/all-codes.ts';
import { DMARC_REASONS } from '../../../src/lib/dmarc/evaluate.ts';
import { SERVER_FINDING_CODES } from '../../../src/lib/dns/survey/agreement.ts';
import { ERROR_CODES } from '../../../src/lib/error-codes.ts';
import { CHANGE_KINDS } from '../../../src/lib/explain/change.ts';
import { KEY_FINDING_CODES } from '../../../src/lib/keys/published/finding.ts';
import { SENDER_CHECKS, TRANSIT_CHECKS } from '../../../src/lib/preflight/checks.ts';
import { SPF_REASONS } from '../../../src/lib/spf/verdict.ts';
import { DKIM_REASONS, DOMAINKEYS_REASONS } from '../../../src/lib/verdict.ts';
import { runInMemory } from '../../support/context.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packageFile = (path: string) => readFileSync(root + path, 'utf8');
const explain = (...args: string[]) => runInMemory(['explain', ...args], '', { packageFile });

const ALL = explanations((page) => packageFile(`man/${page}`));
const codesOf = (kind: string) => ALL.filter((one) => one.kind === kind).map(({ code }) => code);

describe('the codes that can be explained', () => {
  it.each([
    ['DKIM reason', Object.keys(DKIM_REASONS)],
    ['DomainKeys reason', Object.keys(DOMAINKEYS_REASONS)],
    ['DMARC reason', Object.keys(DMARC_REASONS)],
    ['ARC reason', Object.keys(ARC_REASONS)],
    ['SPF reason', Object.keys(SPF_REASONS)],
    ['change, found by verify --explain', Object.keys(CHANGE_KINDS)],
    ['finding of verify --preflight', [...Object.keys(TRANSIT_CHECKS), ...Object.keys(SENDER_CHECKS)]],
    ['finding of dns-record --check', [...KEY_FINDING_CODES, ...SERVER_FINDING_CODES]],
    ['finding of check', CHECK_CODES],
    ['error', Object.keys(ERROR_CODES)],
  ])('are all there: %s', (kind, codes) => {
    expect(codesOf(kind).sort()).toEqual([...codes].sort());
  });

  it('each have a sentence that means something, without macros of the manual', () => {
    for (const { code, meaning } of ALL) {
      expect(meaning, code).toMatch(/^["']?[A-Za-z].*[.)]$/);
      expect(meaning, code).not.toMatch(/\\|(?:^| )\.[A-Z]|[(] | [).,]|\b(?:As above|The same|As they say)\b/);
    }
  });

  it.each(SOURCES.map((source) => [source.kind, source] as const))('each say what to do: %s', (kind, source) => {
    for (const { code, remedy, causes } of ALL.filter((one) => one.kind === kind)) {
      if (source.advice === undefined) continue;
      expect(remedy, code).toMatch(/^[A-Za-z-].*[^ ]$/);
      if (causes !== undefined) expect(causes, code).toMatch(/^\S.*\.$/);
    }
  });

  it('are the only ones that there is advice about', () => {
    for (const advice of new Set(SOURCES.map((source) => source.advice))) {
      const users = SOURCES.filter((source) => source.advice === advice).map(({ kind }) => kind);
      // A table may serve several lists, and codes of SPF and DMARC stand in those of check under a prefix.
      const known = users.includes('finding of check') ? undefined : new Set(ALL.map(({ code }) => code));
      if (known !== undefined) for (const code of Object.keys(advice ?? {})) expect([...known]).toContain(code);
    }
  });
});

describe('dktool explain', () => {
  it('says what a reason means, its causes and what to do', async () => {
    const { status, stdout, stderr } = await explain('signature-expired');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^signature-expired: DKIM reason, result permerror; see dktool-verify\(1\)\n {2}x= has passed/,
    );
    expect(stdout).toMatch(/^ {2}Usual causes: .*\n(?: {2}.*\n)* {2}What to do: For saved mail, verify with --now/m);
    expect(stdout).toContain('\nsignature-expired: change, found by verify --explain; see dktool-verify(1)\n');
  });

  it('does not repeat advice that several meanings share', async () => {
    const { stdout } = await explain('key-revoked');
    expect(stdout.match(/^key-revoked: /gm)!.length).toBeGreaterThan(3);
    const advice = stdout.match(/What to do: .*/g)!;
    expect(advice).toEqual([...new Set(advice)]);
  });

  it.each(['[key-cut]', 'reason=key-cut', 'example.com:key-cut', 'KEY-CUT.', '(key-cut)'])(
    'takes %j',
    async (given) => {
      expect(await explain(given)).toEqual(await explain('key-cut'));
    },
  );

  it('suggests similar codes, and explains the others', async () => {
    const { status, stdout, stderr } = await explain('key-cutt', 'nul');
    expect(status).toBe(100);
    expect(stdout).toMatch(/^nul: finding of verify --preflight/);
    expect(stderr).toBe('dktool: there is no code key-cutt\ndktool: hint: did you mean key-cut?\n');
    const hint = 'dktool: hint: dktool explain lists all codes\n';
    expect((await explain('zzzzzzzz')).stderr).toBe(`dktool: there is no code zzzzzzzz\n${hint}`);
    expect((await explain('\x1b[2J')).stderr).toContain('there is no code \\x1b[2J');
  });

  it('lists all codes, at any width', async () => {
    for (const columns of [60, 80, 132]) {
      const stdout = new MemorySink(true, columns);
      await runInMemory(['explain'], '', { packageFile, stdout });
      for (const { code, kind } of ALL) {
        expect(stdout.text).toContain(`${kind}:\n`);
        expect(stdout.text).toMatch(new RegExp(`^  (?:.* )?${code}(?: |$)`, 'm'));
      }
      for (const line of stdout.text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('prints JSON, an object for each meaning', async () => {
    const lines = (await explain('--json', 'weak-key')).stdout.trimEnd().split('\n');
    const reports = lines.map((line) => JSON.parse(line) as Record<string, string | null>);
    expect(reports.map(({ kind }) => kind)).toEqual([
      'DKIM reason',
      'DKIM warning',
      'DomainKeys reason',
      'DomainKeys warning',
      'error',
    ]);
    expect(Object.keys(reports[0]!)).toEqual(['code', 'kind', 'manual', 'result', 'meaning', 'causes', 'remedy']);
    expect(reports[0]).toMatchObject({ code: 'weak-key', manual: 'dktool-verify(1)', result: 'policy' });
    expect(reports.at(-1)).toMatchObject({ manual: 'dktool(1)', result: null });
  });

  it('needs the manual pages of the package', async () => {
    expect(await runInMemory(['explain', 'key-cut'])).toMatchObject({
      status: 111,
      stdout: '',
      stderr: expect.stringContaining('the manual pages of the package') as string,
    });
  });
});

it('macros of the manual become text', () => {
  expect(
    plainText([
      'Give',
      '.Fl -now ,',
      '.Ql t=y',
      'or see',
      '.Xr dktool-rotate 1',
      '.Pq RFC 6376 section 3.5, Ql t= .',
      '.Po',
      'a \\(dqb\\(dq',
      '.Pc ,',
      '.Ql From\\ \\&',
    ]),
  ).toBe('Give --now, t=y or see dktool-rotate(1) (RFC 6376 section 3.5, t=). (a "b"), From');
});

describe('similar words', () => {
  const words = ['body-hash-mismatch', 'key-not-found', 'spf-too-many-lookups', 'spf-many-lookups'];
  it.each([
    ['bodyhash-mismatch', ['body-hash-mismatch']],
    ['key-notfound', ['key-not-found']],
    ['many-lookups', ['spf-many-lookups', 'spf-too-many-lookups']],
    ['hash-body', ['body-hash-mismatch']],
    ['', []],
    ['xyzzy', []],
  ])('to %j', (wanted, expected) => {
    expect(nearest(wanted, words)).toEqual(expected);
  });
});

/** Every reason and every warning of a DKIM verdict, as the command tells it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/console/terminal/sanitize.ts';
import { DKIM_REASONS, type DkimReason, type DkimWarning } from '../../src/lib/verdict.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder, verify } from '../support/mail-folder.ts';
import type { VerdictCase } from '../support/verdict-case.ts';
import { VERDICT_CASES } from '../support/verdict-cases.ts';

const STATUS: Readonly<Record<string, number>> = { pass: 0, temperror: 111 };

/** What the command says of a case. */
function linesOf(one: VerdictCase): string[] {
  const { name, result, reason, detail, domain = 'example.com', selector = 'rsa2048', alignment = 'exact' } = one;
  const from = one.from === undefined ? 'ann@example.com' : one.from;
  const isIntact = reason === 'body-hash-mismatch' && one.signature === 'valid';
  const intact = isIntact ? '; the signature itself is valid: no signed field was changed' : '';
  const signer = `d=${domain} s=${selector} alignment=${alignment}: ${printable(detail)}${intact}`;
  return [
    `${name}: ${result}${from === null ? '' : ` from=${from}`}`,
    `${name}: dkim=${result} reason=${reason} ${signer}`,
    // nobody knows which kinds of signatures a header block has that is not read
    ...(reason === 'header-over-limit' ? [`${name}: domainkeys=${result} reason=${reason} ${signer}`] : []),
    ...Object.entries(one.warnings ?? {}).map(([code, text]) => `${name}: dkim warning ${code}: ${text}`),
  ];
}

const optionsOf = ({ options = [] }: VerdictCase) => options.map((option) => `--${option}`).join(' ');
const OPTION_SETS = [...new Set(VERDICT_CASES.map(optionsOf))];

describe('verify', () => {
  it.each(OPTION_SETS)('%s tells results, reasons, details and warnings', async (options) => {
    const cases = VERDICT_CASES.filter((one) => optionsOf(one) === options);
    const cwd = mailFolder(Object.fromEntries(cases.map(({ name, message }) => [name, message])));
    const names = cases.map(({ name }) => name);
    const run = await verify([...options.split(' ').filter(Boolean), ...names], { cwd });
    expect(run.stdout.split('\n')).toEqual([...cases.flatMap(linesOf), '']);
    expect(run.stderr).toBe('');
    const statuses = cases.map(({ result }) => STATUS[result] ?? 1);
    expect(run.status).toBe(Math.max(...statuses));
  });

  it('tells of signatures that it does not judge', async () => {
    let message = PLAIN;
    for (let i = 0; i < 33; i++) message = signByHand(message);
    const { stdout, status } = await verify([], { cwd: mailFolder(), input: Buffer.from(message, 'latin1') });
    expect(stdout.split('\n').at(-2)).toBe(
      '-: dkim=policy reason=too-many-signatures d=example.com s=rsa2048 alignment=exact: only the topmost 32 signatures of a message are verified',
    );
    expect(status).toBe(0);
  });

  it('has a run here for every reason and every warning, but for those of keyrings (verify-keyring.test.ts)', () => {
    const own = ['too-many-signatures', 'key-disclosed'] as const;
    const reasons = new Set<DkimReason>([...VERDICT_CASES.map(({ reason }) => reason), ...own]);
    expect([...reasons].sort()).toEqual(Object.keys(DKIM_REASONS).sort());
    const shown = new Set(VERDICT_CASES.flatMap(({ warnings = {} }) => Object.keys(warnings) as DkimWarning[]));
    const source = readFileSync(new URL('../../src/lib/verdict.ts', import.meta.url), 'utf8');
    const [, union = ''] = /^export type DkimWarning =([^;]*);/m.exec(source) ?? [];
    const warnings = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code!);
    expect(warnings.length).toBeGreaterThan(5);
    expect([...shown, 'key-retired', 'key-disclosed'].sort()).toEqual(warnings.sort());
  });
});

/** dktool-qmail(7) holds every letter, code and variable that the programs and launchers know. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DK_STATUSES } from '../src/lib/domainkeys/status.ts';
import { libdkimCode } from '../src/lib/qmail/dkverify.ts';
import { QUEUE_EXIT } from '../src/lib/qmail/queue-exit.ts';
import { DKIM_REASONS, type DkimReason } from '../src/lib/verdict.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const PAGE = source('man/dktool-qmail.7');

function section(title: string): string {
  const [, text] = new RegExp(`^\\.S[hs] ${title}\n([^]*?)(?=^\\.S[hs] )`, 'm').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`there is no section ${title}`);
  return text;
}

/** The rows of a table of letters: letter, name, words. */
const rows = (text: string) =>
  [...text.matchAll(/^\.It ([A-Z]) Ta (\S+) Ta ?(.*)$/gm)].map(([, letter, name, words]) => [letter, name, words]);

const letterOf = (code: number) => String.fromCharCode(0x41 + code);

describe('dktool-qmail.7', () => {
  it('has the letters of DomainKeys', () => {
    const wanted = DK_STATUSES.map(({ code }, index) => [letterOf(index), code]);
    expect(rows(section('DomainKeys letters')).map(([letter, name]) => [letter, name])).toEqual(wanted);
  });

  it('has every reason of DKIM under its letter', () => {
    const table = rows(section('DKIM letters'));
    expect(table.map(([letter]) => letter).join('')).toBe('ABCDEFGHIJKLMNOPQR');
    for (const reason of Object.keys(DKIM_REASONS) as DkimReason[]) {
      for (const testing of [false, true]) {
        const [, , words = ''] = table.find(([letter]) => letter === letterOf(libdkimCode({ reason, testing })))!;
        expect(words.split(' '), `${reason} ${testing ? 'testing' : ''}`).toContain(reason);
      }
    }
    const said = table.flatMap(([, , words]) => words!.split(' ')).filter((word) => /^[a-z-]+$/.test(word));
    for (const word of said.filter((one) => one.includes('-'))) expect(DKIM_REASONS).toHaveProperty([word]);
  });

  it('has the exit codes of dktool-queue, and those of its launcher', () => {
    const items = [...section('EXIT STATUS').matchAll(/^\.It (\d+)$/gm)].map(([, code]) => Number(code));
    const launcher = [...source('contrib/qmail/dktool-queue').matchAll(/\banswer ['"].*['"] (\d+)/g)];
    const codes = [...Object.values(QUEUE_EXIT), ...launcher.map(([, code]) => Number(code))];
    const wanted = new Set(codes.filter((code) => code !== QUEUE_EXIT.accepted));
    expect(items).toEqual([...wanted].sort((a, b) => a - b));
  });

  it('has every variable', () => {
    const files = [
      ...readdirSync(`${root}/src/console/qmail`).map((name) => `src/console/qmail/${name}`),
      ...['options/environment', 'streams/spool', 'qmail/handover'].map((name) => `src/console/${name}.ts`),
      ...['remote', 'queue'].map((name) => `contrib/qmail/dktool-${name}`),
    ];
    const used = files.flatMap(
      (file) => source(file).match(/\b(?:DKTOOL_[A-Z_]+|DKREMOTE|DKQUEUE|DKSIGN|DKVERIFY|RELAYCLIENT)\b/g) ?? [],
    );
    expect(used.length).toBeGreaterThan(20);
    for (const name of new Set(used)) expect(PAGE).toMatch(new RegExp(`^\\.(?:It )?Ev ${name}$`, 'm'));
  });
});

/** README.ja.md and man/ja say in Japanese what README.md and man say: what a translation must not change is compared. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../src/console/terminal/text-width.ts';
import { runProgram, temporaryFolder } from './support/bin.ts';
import { blocks, pageText } from './support/pages.ts';
import { leaveOut, needProgram } from './support/peers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

const JAPANESE = readdirSync(join(root, 'man/ja')).sort();

const sorted = (items: Iterable<string>) => [...new Set(items)].sort((a, b) => (a < b ? -1 : 1));

/** Comments of a script are translated. */
const withoutComments = (text: string) => text.replace(/ +#.*$/gm, '');

/** What a macro is called with, wherever it stands: `-key` of `.It Fl k , Fl -key Ar file`. */
const calls = (page: string, macro: string) =>
  sorted([...page.matchAll(new RegExp(`^\\..*?\\b${macro} .*$`, 'gm'))].flatMap(([line]) => argumentsOf(line, macro)));

function argumentsOf(line: string, macro: string): string[] {
  return [...line.matchAll(new RegExp(`\\b${macro} (\\S+)`, 'g'))].map(([, argument]) => argument!);
}

/** What a list item or a row of a table has besides prose. */
function headOf(item: string): string {
  const codes = item.match(/\b[a-z]+(?:-[a-z]+)+\b/g) ?? [];
  if (item.includes(' Ta ')) return `row of ${item.split(' Ta ').length}: ${codes.join(' ')}`;
  return /^\.It (?:Fl|Cm|Li|Ev|Pa|\d)/.test(item) ? item : '.It';
}

/** What an error leads to stands before its meaning. */
const OUTCOME = /^\.It Cm (\S+)\n(permanent|temporary)(?: (?:or|または) (temporary))?:/gim;

/** mdoc without its prose. */
function skeleton(page: string): object {
  const text = page.replace(/^\.\\".*\n/gm, '');
  const lines = text.split('\n');
  return {
    title: lines.filter((line) => /^\.(?:Dt|Os|Nm dktool)/.test(line)).slice(0, 2),
    synopsis: /^\.Sh SYNOPSIS\n([^]*?)^\.Sh /m.exec(text)?.[1],
    structure: lines.map((line) => /^\.(?:Sh|Ss|Bl|El)\b/.exec(line)?.[0]).filter((macro) => macro !== undefined),
    items: lines.filter((line) => line.startsWith('.It')).map(headOf),
    displays: [...text.matchAll(/^\.Bd -literal.*\n([^]*?)^\.Ed|^\.Dl (.*)$/gm)].map(([, block, line]) =>
      withoutComments(block ?? line!),
    ),
    references: sorted(text.match(/^\.Xr \S+ \d/gm) ?? []),
    outcomes: [...text.matchAll(OUTCOME)].map(([, code, ...words]) => `${code}: ${words.join(' ').toLowerCase()}`),
    numbers: sorted(text.replace(/^\.Dd .*$/m, '').match(/\d[\d,.]*\d/g) ?? []),
    standards: text.match(/^\.%R .*$/gm),
    options: calls(text, 'Fl'),
    variables: calls(text, 'Ev'),
  };
}

describe('man/ja', () => {
  it('has the pages that people begin with', () => {
    const wanted = [
      'dktool-check.1',
      'dktool-keygen.1',
      'dktool-qmail.7',
      'dktool-sign.1',
      'dktool-verify.1',
      'dktool.1',
    ];
    expect(JAPANESE).toEqual(wanted);
  });

  it.each(JAPANESE)('%s has the sections, items, options, codes and examples of the English page', (page) => {
    expect(skeleton(textOf(`man/ja/${page}`))).toEqual(skeleton(textOf(`man/${page}`)));
  });

  it.each(JAPANESE)('%s is in Japanese, and refers to sections that it has', (page) => {
    const text = textOf(`man/ja/${page}`);
    const prose = text.replace(/^\.Bd [^]*?^\.Ed$/gm, '').split('\n');
    expect(prose.filter((line) => /^[ -~]{20,}$/.test(line) && /^[^.].* (?:the|of|is|and|to) /.test(line))).toEqual([]);
    const headings = [...text.matchAll(/^\.S[hs] (.*)$/gm)].map(([, title]) => title!);
    // mandoc and groff know NAME and SYNOPSIS by these names.
    expect(headings.slice(0, 3)).toEqual(['NAME', 'SYNOPSIS', '説明']);
    const named = [...text.matchAll(/\bSx (.+?)(?: Ns No .*)?$/gm)].map(([, title]) => title!);
    expect(headings).toEqual(expect.arrayContaining(named));
  });

  it.for(JAPANESE)('%s is clean for mandoc, and fits a terminal of 80 columns', async (page, { skip }) => {
    const mandoc = needProgram('mandoc', 'mandoc', skip);
    const path = join(root, 'man/ja', page);
    expect(await runProgram(mandoc, ['-Kutf-8', '-Tlint', '-Wwarning', path])).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const { stdout } = await runProgram(mandoc, ['-Kutf-8', '-Tutf8', '-Owidth=78', path]);
    const lines = Buffer.from(stdout, 'latin1')
      .toString('utf8')
      .replace(/.\u0008/gu, '')
      .split('\n');
    // Examples and the synopsis are as wide as they are in English.
    expect(lines.filter((line) => /[ぁ-ん]/u.test(line) && displayWidth(line) > 78)).toEqual([]);
  });

  it('is what man shows where the locale is Japanese', async ({ skip }) => {
    const man = needProgram('man', 'man-db', skip);
    const localedef = needProgram('localedef', 'libc-bin', skip);
    if (!existsSync('/usr/share/i18n/locales/ja_JP')) leaveOut('there is no ja_JP (Debian package locales)', skip);
    const folder = temporaryFolder();
    for (const page of [...JAPANESE.map((name) => `ja/${name}`), ...JAPANESE]) {
      const place = join(folder, 'man', dirname(page), `man${page.at(-1)}`);
      mkdirSync(place, { recursive: true });
      copyFileSync(join(root, 'man', page), join(place, page.split('/').at(-1)!));
    }
    await runProgram(localedef, ['-i', 'ja_JP', '-f', 'UTF-8', join(folder, 'ja_JP.UTF-8')]);
    const env = { LOCPATH: folder, MANPATH: join(folder, 'man'), MANWIDTH: '78' };
    const shown = async (LANG: string, page: string) => {
      const { stdout } = await runProgram(man, [page.at(-1)!, page.slice(0, -2)], { env: { ...env, LANG } });
      return Buffer.from(stdout, 'latin1').toString('utf8');
    };
    for (const page of JAPANESE) {
      const text = await shown('ja_JP.UTF-8', page);
      expect(text, page).toMatch(/^説明$/m);
      expect(await shown('C', page), page).toMatch(/^DESCRIPTION$/m);
    }
  });
});

const scripts = (page: string) => blocks(page).map(({ language, text }) => ({ language, text: withoutComments(text) }));
const linksOf = (page: string) => [...pageText(page).matchAll(/\]\(([^):#]+)/g)].map(([, path]) => path!);

describe('README.ja.md', () => {
  it('has the commands of README.md', () => {
    expect(scripts('README.ja.md')).toEqual(scripts('README.md'));
    expect(pageText('README.ja.md').match(/^#+ /gm)).toEqual(pageText('README.md').match(/^#+ /gm));
  });

  it('links to what README.md links to, in Japanese where there is a page, and both to each other', () => {
    const japanese = linksOf('README.ja.md');
    for (const path of japanese) expect(existsSync(join(root, path)), path).toBe(true);
    const english = linksOf('README.md').filter((path) => path !== 'README.ja.md');
    const wanted = english.map((path) => {
      const translated = path.replace(/^man\//, 'man/ja/');
      return existsSync(join(root, translated)) ? translated : path;
    });
    expect(sorted(japanese)).toEqual(sorted([...wanted, 'README.md']));
    expect(linksOf('README.md')).toContain('README.ja.md');
  });
});

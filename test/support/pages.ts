/** README.md and docs/*.md: their blocks, and the command lines of dktool in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** In order of the names, README.md first. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

export const pageText = (page: string): string => readFileSync(join(root, page), 'utf8');

export interface Block {
  /** The heading that it stands below. */
  readonly heading: string;
  /** `sh`, `crontab`, `ts` ...; empty where none is named. */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page. */
export function blocks(page: string, language?: string): Block[] {
  let heading = '';
  const found: Block[] = [];
  for (const [, title, name, text] of pageText(page).matchAll(/^#+ (.*)$|^```(.*)\n([^]*?)^```$/gm)) {
    if (title !== undefined) heading = title;
    else found.push({ heading, language: name!, text: text! });
  }
  return language === undefined ? found : found.filter((block) => block.language === language);
}

/** The text of the block that comes next behind a text, whatever its language. */
export function blockBehind(page: string, behind: string): string {
  const text = pageText(page);
  const at = text.indexOf(behind);
  const block = at === -1 ? undefined : /^```.*\n([^]*?)^```$/m.exec(text.slice(at))?.[1];
  if (block === undefined) throw new Error(`${page} has no block behind '${behind}'`);
  return block;
}

/** The argument lists of dktool in the blocks of a page, its tables and its sentences. */
export function commandLines(page: string): string[][] {
  const inBlocks = blocks(page).flatMap(({ language, text }) => {
    if (language === 'sh' || language === 'crontab')
      return dktoolIn(text.replace(/\\\n\s*/g, ' ').replaceAll('\\%', '%'));
    return language === '' ? text.split('\n').flatMap((line) => (/\bdktool /.test(line) ? dktoolIn(line) : [])) : [];
  });
  const prose = pageText(page).replace(/^```[^]*?^```$/gm, '');
  // Spans of code come in pairs of backticks.
  const inProse = [...prose.matchAll(/`([^`]+)`/g)]
    .map(([, code]) => code!)
    .filter((code) => /\bdktool [a-z-]/.test(code));
  return [...inBlocks, ...inProse.flatMap((code) => dktoolIn(code.replaceAll('\\|', '|')))];
}

/** What dktool gets in a script, a list for each of its commands. `$(...)` counts as `1`. */
function dktoolIn(script: string): string[][] {
  const found: string[][] = [];
  for (const words of simpleCommands(script)) {
    const at = words.indexOf('dktool');
    if (at !== -1 && words[0] !== 'ln') found.push(words.slice(at + 1));
    found.push(...words.flatMap((word) => (word.includes('dktool ') ? dktoolIn(word) : [])));
  }
  return found;
}

/** The words of each command, as sh splits them, without redirections. */
function simpleCommands(script: string): string[][] {
  const TOKEN =
    /\s+|#.*|[|;&\n()]+|[<>]+\s*|((?:'[^']*'|"(?:\\.|\$\([^)]*\)|[^"\\])*"|\$\([^)]*\)|\\.|[^\s|;&<>()'"\\])+)/y;
  const commands: string[][] = [[]];
  let redirects = false;
  while (TOKEN.lastIndex < script.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(script);
    if (match === null) throw new Error(`cannot be read as a script: ${script.slice(at, at + 80)}`);
    const [token, word] = match;
    if (word !== undefined) {
      if (!redirects) commands.at(-1)!.push(unquoted(word));
      redirects = false;
    } else if (/[<>]/.test(token)) redirects = true;
    else if (/[|;&\n()]/.test(token)) commands.push([]);
  }
  return commands;
}

function unquoted(word: string): string {
  return word
    .replace(/\$\([^)]*\)/g, '1')
    .replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, (_, single?: string, double?: string, one?: string) => {
      return single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? one!;
    });
}

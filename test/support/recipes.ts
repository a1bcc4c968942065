/** Recipes as users read them, to be run as they are written. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const textOf = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

/** The literal block of a manual page that comes next behind a text, without mdoc's escapes. */
export function manualBlock(page: string, behind: string): string {
  const text = textOf(`man/${page}`);
  const at = text.indexOf(behind);
  const block = at === -1 ? undefined : /^\.Bd -literal.*\n([^]*?)^\.Ed$/m.exec(text.slice(at))?.[1];
  if (block === undefined) throw new Error(`${page} has no literal block behind '${behind}'`);
  return block.replaceAll('\\e', '\\').replaceAll('\\&', '');
}

/** The displayed line (`.Dl`) of a manual page that holds a text, without mdoc's escapes. */
export function manualLine(page: string, part: string): string {
  const line = textOf(`man/${page}`)
    .split('\n')
    .find((one) => one.startsWith('.Dl ') && one.includes(part));
  if (line === undefined) throw new Error(`${page} has no displayed line with '${part}'`);
  return line.slice('.Dl '.length).replaceAll('\\(dq', '"').replaceAll('\\e', '\\');
}

/** Which words stand where: the source and the manual read as one text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The lines of all files below a folder, each with the place where it stands. */
function linesBelow(folder: string, ending: RegExp): { readonly place: string; readonly line: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => ending.test(file))
    .flatMap((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .split('\n')
        .map((line, i) => ({ place: `${folder}/${file}:${i + 1}`, line })),
    );
}

const show = ({ place, line }: { readonly place: string; readonly line: string }) => `${place}: ${line.trim()}`;

/** What a line of code says: its literals, as far as they end on it. */
const saidBy = (line: string) =>
  /^\s*(?:\/?\*|\/\/)/.test(line) ? [] : (line.match(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`?/g) ?? []);

describe('the engine', () => {
  /** What findings advise are commands to paste. */
  const REMEDIES = /^src\/lib\/(?:check|keys\/published)\//;
  const COMMAND = /\bdktool [a-z-]+|(?<![\w-])--[a-z]/;
  it('does not speak the command line: hints are codes with facts, for which the console has the words', () => {
    const speaking = linesBelow('src/lib', /\.ts$/).filter(({ line }) =>
      saidBy(line).some((text) => COMMAND.test(text)),
    );
    expect(speaking.filter(({ place }) => !REMEDIES.test(place)).map(show)).toEqual([]);
    expect(speaking).not.toEqual([]);
  });
});

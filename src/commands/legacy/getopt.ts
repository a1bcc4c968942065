/** Command lines as getopt(3) and getopt_long(3) read them, for the programs that had one-letter options before. */
import { parseArgs } from 'node:util';

export interface LetterOptions {
  /** The letters that were there; a value, where the letter has one, else ''. The last one counts. */
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** What is wrong, in the words of getopt(3). */
  readonly problem: string | undefined;
}

/**
 * Options may stand together (`-hr`), values may be glued on (`-b1024`) or follow; `--` ends the options. Options behind
 * operands are options too, as GNU has it.
 *
 * @param spec the letters, a colon behind each that has a value
 * @param long the long name of a letter (`--bits 2048`, `--bits=2048`), or of an option without letter and value, itself
 */
export function getopt(
  args: readonly string[],
  spec: string,
  long: Readonly<Record<string, string>> = {},
): LetterOptions {
  const takesValue = (key: string) => key.length === 1 && spec.includes(`${key}:`);
  const typeOf = (key: string) => (takesValue(key) ? 'string' : 'boolean');
  const letters = spec.replaceAll(':', '').split('');
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries([
      ...letters.map((letter) => [letter, { short: letter, type: typeOf(letter) }] as const),
      ...Object.entries(long).map(([name, key]) => [name, { type: typeOf(key) }] as const),
    ]),
    strict: false,
    tokens: true,
  });
  const options = new Map<string, string>();
  const operands: string[] = [];
  let problem: string | undefined;
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const key = keyOf(token, letters, long);
    const fault = key === undefined ? unknown(token, long) : misuse(token, takesValue(key));
    if (fault === undefined) options.set(key!, token.value ?? '');
    else problem ??= fault;
  }
  return { options, operands, problem };
}

interface OptionToken {
  readonly name: string;
  /** With its hyphens. */
  readonly rawName: string;
  readonly value: string | undefined;
}

const isLong = ({ rawName }: OptionToken) => rawName.startsWith('--');

function keyOf(token: OptionToken, letters: readonly string[], long: Readonly<Record<string, string>>) {
  if (isLong(token)) return Object.hasOwn(long, token.name) ? long[token.name] : undefined;
  return letters.includes(token.name) ? token.name : undefined;
}

/** A program without long options reads `--x` as the letters `-` and `x`. */
function unknown(token: OptionToken, long: Readonly<Record<string, string>>): string {
  if (!isLong(token)) return `invalid option -- '${token.name}'`;
  return Object.keys(long).length === 0 ? "invalid option -- '-'" : `unrecognized option '--${token.name}'`;
}

function misuse(token: OptionToken, takesValue: boolean): string | undefined {
  const { name, value } = token;
  if (takesValue === (value !== undefined)) return undefined;
  if (!takesValue) return `option '--${name}' doesn't allow an argument`;
  return isLong(token) ? `option '--${name}' requires an argument` : `option requires an argument -- '${name}'`;
}

/** Command lines as getopt(3) and getopt_long(3) read them, for the programs that had one-letter options before. */

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
  const options = new Map<string, string>();
  const operands: string[] = [];
  let problem: string | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '--') {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg);
      continue;
    }
    const [, name = '', , given] = /^--(\w[\w-]*)(=(.*))?$/s.exec(arg) ?? [];
    if (Object.hasOwn(long, name)) {
      const key = long[name]!;
      const takesValue = key.length === 1 && spec[spec.indexOf(key) + 1] === ':';
      const value = takesValue ? (given ?? args[++i]) : '';
      if (value === undefined) problem ??= `option '--${name}' requires an argument`;
      else if (!takesValue && given !== undefined) problem ??= `option '--${name}' doesn't allow an argument`;
      else options.set(key, value);
      continue;
    }
    if (name !== '' && Object.keys(long).length > 0) {
      problem ??= `unrecognized option '--${name}'`;
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      const known = letter === ':' ? -1 : spec.indexOf(letter);
      if (known === -1) {
        problem ??= `invalid option -- '${letter}'`;
      } else if (spec[known + 1] !== ':') {
        options.set(letter, '');
      } else {
        const glued = arg.slice(at + 1);
        const value = glued === '' ? args[++i] : glued;
        if (value === undefined) problem ??= `option requires an argument -- '${letter}'`;
        else options.set(letter, value);
        break;
      }
    }
  }
  return { options, operands, problem };
}

import { DktoolError } from '../../lib/errors.ts';
import { EXIT_STYLES, type ExitStyle } from '../outcome.ts';

function isExitStyle(word: string): word is ExitStyle {
  return (EXIT_STYLES as readonly string[]).includes(word);
}

/**
 * The exit style of a run, read before the command line is parsed, since a usage error needs it too. The option beats
 * the environment, and that the files.
 *
 * @param ofFiles what configuration files say
 */
export function exitStyleOf(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  ofFiles?: () => string | undefined,
): ExitStyle {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  for (let i = end - 1; i >= 0; i--) {
    const arg = args[i]!;
    const word = arg === '--exit-style' ? args[i + 1] : arg.startsWith('--exit-style=') ? arg.slice(13) : undefined;
    if (word !== undefined && isExitStyle(word)) return word;
  }
  const word = env['DKTOOL_EXIT_STYLE'] || ofFiles?.();
  if (word === undefined || word === '') return 'qmail';
  if (isExitStyle(word)) return word;
  throw new DktoolError('bad-exit-style', `DKTOOL_EXIT_STYLE is '${word}', neither qmail nor sysexits`, {
    kind: 'permanent',
  });
}

import type { Context } from '../context.ts';
import { type Configuration, configurationOf } from './configuration.ts';

/** The configuration of a run, read once and only where it matters: `--help` works whatever stands in the files. */
export class LazyConfiguration {
  readonly #context: Context;
  readonly #read = new Map<string | undefined, Configuration>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * @param given the file that --config-file names
   * @throws DktoolError where a file or a variable cannot be read
   */
  get(given: string | undefined): Configuration {
    const file = given ?? (this.#context.env['DKTOOL_CONFIG_FILE'] || undefined);
    const configuration = this.#read.get(file) ?? configurationOf(this.#context, file);
    this.#read.set(file, configuration);
    return configuration;
  }

  /** Of a command line that has not been parsed. Where the files are wrong, that is said when a command needs them. */
  exitStyle(args: readonly string[]): string | undefined {
    try {
      return this.get(configFileOf(args)).get('exit-style')?.texts[0];
    } catch {
      return undefined;
    }
  }
}

const OPTION = '--config-file';

function configFileOf(args: readonly string[]): string | undefined {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const at = args.slice(0, end).findLastIndex((arg) => arg === OPTION || arg.startsWith(`${OPTION}=`));
  if (at === -1) return undefined;
  return args[at] === OPTION ? args[at + 1] : args[at]!.slice(OPTION.length + 1);
}

/** The command of a command line: its first word, or that behind `--config-file`. */
export function commandOf([first = '', ...rest]: readonly string[]): string {
  return (first === OPTION ? rest[1] : first.startsWith(`${OPTION}=`) ? rest[0] : first) ?? '';
}

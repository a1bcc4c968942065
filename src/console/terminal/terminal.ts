/** What a person at a terminal gets and a pipe never does. */
import type { ByteSink } from '../streams/bytes.ts';
import type { Context } from '../context.ts';

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** What a terminal can show. */
export interface TerminalStyle {
  readonly color: boolean;
  readonly columns: number;
  /** It can draw lines, and shows letters outside ASCII. */
  readonly unicode: boolean;
}

/** Where a terminal does not say how wide it is. */
const USUAL_COLUMNS = 80;

export function terminalStyle(
  sink: Pick<ByteSink, 'isTerminal' | 'columns'>,
  choice: ColorChoice,
  env: Context['env'],
): TerminalStyle {
  return { color: wantsColor(sink, choice, env), columns: sink.columns || USUAL_COLUMNS, unicode: hasUnicode(env) };
}

/** The option beats FORCE_COLOR, that beats NO_COLOR (no-color.org), that beats what the terminal is. */
export function wantsColor(sink: Pick<ByteSink, 'isTerminal'>, choice: ColorChoice, env: Context['env']): boolean {
  if (choice !== 'auto') return choice === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  if ((env['NO_COLOR'] ?? '') !== '' || isDumb(env)) return false;
  return sink.isTerminal;
}

/** It understands no escape sequences: neither colour nor lines that are cleared. */
export function isDumb(env: Context['env']): boolean {
  return env['TERM'] === 'dumb';
}

/** The locale is of UTF-8, by the first of its variables that is set (locale(7)). */
export function hasUnicode(env: Context['env']): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  return !isDumb(env) && /utf-?8/i.test(locale ?? '');
}

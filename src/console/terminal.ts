/** What a person at a terminal gets and a pipe never does. */
import type { ByteSink } from './bytes.ts';
import type { Context } from './context.ts';

export const COLOR_CHOICES = ['auto', 'always', 'never'] as const;

export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** The option beats FORCE_COLOR, that beats NO_COLOR (no-color.org), that beats what the terminal is. */
export function wantsColor(sink: ByteSink, choice: ColorChoice, env: Context['env']): boolean {
  if (choice !== 'auto') return choice === 'always';
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return sink.isTerminal;
}

/** The state file of --patience: what earlier runs had trouble with. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countTrouble, formatTroubleCounts, parseTroubleCounts, type TroubleCounts } from '../lib/check/patience.ts';
import { DktoolError } from '../lib/errors.ts';
import { readOptionalConfigFile } from './config-file.ts';
import type { Context } from './context.ts';
import { withOutput } from './output.ts';

/** @throws DktoolError, kind permanent, where there is no place for it */
export function statePath(given: string | undefined, env: Context['env']): string {
  if (given !== undefined) return given;
  const home = env['XDG_STATE_HOME'] || (env['HOME'] && join(env['HOME'], '.local', 'state'));
  if (home) return join(home, 'dktool', 'check.json');
  throw new DktoolError('usage', '--patience needs a file to remember earlier runs in', {
    kind: 'permanent',
    hint: 'name one with --state, or set HOME',
  });
}

/**
 * Count this run in.
 *
 * @param troubled of each domain, whether DNS kept something back
 * @param warn takes a sentence where the file is damaged: it begins anew
 * @throws DktoolError, kind temporary, where it cannot be read or written
 */
export function updateState(
  path: string,
  troubled: Readonly<Record<string, boolean>>,
  context: Context,
  warn: (sentence: string) => void,
): TroubleCounts {
  const text = readOptionalConfigFile(path, 'state file');
  const before = text === undefined ? {} : parseTroubleCounts(text);
  if (before === undefined) warn(`state file ${path} is damaged: counting begins anew`);
  const after = countTrouble(before ?? {}, troubled);
  makeFolder(dirname(path));
  const bytes = formatTroubleCounts(after);
  if (bytes !== text) withOutput(path, context, (sink) => sink.write(bytes), 0o600);
  return after;
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch {
    // writing the file says what is wrong
  }
}

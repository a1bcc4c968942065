/** `serve --check`: everything that a start would do, short of listening. */
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import type { Context, ServiceProcess } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { ServeSettings } from './settings.ts';
import { loadSigners } from './signing/source.ts';

/** What is wrong is said on stderr, a line each. */
export async function checkConfiguration(
  settings: ServeSettings,
  service: ServiceProcess,
  context: Context,
): Promise<Outcome> {
  const { say, hint } = diagnostics(context);
  let isWrong = false;
  const fault = (sentence: string) => {
    isWrong = true;
    say(sentence);
  };
  settings.notes.forEach(fault);
  let count = 0;
  try {
    const options = { requireSafe: settings.requireSafeKeys, warn: fault };
    if (settings.keys !== undefined) count = (await loadSigners(settings.keys, options)).count;
    if (settings.keys !== undefined && count === 0)
      fault('there are no keys where they are looked for: nothing would be signed');
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    fault(error.message);
    if (typeof error.hint === 'string') hint(error.hint);
  }
  checkUser(settings, service, fault);
  for (const { address } of settings.milters) if (address.kind === 'unix') checkDirectory(dirname(address.path), fault);
  if (settings.metrics !== undefined && 'file' in settings.metrics)
    checkDirectory(dirname(settings.metrics.file), fault);
  if (isWrong) return 'negative';
  if (!settings.quiet) context.stdout.write(`the configuration is sound: ${count} ${count === 1 ? 'key' : 'keys'}\n`);
  return 'ok';
}

function checkUser({ user }: ServeSettings, service: ServiceProcess, fault: (sentence: string) => void): void {
  if (user === undefined) {
    if (service.isRoot) fault('it would run as root: --user names another user');
    return;
  }
  const [name = '', group] = user.split(':');
  if (service.idsOf(name, group) === undefined) fault(`there is no user or group ${user}`);
}

function checkDirectory(path: string, fault: (sentence: string) => void): void {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    fault(`cannot write into ${path}: ${systemReason(error)}`);
  }
}

/** Which command lines the service can run as the launcher's own process would. */
import { statSync } from 'node:fs';
import type { ProcessView } from '../../../console/context.ts';
import type { LauncherRequest } from './request.ts';

/** What follows an option. `path`: a file that is only read. `optional`: a text, if the next word is no option. */
type Value = 'nothing' | 'text' | 'optional' | 'path';

const options = (value: Value, names: string): [string, Value][] => names.split(' ').map((name) => [name, value]);

const COMMON: readonly [string, Value][] = [
  ...options('nothing', '-q --quiet -v --verbose --tcp --legacy'),
  ...options('text', '--exit-style --nameserver --timeout --tries --deadline --now'),
  ...options('path', '--zone'),
];

/** All options without an effect but what is written to stdout and stderr: nothing that names an output or a second input. */
const SERVABLE: Readonly<Record<string, ReadonlyMap<string, Value>>> = {
  sign: new Map([
    ...COMMON,
    ...options('nothing', '--require-safe-key -z --copied-headers --query-method --body-length --header-only'),
    ...options('nothing', '--check-dns --domainkeys --dkim'),
    ...options('text', '-s --selector -d --domain --unsigned -c --canonicalization -i --identity --headers --expire'),
    ...options('text', '--timestamp --hash --canon --signed-headers'),
    ...options('path', '-k --key --passphrase-file'),
  ]),
  verify: new Map([
    ...COMMON,
    ...options('nothing', '--spf --dmarc --arc --adsp --preflight --strict --lenient --author --json'),
    ...options('nothing', '--only-failures --summary --auth-results-only --exit-verdict'),
    ...options('text', '--fail-on --at --key-record --ip --helo --from --hop --trusted --receiver --compat --color'),
    ...options('optional', '--auth-results'),
  ]),
};

/** The groups and name spaces of the launcher. */
const GROUPS = 'DKTOOL_VIA_GROUPS';
const SPACES = 'DKTOOL_VIA_SPACES';

/**
 * @returns false where the result could be another one: rights or a view of the machine that are not ours, a file that is
 *   named from a directory, an output of its own, or an option that is written in a way that is not plain
 */
export function isServable({ args: [command = '', ...rest], env }: LauncherRequest, view: ProcessView): boolean {
  const known = Object.hasOwn(SERVABLE, command) ? SERVABLE[command] : undefined;
  return known !== undefined && isFromOurPlace(env, view) && hasPlainOptions(rest, known);
}

function isFromOurPlace(env: LauncherRequest['env'], { groups, spaces }: ProcessView): boolean {
  return isSameSet(wordsOf(env[GROUPS]), groups.map(String)) && isSameSet(wordsOf(env[SPACES]), spaces);
}

function wordsOf(text = ''): string[] {
  return text.split(' ').filter(Boolean);
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  const [one, other] = [new Set(some), new Set(others)];
  return one.size === other.size && [...one].every((word) => other.has(word));
}

function hasPlainOptions(args: readonly string[], known: ReadonlyMap<string, Value>): boolean {
  for (let at = 0; at < args.length; at++) {
    const { name, attached } = split(args[at]!);
    const value = known.get(name);
    if (value === undefined) return false;
    if (value === 'nothing') {
      if (attached !== undefined) return false;
      continue;
    }
    const next = args[at + 1];
    if (value === 'optional' && attached === undefined && (next === undefined || next.startsWith('-'))) continue;
    const text = attached ?? next;
    if (text === undefined || text.startsWith('-')) return false;
    if (value === 'path' && !isPlainPath(name === '--zone' ? text.replace(/^[^/]*=/, '') : text)) return false;
    if (attached === undefined) at++;
  }
  return true;
}

/** `--name=value` or a word that is nothing but the name. */
function split(arg: string): { name: string; attached: string | undefined } {
  const equals = arg.startsWith('--') ? arg.indexOf('=') : -1;
  return equals === -1
    ? { name: arg, attached: undefined }
    : { name: arg.slice(0, equals), attached: arg.slice(equals + 1) };
}

/** From the root, and no descriptor or pipe, which would be another one here. */
function isPlainPath(path: string): boolean {
  if (!path.startsWith('/') || /^\/+(?:dev|proc)\//.test(path)) return false;
  try {
    return path.includes('%') || statSync(path).isFile();
  } catch {
    return false;
  }
}

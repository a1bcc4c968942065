/** Other people's programs (Debian packages) that tests hold ours against. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';

/** Debian keeps some programs that anybody may run in sbin. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Where a program is, or `undefined`. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => isExecutable(path) && !isOurs(path));
}

/** dktool may be installed on this machine, and it has a dknewkey too. */
function isOurs(path: string): boolean {
  return realpathSync(path).endsWith(`/bin/${basename(path)}.js`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a peer that is not there is a failure. */
export function isRequired(): boolean {
  return (process.env['DKTOOL_REQUIRE_PEERS'] ?? '') !== '';
}

/**
 * Leave a test out and say what it lacks. Where DKTOOL_REQUIRE_PEERS is set, that is a failure.
 *
 * @param reason such as `mandoc is not installed (Debian package mandoc)`
 */
export function leaveOut(reason: string, skip: (reason: string) => never): never {
  if (isRequired()) throw new Error(reason);
  return skip(reason);
}

/** The path of a program; without it the test is left out, and says what it lacks. */
export function needProgram(name: string, debianPackage: string, skip: (reason: string) => never): string {
  return findProgram(name) ?? leaveOut(`${name} is not installed (Debian package ${debianPackage})`, skip);
}

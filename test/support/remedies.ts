/** Remedies are carried out as a person does it: cut out of what was printed, and pasted into a shell. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CLEAN_ENV, DKTOOL } from './bin.ts';

export interface PrintedRemedy {
  readonly code: string;
  /** What stands in double quotes and begins with a program. */
  readonly commands: readonly string[];
}

const PROGRAMS = ['dktool', 'chmod', 'chgrp', 'chown', 'mv', 'mkdir', 'ls', 'openssl', 'rm', 'ln'];
const COMMAND = new RegExp(`"((?:${PROGRAMS.join('|')}) [^"]*)"`, 'g');

/** @param output lines of findings */
export function printedRemedies(output: string): PrintedRemedy[] {
  return [...output.matchAll(/; remedy: (.*) \[([a-z0-9-]+)\]$/gm)].map(([, remedy, code]) => ({
    code: code!,
    commands: [...remedy!.matchAll(COMMAND)].map(([, command]) => command!),
  }));
}

/**
 * @param folder where the shell stands; a `dktool` for it is put there
 * @param input of the terminal that the command sees; without one it has none
 * @throws where a command does not end with 0
 */
export function paste(command: string, folder: string, input?: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'dktool'), `#!/bin/sh\nexec '${process.execPath}' '${DKTOOL}' "$@"\n`);
  chmodSync(join(bin, 'dktool'), 0o755);
  const env = { ...CLEAN_ENV, PATH: `${bin}${delimiter}${CLEAN_ENV['PATH']}` };
  const options = { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'] };
  if (input === undefined) execFileSync('sh', ['-ec', command], options);
  else execFileSync('script', ['-qec', command, '/dev/null'], { ...options, input });
}

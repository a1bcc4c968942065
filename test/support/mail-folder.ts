/** A folder to run the command in: the keys as they should be kept, and the zone of the verdict cases. */
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDktool, type Run, type RunOptions, temporaryFolder } from './bin.ts';
import { KEY_NAMES, keyPath, NOW } from './vectors.ts';
import { VERDICT_ZONE } from './verdict-cases.ts';

/** @param files name and latin1 text */
export function mailFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const name of KEY_NAMES) {
    copyFileSync(keyPath(name), join(folder, name));
    chmodSync(join(folder, name), 0o600); // git keeps no such mode
  }
  writeFileSync(join(folder, 'zone.json'), JSON.stringify(VERDICT_ZONE));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, 'latin1');
  return folder;
}

export function sign(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runDktool(['sign', '--timestamp', String(NOW), ...args], options);
}

export function verify(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return runDktool(['verify', '--now', String(NOW), '--zone', 'zone.json', ...args], options);
}

/** A mail domain in a folder: its key, its zone, and the command line that checks both. All is well with it. */
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './bin.ts';
import { DOMAIN, type KeyName, keyPath, keyRecord, NOW } from './vectors.ts';

export type SiteZone = Record<string, Record<string, unknown>>;

export const DAY = 86_400;

/** The owner of the record of the key. */
export const KEY_NAME = `s1._domainkey.${DOMAIN}`;

export const SPF = 'v=spf1 mx -all';
export const DMARC = `v=DMARC1; p=reject; rua=mailto:postmaster@${DOMAIN}`;

export class CheckSite {
  readonly folder = temporaryFolder();
  readonly keyFolder = join(this.folder, 'keys', DOMAIN);
  /** Of the key in use, behind the link `default`. */
  readonly keyFile = join(this.keyFolder, 's1');
  zone: SiteZone = {
    [DOMAIN]: { MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }], TXT: [SPF] },
    [`mail.${DOMAIN}`]: { A: ['192.0.2.1'] },
    [`_dmarc.${DOMAIN}`]: { TXT: [DMARC] },
    [KEY_NAME]: { TXT: [keyRecord('rsa2048')] },
  };
  /** Those of `check`, but where DNS answers come from. */
  args: string[] = ['--key-path', join(this.folder, 'keys', '%', 'default')];

  constructor() {
    mkdirSync(this.keyFolder, { recursive: true });
    this.putKey('rsa2048');
    symlinkSync('s1', join(this.keyFolder, 'default'));
  }

  /** @param age days */
  putKey(key: KeyName, path = this.keyFile, age = 1): void {
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(keyPath(key), path);
    chmodSync(path, 0o600);
    utimesSync(path, NOW - age * DAY, NOW - age * DAY);
  }

  /** @returns the path of the file */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, 'latin1');
    return path;
  }

  txt(name: string, ...texts: readonly string[]): void {
    this.zone[name] = { ...this.zone[name], TXT: texts };
  }

  /** The whole command line; the zone is written down. */
  commandLine(...more: readonly string[]): string[] {
    return ['check', ...this.args, '--zone', this.write('zone.json', utf8(JSON.stringify(this.zone))), ...more];
  }
}

/** As `write` wants a text that is to be UTF-8. */
function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

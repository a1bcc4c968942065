// A directory with all that the programs need: keys, messages, a zone, the control files of a qmail and stand-ins for its programs.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const NOW = 1_694_000_000;

const MESSAGE = `From: ann@example.com
To: bob@example.net
Subject: faults
Date: Wed, 06 Sep 2023 11:33:20 +0000
Message-ID: <1@example.com>

${'a line of a message that takes more than one read\n'.repeat(3000)}`;

/** Takes what it is given to the end, or not at all: only then the file gets the name by which it counts. */
const STANDIN = `#!/bin/sh
cat >"$SITE/got.$$" || exit 54
case $0 in
  *queue) cat <&1 >"$SITE/envelope" && test "$(tail -c 2 "$SITE/envelope" | od -An -tx1)" = ' 00 00' || exit 54 ;;
esac
mv "$SITE/got.$$" "$SITE/delivered.$$"
case $0 in *remote) printf 'r\\0Kaccepted\\n\\0' ;; esac
`;

let template;

/** A new one; the first is made, the others are copies. */
export function newSite() {
  template ??= makeSite();
  const site = mkdtempSync(join(tmpdir(), 'dktool-faults-'));
  execFileSync('cp', ['-a', `${template}/.`, site]);
  return site;
}

function makeSite() {
  const site = mkdtempSync(join(tmpdir(), 'dktool-faults-'));
  process.on('exit', () => rmSync(site, { recursive: true, force: true }));
  const put = (name, text, mode = 0o644) => {
    writeFileSync(join(site, name), text);
    chmodSync(join(site, name), mode);
  };
  for (const folder of ['keys', 'keys/example.com', 'control', 'tmp', 'home']) mkdirSync(join(site, folder));
  for (const place of ['key', 'keys/example.com/old']) {
    copyFileSync(join(ROOT, 'test/vectors/keys/ed25519.pem'), join(site, place));
    chmodSync(join(site, place), 0o600);
  }
  copyFileSync(join(ROOT, 'test/vectors/keys/rsa1024.pem'), join(site, 'rsa'));
  symlinkSync('old', join(site, 'keys/example.com/default'));
  const dktool = (args, input) =>
    execFileSync(process.execPath, [join(ROOT, 'bin/dktool.js'), ...args], { cwd: site, input, encoding: 'latin1' });
  const record = (selector) =>
    dktool(['dns-record', 'example.com', '-k', 'key', '-s', selector, '--format', 'raw']).trim();
  const zone = {
    'key._domainkey.example.com': { TXT: [record('key')] },
    'old._domainkey.example.com': { TXT: [record('old')] },
    'default._domainkey.example.com': { TXT: [record('default')] },
    'example.com': {
      TXT: ['v=spf1 ip4:192.0.2.1 -all'],
      MX: [{ preference: 1, exchange: 'example.com' }],
      A: ['192.0.2.1'],
    },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
    '_adsp._domainkey.example.com': { TXT: ['dkim=all'] },
  };
  put('zone.json', JSON.stringify(zone));
  put('in.eml', MESSAGE);
  put('signed.eml', dktool(['sign', '-q', '-k', 'key', '-d', 'example.com', '--timestamp', String(NOW)], MESSAGE));
  put('envelope.in', 'Fann@example.com\0Tbob@example.net\0\0');
  put('control/me', 'mx.example.org\n');
  put('qmail-queue', STANDIN, 0o755);
  put('qmail-remote', STANDIN, 0o755);
  return site;
}

export const contentOf = (site, name) => readFileSync(join(site, name), 'latin1');

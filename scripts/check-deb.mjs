// node scripts/check-deb.mjs [RELEASE | none]: the Debian package as a user gets it, on bare systems. Builds it, asks lintian,
// and installs it in a root of each release that debootstrap makes from the mirror; a release that cannot be had is named and
// left out. Root only.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { makeDeb } from './deb.mjs';
import { makeExecutable } from './executable.mjs';

const MIRROR = process.env.DEBIAN_MIRROR ?? 'http://deb.debian.org/debian';
const RELEASES = { bookworm: 12, trixie: 13 };
const [only] = process.argv.slice(2);

/** What must work where nothing but the essential packages is installed. `set -e`: the first line that fails ends it. */
const TRIAL = `
set -e
cd /tmp
! command -v node
dktool --version
dktool keygen example.com -s s > s.zone
printf 'From: user@example.com\\nSubject: hello\\n\\nhello\\n' > msg
dktool sign -q -k s msg > signed
dktool verify --zone s.zone signed
dktool verify --zone s.zone --jobs 2 signed signed signed signed > verdicts
test "$(grep -c 'dkim=pass' verdicts)" = 4
dktool spf-check --cross-check --record 'v=spf1 -all' --zone s.zone --ip 192.0.2.1 --from user@example.com | grep -q 'mailauth says'
dknewkey old 2048 > old.zone
dktest -s s < msg | grep -q '^DomainKey-Signature'
dktool help qmail --man | grep -q '^.Dt DKTOOL-QMAIL 7'
LC_ALL=ja_JP.UTF-8 dktool help qmail --man > qmail.ja
gzip -dc /usr/share/man/ja/man7/dktool-qmail.7.gz | cmp - qmail.ja
! dktool help qmail --man | cmp -s - qmail.ja
bash -n /usr/share/bash-completion/completions/dktool
mkdir -p qmail/bin qmail/control
printf '#!/bin/sh\\ncat > /tmp/delivered; printf "r\\\\0Kaccepted\\\\n\\\\0"\\n' > qmail/bin/qmail-remote
printf '#!/bin/sh\\nexit 81\\n' > qmail/bin/qmail-queue
chmod 755 qmail/bin/*
echo /tmp/s > qmail/control/dksign
echo mx.example.com > qmail/control/me
/usr/share/dktool/contrib/qmail/install /tmp/qmail
qmail/bin/qmail-remote mx.example.org user@example.com other@example.org < msg > report
grep -q accepted report
grep -q '^DKIM-Signature' delivered
`;

function fail(message) {
  throw new Error(`deb: ${message}`);
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error) throw error;
  return { status, said: `${stdout}${stderr}` };
}

/** A root with the essential packages of a release, or `undefined` where it cannot be had. */
function bareRoot(release, work) {
  const kept = process.env.DEBIAN_ROOTS && join(process.env.DEBIAN_ROOTS, release);
  const root = join(work, release);
  if (kept && existsSync(kept)) execFileSync('cp', ['-a', kept, root]);
  else if (run('debootstrap', ['--variant=minbase', release, root, MIRROR]).status !== 0) return undefined;
  return root;
}

const work = mkdtempSync(join(tmpdir(), 'dktool-deb-'));
try {
  const deb = makeDeb(await makeExecutable(), work, 'gzip');
  const lint = run('lintian', [deb]);
  console.log(lint.said.trim());
  if (lint.status !== 0 || /^E:/m.test(lint.said)) fail('lintian finds errors');
  for (const [release, number] of Object.entries(RELEASES)) {
    if (only !== undefined && only !== release) continue;
    const root = bareRoot(release, work);
    if (root === undefined) {
      console.log(`deb: Debian ${number} is left out: debootstrap cannot make it from ${MIRROR}`);
      continue;
    }
    copyFileSync(deb, join(root, 'tmp', basename(deb)));
    writeFileSync(join(root, 'tmp/trial'), TRIAL);
    const inside = (...args) => run('chroot', [root, 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', ...args]);
    // minbase lacks no dependency but libstdc++6, which apt itself needs.
    for (const args of [
      ['dpkg', '-i', `/tmp/${basename(deb)}`],
      ['sh', '/tmp/trial'],
      ['dpkg', '-P', 'dktool'],
    ]) {
      const { status, said } = inside(...args);
      if (status !== 0) fail(`Debian ${number}: ${args.join(' ')} ends with ${status}:\n${said}`);
    }
    if (existsSync(join(root, 'usr/bin/dktool'))) fail(`Debian ${number}: it stays when it is removed`);
    console.log(`deb: installs, works and leaves a bare Debian ${number}`);
    rmSync(root, { recursive: true, force: true });
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

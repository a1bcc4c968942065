// npm run deb: a Debian package of the single executable, dist/dktool_VERSION_ARCHITECTURE.deb. It needs no Node.js, and runs on
// every Debian and Ubuntu whose glibc is as new as that Node.js wants.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { makeExecutable } from './executable.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const { version, bin } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const MAINTAINER = process.env.DEBEMAIL
  ? `${process.env.DEBFULLNAME ?? 'dktool'} <${process.env.DEBEMAIL}>`
  : 'The dktool maintainers <dktool@packages.invalid>';

/** What the official builds of Node.js 20 and later are linked with. */
const DEPENDS = 'libc6 (>= 2.28), libgcc-s1 (>= 4.2), libstdc++6 (>= 8)';

/**
 * @param executable that of scripts/executable.mjs
 * @param folder where the package goes
 * @param compression `gzip` for a test: the usual one takes a minute
 * @returns its path
 */
export function makeDeb(executable, folder, compression = 'xz') {
  const tree = at('build', 'deb');
  rmSync(tree, { recursive: true, force: true });
  const put = (path, text, mode = 0o644) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text, { mode });
  };

  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  cpSync(executable, join(tree, 'usr/bin/dktool'), { mode: 0 });
  for (const name of Object.keys(bin)) {
    if (name !== 'dktool') symlinkSync('dktool', join(tree, 'usr/bin', name));
  }
  for (const page of readdirSync(at('man'), { recursive: true, encoding: 'utf8' })) {
    if (!/\.\d$/.test(page)) continue;
    const path = join('usr/share/man', dirname(page), `man${page.at(-1)}`, `${basename(page)}.gz`); // ja/man1 for Japanese
    put(path, compressed(readFileSync(at('man', page))));
  }
  const completion = (shell) => execFileSync(executable, ['completion', shell]);
  put('usr/share/bash-completion/completions/dktool', completion('bash'));
  put('usr/share/zsh/vendor-completions/_dktool', completion('zsh'));
  put('usr/share/fish/vendor_completions.d/dktool.fish', completion('fish'));
  for (const directory of ['qmail', 'via']) {
    for (const file of readdirSync(at('contrib', directory))) {
      put(`usr/share/dktool/contrib/${directory}/${file}`, readFileSync(at('contrib', directory, file)), 0o755);
    }
  }
  const docs = 'usr/share/doc/dktool';
  put(`${docs}/copyright`, readFileSync(at('build/executable/LICENSE')));
  put(`${docs}/changelog.gz`, compressed(readFileSync(at('CHANGELOG.md'))));
  put(`${docs}/changelog.Debian.gz`, compressed(debianChangelog(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000)));
  for (const file of ['README.md', 'README.ja.md']) put(`${docs}/${file}.gz`, compressed(readFileSync(at(file))));
  for (const file of readdirSync(at('docs'))) put(`${docs}/docs/${file}`, readFileSync(at('docs', file)));
  put('usr/share/lintian/overrides/dktool', LINTIAN_OVERRIDES);

  const files = readdirSync(tree, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const size = files.reduce((sum, file) => sum + Math.ceil(statSync(file).size / 1024), 0);
  const sums = files.map((file) => `${md5(file)}  ${relative(tree, file)}\n`).join('');
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined) throw new Error(`Debian has no name here for ${process.arch}`);
  put('DEBIAN/md5sums', sums);
  put('DEBIAN/control', control(architecture, size));
  const deb = join(folder, `dktool_${version}-1_${architecture}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', tree, deb], { stdio: 'pipe' });
  rmSync(tree, { recursive: true, force: true });
  return deb;
}

const LINTIAN_OVERRIDES = `# Node.js has its own libraries in it, in the versions that it was tested with.
dktool: embedded-library *
dktool: hardening-no-pie *
# The copyright file has the licences of Node.js and of all that is in it word for word.
dktool: copyright-file-contains-full-apache-2-license
dktool: copyright-file-contains-full-gpl-license
dktool: copyright-not-using-common-license-for-lgpl
dktool: old-fsf-address-in-copyright-file
`;

/** @param date in seconds since 1970 */
function debianChangelog(date) {
  const day = new Date(date * 1000).toUTCString().replace('GMT', '+0000');
  return `dktool (${version}-1) unstable; urgency=medium

  * Package of version ${version}: see changelog.gz.

 -- ${MAINTAINER}  ${day}
`;
}

function control(architecture, size) {
  return `Package: dktool
Version: ${version}-1
Architecture: ${architecture}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: ${DEPENDS}
Section: mail
Priority: optional
Description: make DKIM keys, sign and verify mail, check SPF and DMARC
 A toolkit for postmasters: it makes DKIM keys and their DNS records, signs and
 verifies mail in a pipe, judges SPF, DMARC and ADSP, and reports from cron when
 the keys or records of a domain are wrong. It replaces dknewkey and dktest, and
 signs and verifies for qmail.
 .
 This package has a Node.js of its own and needs none of the system.
`;
}

function compressed(text) {
  return gzipSync(text, { level: 9 });
}

function md5(file) {
  return createHash('md5').update(readFileSync(file)).digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const deb = makeDeb(await makeExecutable(), at('dist'));
  console.log(`built ${relative(root, deb)}, ${(statSync(deb).size / 1e6).toFixed(0)} MB`);
}

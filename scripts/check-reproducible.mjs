// The package is the same, octet by octet, wherever and whenever it is built: two builds in two directories.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'dktool-reproducible-'));
const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
const files = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0');

/** Which functions the compiled forms hold depends on what ran: on a busy machine a timer may end that otherwise does not. */
const ATTEMPTS = 3;

try {
  let isSame = false;
  for (let attempt = 1; attempt <= ATTEMPTS && !isSame; attempt++) {
    const [one, other] = [`a${attempt}`, `another${attempt}`].map(packed);
    isSame = one === other;
    console.log(`reproducible: sha256 ${one} and ${other}`);
  }
  if (!isSame) process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** @returns the SHA-256 of the package as it is built in a directory of this name */
function packed(name) {
  const copy = join(work, name);
  mkdirSync(copy);
  for (const file of files.filter((path) => path !== '' && existsSync(join(root, path))))
    cpSync(join(root, file), join(copy, file));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const npm = (...args) =>
    execFileSync('npm', [...args, '--silent'], { cwd: copy, stdio: ['ignore', 'ignore', 'inherit'] });
  npm('run', 'build');
  npm('pack', '--ignore-scripts');
  const [tarball] = readdirSync(copy).filter((file) => file.endsWith('.tgz'));
  return createHash('sha256')
    .update(readFileSync(join(copy, tarball)))
    .digest('hex');
}

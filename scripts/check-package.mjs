// The package as a user gets it: what is in the tarball, and that it works from an empty prefix without dev tools.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'dktool-package-'));
const prefix = join(work, 'prefix');
const run = (command, args, options = {}) => execFileSync(command, args, { cwd: work, encoding: 'utf8', ...options });

function fail(message) {
  throw new Error(`package: ${message}`);
}

try {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd: root }),
  );
  const allowed = /^(?:dist\/|bin\/|man\/|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/;
  const strangers = files.map(({ path }) => path).filter((path) => !allowed.test(path));
  if (strangers.length > 0) fail(`holds ${strangers.join(', ')}`);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const path of [...Object.values(manifest.bin), ...manifest.man, 'dist/lib/index.js', 'dist/lib/index.d.ts']) {
    if (!files.some((file) => file.path === path)) fail(`lacks ${path}`);
  }

  run('npm', ['install', '--global', '--prefix', prefix, '--omit=dev', '--ignore-scripts', join(work, filename)]);
  const dktool = join(prefix, 'bin/dktool');
  writeFileSync(join(work, 'msg.eml'), 'From: user@example.com\nSubject: hello\n\nhello\n');
  writeFileSync(join(work, '2026a.zone'), run(dktool, ['keygen', 'example.com', '-s', '2026a']));
  const signed = run(dktool, ['sign', '-q', '-k', '2026a', 'msg.eml']);
  const verdict = run(dktool, ['verify', '--json', '--zone', '2026a.zone'], { input: signed });
  if (JSON.parse(verdict).result !== 'pass') fail(`what it signed does not verify: ${verdict}`);
  if (!run(dktool, ['--version']).includes(manifest.version)) fail('tells another version');
  if (!existsSync(join(prefix, 'share/man/man1/dktool.1'))) fail('does not install its manual pages');

  // As a library, from a module of somebody else.
  const installed = join(prefix, 'lib/node_modules/dktool');
  writeFileSync(
    join(work, 'consumer.mjs'),
    `import { verifyMessage } from ${JSON.stringify(join(installed, manifest.exports['.'].default))};
const verdict = await verifyMessage(Buffer.from('From: a@b.example\\n\\n'), { now: 0, resolver: { query: () => ({ status: 'nxdomain' }) } });
if (verdict.result !== 'none') process.exitCode = 1;\n`,
  );
  run(process.execPath, ['consumer.mjs']);
  console.log(`package: ${files.length} files, installs and runs on ${process.version}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

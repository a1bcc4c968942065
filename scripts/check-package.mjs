// The package as a user gets it: what is in the tarball, and that it works from an empty prefix without dev tools.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the package is tried on besides the Node that runs this. */
const NODES = [22, 24, 26];
/** KiB, with all dependencies. */
const MAX_INSTALLED = 12_000;
const TYPESCRIPTS = ['5.9.3', '7.0.2'];
/** Programs of examples/library that need no file, and what they say. Between them they import every module. */
const EXAMPLES = { 'round-trip': /^pass$/m, receive: /dmarc=pass/, publish: /^UPSERT\nkey-differs$/m };

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
  const allowed =
    /^(?:dist\/|bin\/|man\/|docs\/|contrib\/|README(?:\.ja)?\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/;
  const strangers = files.map(({ path }) => path).filter((path) => !allowed.test(path));
  if (strangers.length > 0) fail(`holds ${strangers.join(', ')}`);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const modules = Object.values(manifest.exports).filter((entry) => typeof entry === 'object');
  const published = modules.flatMap(Object.values).map((path) => path.replace('./', ''));
  const japanese = readdirSync(join(root, 'man/ja')).map((page) => `man/ja/${page}`);
  for (const path of [...Object.values(manifest.bin), ...manifest.man, ...japanese, ...published]) {
    if (!files.some((file) => file.path === path)) fail(`lacks ${path}`);
  }

  // As a user types it: without a warning, such as one about scripts that want to run or a Node.js that is too old.
  const globally = ['install', '--global', '--prefix', prefix];
  const { status, stderr } = spawnSync('npm', [...globally, join(work, filename)], { cwd: work, encoding: 'utf8' });
  const warnings = stderr.split('\n').filter((line) => /warn/.test(line) && !/config/.test(line));
  if (status !== 0 || warnings.length > 0) fail(`does not install quietly: ${stderr}`);
  const kibibytes = Number.parseInt(run('du', ['-sk', '--apparent-size', prefix]), 10);
  if (kibibytes > MAX_INSTALLED) fail(`takes ${kibibytes} KiB when it is installed`);
  const dktool = join(prefix, 'bin/dktool');
  writeFileSync(join(work, 'msg.eml'), 'From: user@example.com\nSubject: hello\n\nhello\n');
  writeFileSync(join(work, '2026a.zone'), run(dktool, ['keygen', 'example.com', '-s', '2026a']));
  const signed = run(dktool, ['sign', '-q', '-k', '2026a', 'msg.eml']);
  const verdict = run(dktool, ['verify', '--json', '--zone', '2026a.zone'], { input: signed });
  if (JSON.parse(verdict).result !== 'pass') fail(`what it signed does not verify: ${verdict}`);
  if (!run(dktool, ['--version']).includes(manifest.version)) fail('tells another version');
  if (!existsSync(join(prefix, 'share/man/man1/dktool.1'))) fail('does not install its manual pages');

  const project = join(work, 'project');
  cpSync(join(root, 'examples/library'), join(project, 'examples/library'), { recursive: true });
  cpSync(join(root, 'tsconfig.examples.json'), join(project, 'tsconfig.json'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', version: '1.0.0', type: 'module' }));
  const types = manifest.devDependencies['@types/node'];
  run('npm', ['install', '--ignore-scripts', join(work, filename), `@types/node@${types}`], { cwd: project });

  // As a library: the examples in a project of somebody else, with the types that it publishes.
  for (const version of TYPESCRIPTS) {
    rmSync(join(project, 'build'), { recursive: true, force: true });
    run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', '.'], { cwd: project });
    for (const [example, expected] of Object.entries(EXAMPLES)) {
      const out = run(process.execPath, [`build/examples/${example}.js`], { cwd: project });
      if (!expected.test(out)) fail(`the library example ${example} says ${out}`);
    }
    console.log(`package: its types satisfy TypeScript ${version}`);
  }

  // What needs mailauth says how to get it, and finds it then.
  const session = ['spf-check', '--zone', '2026a.zone', '--ip', '192.0.2.1', '--from', 'user@example.com'];
  const alone = spawnSync(dktool, [...session, '--cross-check'], { cwd: work, encoding: 'utf8' });
  const [command] = /npm install mailauth@[\d.]+/.exec(alone.stderr) ?? fail(`--cross-check says ${alone.stderr}`);
  run('npm', [...globally, command.split(' ').at(-1)]);
  const both = spawnSync(dktool, [...session, '--cross-check'], { cwd: work, encoding: 'utf8' });
  if (!both.stdout.includes('cross-check: mailauth says')) fail(`does not find mailauth: ${both.stderr}`);

  // Every Node that engines allows: the lines of the README, without a word on stderr, and every module of the library.
  for (const major of NODES) {
    const line =
      'node -v >&3; node "$1" sign -q -k 2026a msg.eml | node "$1" verify --json --zone 2026a.zone && node "$1" dns-record example.com -k 2026a';
    const out = execFileSync(
      'npx',
      ['-y', '-p', `node-linux-${process.arch}@${major}`, '-c', `sh -c '${line}' sh ${dktool} 3>version 2>stderr`],
      { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const version = readFileSync(join(work, 'version'), 'utf8').trim();
    const [judged, record] = out.split('\n');
    const said = readFileSync(join(work, 'stderr'), 'utf8');
    if (!version.startsWith(`v${major}.`)) fail(`Node ${major} could not be had, this is ${version}`);
    if (JSON.parse(judged).result !== 'pass' || !record.startsWith('2026a._domainkey')) fail(`fails on Node ${major}`);
    if (said !== '') fail(`says on Node ${major}: ${said}`);
    for (const [example, expected] of Object.entries(EXAMPLES)) {
      const printed = execFileSync(
        'npx',
        ['-y', '-p', `node-linux-${process.arch}@${major}`, 'node', `build/examples/${example}.js`],
        { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      );
      if (!expected.test(printed)) fail(`the library example ${example} says on Node ${major}: ${printed}`);
    }
    console.log(`package: runs on Node ${version}`);
  }

  console.log(`package: ${files.length} files, installs and runs on ${process.version}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

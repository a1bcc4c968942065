// npm run executable: all programs of the package in one file that needs no Node.js, dist/dktool-linux-x64 on such a
// machine. It is the Node.js that runs this script, with the programs, their compiled forms, the packages that they load and the
// manual pages in it (Node's single executable application).
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { inject } from 'postject';
import { licencesWithNode } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);
const work = at('build', 'executable');

/** Node looks for this word in itself to find out whether it is an application. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** @returns the path of the executable */
export async function makeExecutable() {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const shared = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
  };
  const settings = { ...shared, metafile: true, logLevel: 'warning' };
  const launchers = await build({
    ...settings,
    entryPoints: ['main', 'worker'].map((name) => `src/entry/executable/${name}.ts`),
    outdir: work,
    outExtension: { '.js': '.cjs' },
  });
  const bundles = [launchers];
  const assets = { 'worker.cjs': join(work, 'worker.cjs') };
  for (const [name, imports] of packages()) {
    const outfile = join(work, 'package', `${name}.cjs`);
    const contents = `export = { ${imports.map((path) => `'${path}': () => import('${path}')`).join(', ')} };`;
    bundles.push(
      await build({
        ...settings,
        stdin: { contents, resolveDir: root, loader: 'ts' },
        banner: { js: '(function (require, module) {' },
        footer: { js: '})' },
        outfile,
      }),
    );
    assets[`package/${name}.cjs`] = outfile;
  }
  if (bundles.some(({ warnings }) => warnings.length > 0)) throw new Error('the bundler warned');
  for (const file of readdirSync(at('dist/program'))) assets[`program/${file}`] = at('dist/program', file);
  const pages = readdirSync(at('man'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.\d$/.test(file));
  for (const page of pages) assets[`man/${page}`] = at('man', page);
  const programs = JSON.parse(readFileSync(at('build/metafile.json'), 'utf8'));
  const inputs = [programs, ...bundles.map(({ metafile }) => metafile)].flatMap((file) => Object.keys(file.inputs));
  assets['LICENSE'] = join(work, 'LICENSE');
  writeFileSync(assets['LICENSE'], licencesWithNode(inputs));
  return injected(assets);
}

/** The packages that programs load late, each with the paths that they import of it. */
function packages() {
  const { inputs } = JSON.parse(readFileSync(at('build/metafile.json'), 'utf8'));
  const late = Object.entries(inputs)
    .filter(([from]) => from.startsWith('src/'))
    .flatMap(([, { imports }]) => imports)
    .filter(({ path, kind, external }) => external && kind === 'dynamic-import' && /^[a-z]/.test(path))
    .filter(({ path }) => !path.startsWith('node:'));
  const found = new Map();
  for (const spelled of new Set(late.map(({ path }) => path))) {
    const [name] = spelled.split('/');
    found.set(name, [...(found.get(name) ?? []), spelled]);
  }
  return found;
}

async function injected(assets) {
  const config = join(work, 'sea.json');
  const blob = join(work, 'blob');
  const main = join(work, 'main.cjs');
  writeFileSync(config, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true, assets }));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'pipe' });
  const executable = at('dist', `dktool-${process.platform}-${process.arch}`);
  rmSync(executable, { force: true }); // one that runs cannot be written to
  copyFileSync(process.execPath, executable);
  chmodSync(executable, 0o755);
  spawnSync('strip', [executable]); // 12 MB of symbols; where there is no strip, they stay
  await quietly(() => inject(executable, 'NODE_SEA_BLOB', readFileSync(blob), { sentinelFuse: FUSE }));
  return executable;
}

/** postject tells of things that have no meaning for this file: sections that strip took away. */
async function quietly(act) {
  const { log, warn, error } = console;
  Object.assign(console, { log() {}, warn() {}, error() {} });
  try {
    return await act();
  } finally {
    Object.assign(console, { log, warn, error });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const executable = await makeExecutable();
  const size = (readFileSync(executable).length / 1e6).toFixed(0);
  console.log(`built dist/${basename(executable)}, ${size} MB, with Node.js ${process.version}`);
}

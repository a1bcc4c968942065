// Builds dist/: one CommonJS bundle a program (esbuild), and the library with its types (tsc).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import compileWat from './compile-wat.mjs';
import { licences } from './licences.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

// Loaded only where a person or a rare case needs them; a bundle would hide them from audits.
const external = ['chalk', 'cli-table3', 'ora', 'node-forge', 'mailauth', 'mailauth/*'];

/** commander requires child_process for executable subcommands, which we have none of: 5 ms of every start. */
const lazyChildProcess = {
  name: 'lazy-child-process',
  setup(setup) {
    setup.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('commander') ? { path: 'child_process', namespace: 'lazy' } : undefined,
    );
    setup.onLoad({ filter: /.*/, namespace: 'lazy' }, () => ({
      contents: `exports.spawn = (...args) => process.getBuiltinModule('node:child_process').spawn(...args);`,
    }));
  },
};

await compileWat();
rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('build'), { recursive: true });

/**
 * A program that is run as a function has no `import()` of its own: its launcher hands it one, for packages and for what of
 * Node is loaded late.
 */
const importsFromLauncher = {
  name: 'imports-from-launcher',
  setup(setup) {
    setup.onEnd(({ metafile, outputFiles }) => {
      for (const { path, text } of outputFiles) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text.replace(/(?<![.\w$])import\((?=["'][^.])/g, 'importModule('));
      }
      const left = Object.values(metafile.outputs).flatMap(({ imports }) =>
        imports.filter(
          ({ path, kind }) => kind === 'dynamic-import' && path.startsWith('.') && !leftToAll.includes(path),
        ),
      );
      if (left.length > 0) throw new Error(`import() of ${left.map(({ path }) => path).join(', ')} cannot work`);
    });
  },
};

/** The programs, which src/entry/run-compiled.ts runs: functions, not modules. With what one option alone needs and `all` has. */
const programs = {
  sign: ['./check-published.ts', './lint.ts', '../lib/dns/live/live.ts'],
  verify: [
    '../../console/spf/judge.ts',
    '../../console/dmarc/judge.ts',
    './explain/judge.ts',
    './explain/product.ts',
    './cross-check.ts',
    './preflight.ts',
    '../../console/keyring/file.ts',
    './sightings.ts',
    '../../lib/as-of-received.ts',
    './resume.ts',
  ],
  'spf-check': [],
  dknewkey: [],
  dktest: [],
  'dktool-remote': [],
  'dktool-queue': [],
  worker: [],
  all: [], // last: its imports are all that there are
};
const leftToAll = Object.values(programs).flat();

/** In the head of a compiled form: a magic number, the hashes of V8's version and of the source, then that of the flags. */
const FLAGS_AT = 12;

/** The answer of a qmail program that has put the message into the launcher's file (src/console/qmail/handover.ts). */
const HANDED_OVER = /^dktool 99$/m;

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  outbase: 'src/entry',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  external,
  plugins: [lazyChildProcess],
  metafile: true,
  logLevel: 'warning',
};

const asFunction = {
  banner: { js: '(function (require, importModule, installation) {' },
  footer: { js: '})' },
  write: false, // the plugin does
  plugins: [lazyChildProcess, importsFromLauncher],
};
const launchers = readdirSync(at('src/entry')).filter((file) => /^(?:dk.*|run-worker)\.ts$/.test(file));
const results = [await build({ ...shared, entryPoints: launchers.map((file) => `src/entry/${file}`) })];
for (const [program, left] of Object.entries(programs)) {
  const entryPoints = [`src/entry/program/${program}.ts`];
  results.push(await build({ ...shared, ...asFunction, entryPoints, external: [...external, ...left] }));
}
if (results.some(({ warnings }) => warnings.length > 0)) {
  throw new Error('the bundler warned: a warning is an error here');
}
const inputs = Object.assign({}, ...results.map(({ metafile }) => metafile.inputs));
const outputs = Object.assign({}, ...results.map(({ metafile }) => metafile.outputs));
writeFileSync(at('build', 'metafile.json'), JSON.stringify({ inputs, outputs }, null, 1));

writeFileSync(at('dist', 'LICENSES'), licences(Object.keys(inputs)));
await compilePrograms();
execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')], {
  stdio: 'inherit',
});
const built = [...launchers, ...Object.keys(programs).map((program) => `program/${program}.ts`)];
console.log(`built ${built.map((file) => `dist/${file.replace(/ts$/, 'cjs')}`).join(', ')} and dist/lib`);

/** V8 takes a compiled form only where its flags are those that it was made with: have it look made without any. */
function takeAnyFlags(path) {
  const compiled = readFileSync(path);
  new Script('0').createCachedData().copy(compiled, FLAGS_AT, FLAGS_AT, FLAGS_AT + 4);
  writeFileSync(path, compiled);
  if (new Script(readFileSync(path.replace(/\.cache$/, ''), 'utf8'), { cachedData: compiled }).cachedDataRejected) {
    throw new Error(`${path} would not be taken`);
  }
}

/** The compiled form of the programs, made by usual runs of each (src/entry/run-compiled.ts). */
async function compilePrograms() {
  const work = mkdtempSync(join(resolve(tmpdir()), 'dktool-build-'));
  // Settings of the shell or of this machine would make it another run.
  const plain = { PATH: process.env.PATH, DKTOOL_CONFIG_FILE: '/dev/null' };
  // The compiled form depends on the seed of V8's hashes and keeps paths: with these, all builds make the same.
  cpSync(at('dist/program'), join(work, 'program'), { recursive: true });
  const compile = (program, args) => [
    '--hash-seed=1',
    '--no-flush-bytecode',
    at('scripts/compile-program.cjs'),
    `program/${program}.cjs`,
    ...args,
  ];
  const run = (program, args, input, settings) => {
    const env = { ...plain, ...settings };
    const options = { cwd: work, env, input, encoding: 'latin1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, compile(program, args), options);
    if (![0, 1].includes(status)) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
    return stdout;
  };
  const record = run('all', ['keygen', 'example.com', '-s', 's']);
  const zone = {
    's._domainkey.example.com': { TXT: [[...record.matchAll(/"(.*?)"/g)].map(([, text]) => text).join('')] },
    'example.com': { TXT: ['v=spf1 a include:_spf.example.com -all'], A: ['192.0.2.2'] },
    '_spf.example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
    '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@example.com'] },
    '_adsp._domainkey.example.com': { TXT: ['dkim=all'] },
  };
  writeFileSync(join(work, 'zone.json'), JSON.stringify(zone));
  writeFileSync(join(work, 'me'), 'mx.example.org\n');
  const message =
    'From: user@example.com\nTo: other@example.org\nSubject: hello\nDate: Sun, 1 Nov 2026 00:00:00 +0000\n' +
    'Message-ID: <1@example.com>\n\nhello\n';
  const server = spawn(process.execPath, [at('scripts/dns-server.mjs'), join(work, 'zone.json')], {
    env: plain,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(server.stdout, 'data');
    const live = ['--nameserver', `127.0.0.1:${String(port).trim()}`];
    const signed = run('sign', ['sign', '-k', 's'], message);
    run('verify', ['verify', ...live], signed);
    run('spf-check', [
      'spf-check',
      ...live,
      '--ip',
      '192.0.2.1',
      '--helo',
      'mx.example.com',
      '--from',
      'user@example.com',
    ]);
    // Each run adds to what the runs before it left.
    run('all', ['--help']);
    run('all', ['dns-record', 'example.com', '-k', 's', '--check', ...live]);
    run('all', ['check', 'example.com', '-k', 's', '--json', ...live]);
    run('all', ['dmarc-check', 'example.com', ...live]);
    run('all', ['adsp-check', ...live], signed);
    run('all', ['sign', '-k', 's', '--check-dns', ...live], message);
    run('all', ['verify', '--spf', '--dmarc', '--ip', '192.0.2.1', ...live], signed);
    run('dknewkey', ['old', '2048']);
    const settings = { DKTOOL_CONTROL: work, DKTOOL_NAMESERVER: live[1], DKSIGN: join(work, 's') };
    run('dktest', ['-v'], run('dktest', ['-s', 's'], message) + message, settings);
    const addresses = ['example.org', 'user@example.com', 'other@example.org'];
    runQmail('dktool-remote', addresses, message, { ...settings, DKREMOTE: process.execPath });
    runQmail('dktool-queue', [], signed, { ...settings, DKQUEUE: process.execPath, DKVERIFY: '' });
    for (const file of readdirSync(join(work, 'program')).filter((name) => name.endsWith('.cache'))) {
      copyFileSync(join(work, 'program', file), at('dist/program', file));
      takeAnyFlags(at('dist/program', file));
    }
  } finally {
    server.kill();
    rmSync(work, { recursive: true, force: true });
  }

  /** As a launcher of contrib/qmail runs it, which gets the message in a file: the real program is not run. */
  function runQmail(program, args, input, settings) {
    const file = join(work, 'handover');
    writeFileSync(file, '');
    const { status, output } = spawnSync(process.execPath, compile(program, args), {
      cwd: work,
      env: { ...plain, ...settings, DKTOOL_HANDOVER: file },
      input,
    });
    if (!HANDED_OVER.test(output[1])) throw new Error(`${program} ended with ${status}: ${output.join('')}`);
  }
}

// npm run mutate [-- --since COMMIT] [FOLDER...]: whether the tests notice when the engine is changed (Stryker). Without folders
// all of FOLDERS; with --since only what has changed since a commit. --floor N: the least percentage that has to be noticed.
//
// Stryker is no dependency of this project, since it would bring a hundred packages for a run that few make. It is installed
// into a copy of the checkout, in build/mutate.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The last line of Stryker for Node.js 20. */
const STRYKER = '9.6.1';
const FOLDERS = ['dkim', 'domainkeys', 'spf', 'message', 'canonicalize', 'crypto', 'dns', 'dmarc', 'explain'];
const FLOOR = 85;
/**
 * Tests besides those of the folder that hold what is in it. Stryker runs them in threads, which have no working directory of
 * their own; property tests take long in code that is instrumented.
 */
const MORE = {
  canonicalize: ['test/property/nofws-body.test.ts'],
  dkim: ['test/lib/explain/key-and-time.test.ts'],
  message: ['test/cli/forged-results.test.ts', 'test/lib/explain/key-and-time.test.ts'],
  dns: ['test/property/{dns-wire,dns-zone}.test.ts'],
  crypto: ['test/property/keys.test.ts'],
};

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const copy = join(root, 'build/mutate');
const { values, positionals } = parseArgs({
  options: {
    since: { type: 'string' },
    floor: { type: 'string', default: String(FLOOR) },
    jobs: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});

const patterns = patternsOf();
if (patterns.length === 0) {
  console.log('mutate: nothing has changed that is mutated');
  process.exit(0);
}
makeCopy();
writeConfiguration();
const run = spawnSync(process.execPath, ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run'], {
  cwd: copy,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_BODIES: '300' },
});
if (run.status !== 0 && !existsSync(join(copy, 'report.json'))) process.exit(1);
process.exit(report());

/** What Stryker is to mutate: paths, or ranges of lines of them. */
function patternsOf() {
  if (values.since === undefined) {
    const folders = positionals.length > 0 ? positionals : FOLDERS;
    return folders.map((folder) => (folder.endsWith('.ts') ? folder : `src/lib/${folder}/**/*.ts`));
  }
  const diff = execFileSync(
    'git',
    ['diff', '-U0', '--diff-filter=d', values.since, '--', ...FOLDERS.map((name) => `src/lib/${name}`)],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  const ranges = [];
  let file;
  for (const line of diff.split('\n')) {
    file = /^\+\+\+ b\/(.*\.ts)$/.exec(line)?.[1] ?? file;
    const [, from, count = '1'] = /^@@ \S+ \+(\d+)(?:,(\d+))? @@/.exec(line) ?? [];
    if (from !== undefined && count !== '0') ranges.push(`${file}:${from}-${Number(from) + Number(count) - 1}`);
  }
  return ranges;
}

function makeCopy() {
  mkdirSync(copy, { recursive: true });
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const name of ['src', 'test']) rmSync(join(copy, name), { recursive: true, force: true });
  for (const file of files.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    cpSync(join(root, file), join(copy, file), { recursive: true });
  }
  cpSync(join(root, 'src/lib/canonicalize/simd-module.ts'), join(copy, 'src/lib/canonicalize/simd-module.ts'));
  const installed = join(copy, 'node_modules/@stryker-mutator/core/package.json');
  if (existsSync(installed) && JSON.parse(readFileSync(installed, 'utf8')).version === STRYKER) return;
  cpSync(join(root, 'node_modules'), join(copy, 'node_modules'), { recursive: true });
  const packages = ['core', 'vitest-runner'].map((name) => `@stryker-mutator/${name}@${STRYKER}`);
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    cwd: copy,
    stdio: 'inherit',
  });
}

function writeConfiguration() {
  const vitest = `import '../../test/support/hermetic.ts';
export default { test: { include: ${JSON.stringify(testsOf())}, isolate: false, testTimeout: 30_000 } };
`;
  writeFileSync(join(copy, 'vitest.mutate.config.ts'), vitest.replace('../../', './'));
  const settings = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutate.config.ts', related: false },
    mutate: patterns,
    coverageAnalysis: 'perTest',
    concurrency: Number(values.jobs),
    // What a person reads is held by tests of its own; that a sentence has these words is no behaviour.
    mutator: { excludedMutations: ['StringLiteral'] },
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: 'report.json' },
    tempDirName: '.stryker',
    ignorePatterns: ['build', 'dist', 'bench'],
    timeoutMS: 20_000,
    disableTypeChecks: true,
    // TypeScript 7 has nothing that Stryker could ask to read it.
    tsconfigFile: 'none.json',
    checkers: [],
    allowEmpty: true,
  };
  writeFileSync(join(copy, 'stryker.config.json'), JSON.stringify(settings, null, 2));
  rmSync(join(copy, 'report.json'), { force: true });
}

/** Tests that run in their own process and need no other program. */
function testsOf() {
  const folders = new Set(patterns.map((pattern) => /^src\/lib\/(\w+)/.exec(pattern)?.[1] ?? '*'));
  const own = [...folders].map((folder) => `test/lib/${folder}/**/*.test.ts`);
  const around = ['verify-message', 'sign-message', 'rfc-examples'].map((name) => `test/lib/${name}.test.ts`);
  const more = [...folders].flatMap((folder) => MORE[folder] ?? []);
  return [...own, ...around, ...more, 'test/lib/{signature,header,keys,arc}/**/*.test.ts'];
}

/** A line for each mutant that no test noticed. @returns the exit status */
function report() {
  const { files } = JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8'));
  const counts = new Map();
  for (const [file, { source, mutants }] of Object.entries(files)) {
    const lines = source.split('\n');
    for (const { status, mutatorName, replacement, location } of mutants) {
      const folder = file.split('/')[2];
      const count = counts.get(folder) ?? { noticed: 0, all: 0 };
      counts.set(folder, count);
      if (status === 'Ignored' || status === 'CompileError') continue;
      count.all++;
      if (status === 'Killed' || status === 'Timeout' || status === 'RuntimeError') count.noticed++;
      else {
        const { line, column } = location.start;
        console.log(
          `${status === 'NoCoverage' ? 'unreached' : 'unnoticed'} ${file}:${line}:${column} ${mutatorName}: ${lines[line - 1].trim()} -> ${(replacement ?? '').replace(/\s+/g, ' ').slice(0, 80)}`,
        );
      }
    }
  }
  let [noticed, all] = [0, 0];
  for (const [folder, count] of counts) {
    noticed += count.noticed;
    all += count.all;
    console.log(`mutate  ${folder}: ${count.noticed} of ${count.all}, ${percent(count)} %`);
  }
  console.log(`mutate: ${noticed} of ${all} mutants noticed, ${percent({ noticed, all })} %`);
  return (100 * noticed) / all >= Number(values.floor) || all === 0 ? 0 : 1;
}

function percent({ noticed, all }) {
  return all === 0 ? '100' : ((100 * noticed) / all).toFixed(1);
}

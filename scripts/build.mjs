// Builds dist/: one CommonJS bundle a program (esbuild), and the library with its types (tsc).
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

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

rmSync(at('dist'), { recursive: true, force: true });
mkdirSync(at('build'), { recursive: true });

const programs = readdirSync(at('src/entry/program')).filter((file) => file !== 'run.ts');
const entries = [
  ...readdirSync(at('src/entry')).filter((file) => file.endsWith('.ts') && !file.startsWith('process-')),
  ...programs.map((file) => `program/${file}`),
];
const result = await build({
  absWorkingDir: root,
  entryPoints: entries.map((file) => `src/entry/${file}`),
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
});
if (result.warnings.length > 0) throw new Error('the bundler warned: a warning is an error here');
writeFileSync(at('build', 'metafile.json'), JSON.stringify(result.metafile, null, 1));

execFileSync(process.execPath, [at('node_modules/typescript/bin/tsc'), '-p', at('tsconfig.build.json')], {
  stdio: 'inherit',
});
console.log(`built ${entries.map((file) => `dist/${file.replace(/ts$/, 'cjs')}`).join(', ')} and dist/lib`);

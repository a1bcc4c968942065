// Modules of the tests as programs of their own, for runs that take longer than `npm test` should.
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import compileWat from '../../scripts/compile-wat.mjs';

/** Modules know their place by import.meta.url, which a bundle would change; programs are what is started. */
const inPlace = (programs) => ({
  name: 'in-place',
  setup(setup) {
    setup.onLoad({ filter: /[\\/]test[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = programs.includes(path)
        ? text
        : text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
});

/**
 * @param {string} name of the directory below build/
 * @param {readonly string[]} modules paths below test/
 * @returns {Promise<string>} path of the first
 */
export async function bundleTests(name, modules) {
  const test = fileURLToPath(new URL('..', import.meta.url));
  const outdir = fileURLToPath(new URL(`../../build/${name}/`, import.meta.url));
  const entryPoints = modules.map((module) => join(test, module));
  await compileWat();
  mkdirSync(outdir, { recursive: true });
  await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    plugins: [inPlace(entryPoints)],
    logLevel: 'warning',
  });
  return join(outdir, basename(modules[0]).replace(/ts$/, 'mjs'));
}

/**
 * Most of what a start costs is reading and compiling the program. The commands that run once a message have programs
 * of their own, with nothing else in them, and beside each the compiled form that V8 made of it when it was built
 * (scripts/compile-program.cjs). V8 takes that form only if its own version and flags and the length of the source are
 * those that it was made with; otherwise it compiles.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

// oxlint-disable-next-line no-underscore-dangle -- a CommonJS module has it
declare const __dirname: string;
declare function require(path: string): unknown;

const asked = process.argv[2] ?? '';
// Their own programs are without what one option alone needs: the resolver for --check-dns, SPF for --spf.
const hasOwn =
  (asked === 'sign' && !process.argv.includes('--check-dns')) ||
  (asked === 'verify' && !process.argv.includes('--spf')) ||
  asked === 'spf-check';
const program = `${__dirname}/program/${hasOwn ? asked : 'all'}.cjs`;
if (hasOwn) runCompiled(program);
else require(program);

function runCompiled(path: string): void {
  // utf8 is what Node reads fastest.
  const script = new Script(readFileSync(path, 'utf8'), { filename: path, cachedData: compiledForm(path) });
  const run = script.runInThisContext() as (...loaders: unknown[]) => void;
  run(require, (name: string) => import(name));
}

function compiledForm(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined; // it is a help, not a need
  }
}

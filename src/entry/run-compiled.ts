/**
 * Most of what a start costs is reading and compiling the program. Beside each program lies the compiled form that V8 made of
 * it in usual runs when it was built (scripts/compile-program.cjs). V8 takes that form only if its own version and flags and
 * the length of the source are those that it was made with; otherwise it compiles.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import type { Installation } from './installation.ts';

declare function require(path: string): unknown;

// oxlint-disable-next-line no-underscore-dangle -- a CommonJS module has it: the directory `dist`
declare const __dirname: string;

/** Of files: what npm installs, or a checkout. */
const installation: Installation = {
  read(path) {
    try {
      return readFileSync(`${__dirname}/../${path}`, 'utf8');
    } catch {
      return undefined;
    }
  },
  startWorker(workerData) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    return new Worker(`${__dirname}/run-worker.cjs`, { workerData });
  },
};

/** @param name of a program that scripts/build.mjs made as a function */
export function runCompiled(name: string): void {
  const path = `${__dirname}/program/${name}.cjs`;
  // utf8 is what Node reads fastest.
  const script = new Script(readFileSync(path, 'utf8'), { filename: path, cachedData: compiledForm(path) });
  const run = script.runInThisContext() as (...handedIn: unknown[]) => void;
  run(require, (packageName: string) => import(packageName), installation);
}

function compiledForm(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined; // it is a help, not a need
  }
}

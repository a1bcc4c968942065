/**
 * Most of what a start costs is reading and compiling the program. What runs once a message has a program of its own, with
 * nothing else in it, and beside it the compiled form that V8 made of it when it was built (scripts/compile-program.cjs).
 * V8 takes that form only if its own version and flags and the length of the source are those that it was made with;
 * otherwise it compiles.
 */
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

declare function require(path: string): unknown;

/** @param path of a program that scripts/build.mjs made as a function */
export function runCompiled(path: string): void {
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

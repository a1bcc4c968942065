/** What scripts/executable.mjs put into the single executable beside its launcher: programs, packages, texts. */
import { getAsset, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import type { Installation } from '../installation.ts';

/** It has what is built into Node.js, and nothing else. */
declare function require(name: string): unknown;

type Handed = (...handedIn: unknown[]) => void;

/** A package of npm by the names that it is imported by. */
type Package = Readonly<Record<string, () => Promise<unknown>>>;

const installation: Installation = {
  read(path) {
    try {
      return getAsset(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  startWorker(workerData) {
    const { Worker } = process.getBuiltinModule('node:worker_threads');
    return new Worker(code('worker.cjs'), { eval: true, workerData });
  },
};

/** Run a program in its compiled form, as src/entry/run-compiled.ts does. */
export function runAsset(program: string): void {
  const path = `program/${program}.cjs`;
  loaded(path, compiledForm(path))(require, importModule, installation);
}

async function importModule(name: string): Promise<unknown> {
  if (name.startsWith('node:')) return require(name);
  const module: { exports: Package } = { exports: {} };
  loaded(`package/${name.split('/')[0]}.cjs`)(require, module);
  return module.exports[name]!();
}

function loaded(path: string, cachedData?: Buffer): Handed {
  return new Script(code(path), { filename: path, cachedData }).runInThisContext() as Handed;
}

/** The bundler writes ASCII, and a decoder for more would have to be loaded. */
function code(path: string): string {
  return Buffer.from(getRawAsset(path) as ArrayBuffer).toString('latin1');
}

function compiledForm(path: string): Buffer | undefined {
  try {
    return Buffer.from(getRawAsset(`${path}.cache`) as ArrayBuffer);
  } catch {
    return undefined;
  }
}

/** What the package exports, read from the declarations that it publishes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Declarations } from './support/declarations.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string } | string>>;
};

/** The modules of the library by the name that programs import. */
const MODULES = Object.entries(entries).flatMap(([path, entry]) =>
  typeof entry === 'string' ? [] : [{ name: path.replace('.', 'dktool'), ...entry }],
);
const library = new Declarations(join(root, 'dist/lib'));
const exportsOf = (types: string) => library.exportsOf(types.replace('./dist/lib/', '').replace('.d.ts', '.ts'));
const all = exportsOf('./dist/lib/index.d.ts');

describe('the package', () => {
  it('has a module for each part, with types and code', () => {
    expect(MODULES.map(({ name }) => name)).toEqual([
      'dktool',
      'dktool/auth-results',
      'dktool/check',
      'dktool/dmarc',
      'dktool/dns',
      'dktool/keys',
      'dktool/spf',
    ]);
    for (const { types, default: code } of MODULES) {
      for (const path of [types, code]) expect(existsSync(join(root, path)), path).toBe(true);
    }
  });

  it('exports everything from its root, under the same names', () => {
    for (const { name, types } of MODULES) {
      const own = exportsOf(types);
      expect(own.size, name).toBeGreaterThan(5);
      for (const [place, exported] of own) expect(all.get(place), place).toBe(exported);
    }
  });

  it('runs: every name that is not a type is there', async () => {
    for (const { types, default: code } of MODULES) {
      const values = [...exportsOf(types)].filter(([place]) =>
        /^export declare (?:function|const|class)/.test(library.at(place).text),
      );
      const loaded = (await import(join(root, code))) as object;
      expect(Object.keys(loaded).sort()).toEqual(values.map(([, name]) => name).sort());
    }
  });
});

describe('every export', () => {
  it('is described', () => {
    expect(all.size).toBeGreaterThan(340);
    const bare = [...all.keys()].filter((place) => !/\/\*\*[^]*\w{2}/.test(library.at(place).description));
    expect(bare).toEqual([]);
  });

  it('is described down to the methods of its classes and interfaces', () => {
    const bare = [...all.keys()].flatMap((place) => {
      const { text } = library.at(place);
      if (!/^export (?:declare class|interface)/.test(text)) return [];
      return [...text.matchAll(/(?<before>\*\/)?\n {4}(?:get )?(?<name>\w+)(?:<[^>]*>)?\(/g)].flatMap(({ groups }) =>
        groups!['before'] === undefined && groups!['name'] !== 'constructor' ? [`${place}.${groups!['name']}`] : [],
      );
    });
    expect(bare).toEqual([]);
  });

  it('names no type that is not exported itself', () => {
    const named = [...all.keys()].flatMap((place) => library.typesIn(place).map((type) => `${place} -> ${type}`));
    expect(named.length).toBeGreaterThan(300);
    expect(named.filter((one) => !all.has(one.replace(/^.* -> /, '')))).toEqual([]);
  });
});

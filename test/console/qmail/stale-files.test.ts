/** Files that killed launchers have left behind are removed, and no others. */
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeStaleFiles } from '../../../src/console/qmail/stale-files.ts';
import { temporaryFolder } from '../../support/bin.ts';

const NOW = 1_700_000_000;

it('removes what is old, ours by name and owner, and a file', () => {
  const folder = temporaryFolder();
  const old = [
    'dktool-AbCdEf0123',
    'dktool-AbCdEf0124.message',
    'dktool-AbCdEf0124.envelope',
    `dktool-${'0a'.repeat(12)}`,
  ];
  const kept = ['dktool-AbCdEf012', 'dktool-AbCdEf0123.txt', 'dktool-machine-aKSZq2', 'other', 'tmp.AbCdEf0123'];
  for (const name of [...old, ...kept]) writeFileSync(join(folder, name), 'x');
  mkdirSync(join(folder, 'dktool-AbCdEf9999'));
  symlinkSync('other', join(folder, 'dktool-AbCdEf8888'));
  const age = (names: readonly string[], hours: number) => {
    for (const name of names) utimesSync(join(folder, name), NOW - hours * 3600, NOW - hours * 3600);
  };
  age([...old, ...kept, 'dktool-AbCdEf9999'], 35);
  removeStaleFiles(folder, process.getuid!(), NOW);
  expect(readdirSync(folder)).toHaveLength(old.length + kept.length + 2);
  age([...old, ...kept, 'dktool-AbCdEf9999'], 37);
  removeStaleFiles(folder, process.getuid!() + 1, NOW);
  expect(readdirSync(folder)).toHaveLength(old.length + kept.length + 2);
  removeStaleFiles(folder, process.getuid!(), NOW);
  expect(readdirSync(folder).sort()).toEqual([...kept, 'dktool-AbCdEf8888', 'dktool-AbCdEf9999'].sort());
});

it('says nothing of a folder that is not there', () => {
  expect(() => removeStaleFiles('/nowhere', 0, NOW)).not.toThrow();
});

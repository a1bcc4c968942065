/** contrib/qmail/install: into a qmail, again and again, after upgrades, and out again. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/bin.ts';

const SCRIPT = fileURLToPath(new URL('../../contrib/qmail/install', import.meta.url));

class Qmail {
  readonly folder = temporaryFolder();

  constructor() {
    for (const name of ['bin', 'control']) mkdirSync(this.path(name));
    for (const name of ['qmail-remote', 'qmail-queue']) this.program(name, `real ${name} 1`);
    writeFileSync(this.path('control/dksign'), '/k\n');
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  program(name: string, text: string): void {
    writeFileSync(this.path('bin', name), text);
    chmodSync(this.path('bin', name), name === 'qmail-queue' ? 0o4711 : 0o711);
  }

  read(name: string): string {
    return readFileSync(this.path('bin', name), 'latin1');
  }

  run(...args: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(SCRIPT, [...args, this.folder], { encoding: 'utf8' });
    return { status, said: stdout, stderr };
  }

  /** It works. @returns what was said to be done now */
  done(...args: readonly string[]): number {
    const { status, said, stderr } = this.run(...args);
    expect([status, stderr]).toEqual([0, '']);
    return said.split('\n').filter((line) => / is now the /.test(line)).length;
  }
}

describe('contrib/qmail/install', () => {
  it('installs, and changes nothing when it runs again', () => {
    const made = new Qmail();
    expect(made.run('--check')).toMatchObject({ status: 1, said: expect.stringContaining('is not the launcher') });
    expect(made.done()).toBe(3);
    expect(made.read('qmail-remote.orig')).toBe('real qmail-remote 1');
    for (const name of ['qmail-remote', 'dktool-queue']) {
      expect(made.read(name)).toMatch(/^#!\/bin\/sh\n# dktool-/);
      expect(made.read(name)).toContain(`: "\${DKTOOL_CONTROL:=${made.path('control')}}"`);
      expect(statSync(made.path('bin', name)).mode & 0o7777).toBe(0o755);
    }
    expect(made.read('qmail-queue')).toBe('real qmail-queue 1');
    const before = readdirSync(made.path('bin'));
    expect(made.done()).toBe(0);
    expect(readdirSync(made.path('bin'))).toEqual(before);
    expect(made.run('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  it('makes places that not everybody can hold', () => {
    const made = new Qmail();
    made.done();
    expect(readdirSync(made.path('dktool'))).toHaveLength(256);
    expect(statSync(made.path('dktool/turn')).mode & 0o7777).toBe(0o440);
    expect(statSync(made.path('dktool/255')).size).toBe(0);
  });

  it('keeps the new program after an upgrade of qmail', () => {
    const made = new Qmail();
    made.done();
    made.program('qmail-remote', 'real qmail-remote 2');
    expect(made.run('--check')).toMatchObject({
      status: 1,
      said: expect.stringContaining('qmail may have been upgraded'),
    });
    made.done();
    expect(made.read('qmail-remote.orig')).toBe('real qmail-remote 2');
    expect(made.run('--check').status).toBe(0);
  });

  it('goes on where an earlier run was cut off', () => {
    const made = new Qmail();
    linkSync(made.path('bin/qmail-remote'), made.path('bin/qmail-remote.orig'));
    writeFileSync(made.path('bin/qmail-remote.orig.new'), 'half');
    made.done();
    expect(made.read('qmail-remote.orig')).toBe('real qmail-remote 1');
    expect(readdirSync(made.path('bin'))).not.toContain('qmail-remote.orig.new');
  });

  it('brings old launchers up to date', () => {
    const made = new Qmail();
    made.done();
    writeFileSync(made.path('bin/qmail-remote'), '#!/bin/sh\n# dktool-remote: of last year\n');
    expect(made.run('--check')).toMatchObject({ status: 1, said: expect.stringContaining('from another version') });
    expect(made.done()).toBe(1);
    expect(made.read('qmail-remote.orig')).toBe('real qmail-remote 1');
    expect(made.run('--check').status).toBe(0);
  });

  it('takes the place of qmail-queue where that is wanted, and then always', () => {
    const made = new Qmail();
    made.done('--queue');
    expect(made.read('qmail-queue')).toMatch(/# dktool-queue: /);
    expect(statSync(made.path('bin/qmail-queue')).mode & 0o7777).toBe(0o755);
    expect(statSync(made.path('bin/qmail-queue.orig')).mode & 0o7777).toBe(0o4711);
    made.program('qmail-queue', 'real qmail-queue 2');
    made.done();
    expect(made.read('qmail-queue.orig')).toBe('real qmail-queue 2');
  });

  it.each([[], ['--queue']])('--undo puts the real programs back, %j', (...options) => {
    const made = new Qmail();
    made.done(...options);
    for (let i = 0; i < 2; i++) expect(made.run('--undo')).toMatchObject({ status: 0, stderr: '' });
    expect([made.read('qmail-remote'), made.read('qmail-queue')]).toEqual([
      'real qmail-remote 1',
      'real qmail-queue 1',
    ]);
    expect(statSync(made.path('bin/qmail-queue')).mode & 0o7777).toBe(0o4711);
    expect(existsSync(made.path('bin/qmail-remote.orig'))).toBe(false);
  });

  it('never takes a launcher for the real program', () => {
    const made = new Qmail();
    made.done();
    cpSync(made.path('bin/qmail-remote'), made.path('bin/qmail-remote.orig'));
    for (const option of [[], ['--undo']]) {
      const { status, stderr } = made.run(...option);
      expect([status, stderr]).toEqual([111, expect.stringContaining('qmail-remote.orig is not the real program')]);
    }
    expect(made.run('--check')).toMatchObject({ status: 1, said: expect.stringContaining('all mail is deferred') });
  });

  it.each([
    [['--what'], 100, 'unknown option --what'],
    [['/nowhere'], 100, 'two directories are given'],
  ])('%j ends with %d', (args, status, reason) => {
    const run = new Qmail().run(...args);
    expect([run.status, run.stderr]).toEqual([status, expect.stringContaining(reason)]);
  });

  it('says so where there is no qmail', () => {
    const { status, stderr } = spawnSync(SCRIPT, [temporaryFolder()], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([111, expect.stringContaining('is not a qmail')]);
  });
});

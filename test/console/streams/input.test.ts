import { mkdirSync, rmdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import type { Context } from '../../../src/console/context.ts';
import { inputsOf } from '../../../src/console/streams/input.ts';
import { temporaryFolder } from '../../support/bin.ts';

function context(stdin = new MemorySource(Buffer.from('From: a@example.com\n'))): Context {
  return {
    stdin,
    stdout: new MemorySink(),
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
}

const namesOf = (args: readonly string[], recursive: boolean) =>
  [...inputsOf(args, context(), recursive)].map(({ name }) => name);

/** A folder with these files. */
function folderWith(...files: readonly string[]): string {
  const folder = temporaryFolder();
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), file);
  }
  return folder;
}

describe('the inputs of a command', () => {
  it('are stdin where none is named', () => {
    expect(namesOf([], false)).toEqual(['-']);
  });

  it('are refused where stdin is a terminal', () => {
    const [input] = inputsOf(['-'], context(new MemorySource(new Uint8Array(), true)));
    expect(() => input!.open()).toThrow(expect.objectContaining({ code: 'no-input', kind: 'permanent' }));
  });

  it('are the messages in new and cur of a Maildir', () => {
    const folder = folderWith('new/2', 'new/1', 'cur/3:2,S', 'tmp/4', 'dovecot.index');
    expect(namesOf([folder], true)).toEqual(['new/1', 'new/2', 'cur/3:2,S'].map((name) => join(folder, name)));
  });

  it('are those of Maildir++ folders too, at any depth, and never indexes', () => {
    const messages = ['cur/2', '.Sent/cur/3', '.Archive.2009/new/4', 'inbox/sub/cur/5'];
    const others = [
      'dovecot.index',
      '.Sent/dovecot.index.log',
      '.Sent/tmp/6',
      'cur/.nfs01',
      'sieve/x.sieve',
      'new.txt',
    ];
    const folder = folderWith('new/1', ...messages, ...others);
    const expected = ['new/1', 'cur/2', '.Archive.2009/new/4', '.Sent/cur/3', 'inbox/sub/cur/5'];
    expect(namesOf([folder], true)).toEqual(expected.map((name) => join(folder, name)));
  });

  it('are the same below a parent of Maildirs, beside files that are no indexes', () => {
    const folder = folderWith(
      'ann/cur/1',
      'ann/dovecot-uidlist',
      'bob/Maildir/.Sent/new/2',
      'bob/Maildir/new/3',
      'bob/Maildir/tmp/4',
      'bob/.dovecot.lda-dupes',
      'saved.eml',
      'dovecot.index',
      'maildirsize',
      'subscriptions',
    );
    const expected = ['ann/cur/1', 'bob/Maildir/new/3', 'bob/Maildir/.Sent/new/2', 'saved.eml'];
    expect(namesOf([folder], true)).toEqual(expected.map((name) => join(folder, name)));
  });

  it('are all files where a folder is merely named new', () => {
    const folder = folderWith('2009/1', 'new/2', '3');
    expect(namesOf([folder], true)).toEqual(['2009/1', '3', 'new/2'].map((name) => join(folder, name)).sort());
  });

  it('are all files in any other folder and below, but not behind links to folders', () => {
    const folder = folderWith('b', 'a/x', 'a/y/z');
    symlinkSync('..', join(folder, 'a', 'up'));
    symlinkSync('b', join(folder, 'link'));
    expect(namesOf([folder], true)).toEqual(['a/x', 'a/y/z', 'b', 'link'].map((name) => join(folder, name)));
  });

  it.each([
    ['nothing', 'nowhere', 'there is no such file'],
    ['a path through a file', 'file/x', 'a part of its path is not a directory'],
    ['a link to itself', 'loop', 'its symbolic links form a loop'],
    ['a name of 300 characters', 'n'.repeat(300), 'its name is too long'],
  ])('are a sentence and permanent for %s, with -r too', (_, name, reason) => {
    const folder = folderWith('file');
    symlinkSync('loop', join(folder, 'loop'));
    const path = join(folder, name);
    for (const recursive of [false, true]) {
      const inputs = [...inputsOf([path], context(), recursive)];
      expect(inputs.map((input) => input.name)).toEqual([path]);
      expect(() => inputs[0]!.open()).toThrow(
        expect.objectContaining({ kind: 'permanent', message: `cannot open ${path}: ${reason}` }),
      );
    }
  });

  it('go on behind a folder that cannot be read', () => {
    const folder = folderWith('a/1', 'c');
    mkdirSync(join(folder, 'b'));
    const inputs = inputsOf([folder], context(), true);
    expect(inputs.next().value?.name).toBe(join(folder, 'a/1'));
    rmdirSync(join(folder, 'b')); // it goes while the run is at work
    const gone = inputs.next().value!;
    expect(gone.name).toBe(join(folder, 'b'));
    expect(() => gone.open()).toThrow(expect.objectContaining({ code: 'input-unreadable' }));
    expect(inputs.next().value?.name).toBe(join(folder, 'c'));
  });
});

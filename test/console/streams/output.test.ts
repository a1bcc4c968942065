import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import type { Context } from '../../../src/console/context.ts';
import { withOutput } from '../../../src/console/streams/output.ts';
import { temporaryFolder } from '../../support/bin.ts';

function context(): Context & { readonly stdout: MemorySink } {
  return {
    stdin: new MemorySource(new Uint8Array()),
    stdout: new MemorySink(),
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
}

describe('the output of a command', () => {
  it.each([undefined, '-'])('goes to stdout for %s', (path) => {
    const world = context();
    withOutput(path, world, (sink) => sink.write('text'));
    expect(world.stdout.text).toBe('text');
  });

  it('is a file with all of it, and nothing beside it', () => {
    const folder = temporaryFolder();
    withOutput(join(folder, 'out'), context(), (sink) => sink.write('text'));
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readFileSync(join(folder, 'out'), 'latin1')).toBe('text');
  });

  it('takes the place and the mode of a file that was there', () => {
    const path = join(temporaryFolder(), 'out');
    writeFileSync(path, 'a longer text that was there', { mode: 0o600 });
    withOutput(path, context(), (sink) => sink.write('text'));
    expect(readFileSync(path, 'latin1')).toBe('text');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('leaves what was there, and nothing else, where the work fails', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'out'), 'old');
    const fail = () =>
      withOutput(join(folder, 'out'), context(), (sink) => {
        sink.write('half');
        throw new Error('no key');
      });
    expect(fail).toThrow('no key');
    expect(readdirSync(folder)).toEqual(['out']);
    expect(readFileSync(join(folder, 'out'), 'latin1')).toBe('old');
  });

  it.each([
    ['a directory', 'folder', 'it is a directory'],
    ['a path through a file', 'file/out', 'a part of its path is not a directory'],
    ['a link to itself', 'loop', 'its symbolic links form a loop'],
    ['a name of 300 characters', 'n'.repeat(300), 'its name is too long'],
    ['a folder that is not there', 'nowhere/out', 'there is no directory FOLDER/nowhere'],
  ])('is a sentence and temporary for %s', (_, name, reason) => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('loop', join(folder, 'loop'));
    const path = join(folder, name);
    const message = `cannot write ${path}: ${reason.replace('FOLDER', folder)}`;
    expect(() => withOutput(path, context(), () => {})).toThrow(
      expect.objectContaining({ code: 'output-unwritable', kind: 'temporary', message }),
    );
    expect(readdirSync(folder).sort()).toEqual(['file', 'folder', 'loop']);
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import type { Context } from '../../../src/console/context.ts';
import { namesIn } from '../../../src/commands/verify/name-list.ts';
import { temporaryFolder } from '../../support/bin.ts';

function context(stdin: ByteSource): Context {
  return {
    stdin,
    stdout: new MemorySink(),
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
}

/** A source that gives so many octets at a time, as a pipe may. */
function trickle(bytes: Buffer, step: number): ByteSource {
  const source = new MemorySource(bytes);
  return { fd: undefined, isTerminal: false, read: (into) => source.read(into.subarray(0, step)) };
}

const namesFrom = (bytes: Buffer, isNull: boolean, step = 1 << 20) =>
  [...namesIn('-', isNull, context(trickle(bytes, step)))].filter((name) => name !== undefined);

describe('a list of names', () => {
  it('has one a line; empty lines are none, and the last may lack its line end', () => {
    expect(namesFrom(Buffer.from('a\n\nb c\nd\r\n\n ä'), false)).toEqual(['a', 'b c', 'd\r', ' ä']);
  });

  it('has names with line ends where a NUL ends each', () => {
    expect(namesFrom(Buffer.from('a\nb\0\0c\0'), true)).toEqual(['a\nb', 'c']);
  });

  it('gives names that are no UTF-8 as their octets', () => {
    expect(namesFrom(Buffer.from('a\xe4\nb\n', 'latin1'), false)).toEqual([Buffer.from('a\xe4', 'latin1'), 'b']);
  });

  it('is the same however it arrives', () => {
    const piece = fc.stringMatching(/^[ab\n]{0,12}$/);
    fc.assert(
      fc.property(fc.array(piece), fc.integer({ min: 1, max: 5 }), (pieces, step) => {
        const text = pieces.join('\n');
        const names = text.split('\n').filter((name) => name !== '');
        expect(namesFrom(Buffer.from(text), false, step)).toEqual(names);
      }),
    );
  });

  it('cuts a name that no file can have', () => {
    const [long, next] = namesFrom(Buffer.from(`${'n'.repeat(300_000)}\nb`), false, 5000);
    expect([long!.length, next]).toEqual([4097, 'b']);
  });

  it('says when it is going to wait', () => {
    const names = namesIn('-', false, context(trickle(Buffer.from('a\nb\n'), 2)));
    expect([...names]).toEqual([undefined, 'a', undefined, 'b', undefined]);
  });

  it('may be a file', () => {
    const list = join(temporaryFolder(), 'list');
    writeFileSync(list, 'a\nb\n');
    const names = [...namesIn(list, false, context(new MemorySource(Buffer.from('c'))))];
    expect(names.filter((name) => name !== undefined)).toEqual(['a', 'b']);
    expect(() => [...namesIn(`${list}.gone`, false, context(new MemorySource(Buffer.alloc(0))))]).toThrow(
      expect.objectContaining({ code: 'input-unreadable' }),
    );
  });
});

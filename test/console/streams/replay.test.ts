import { appendFileSync, closeSync, openSync, readSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ByteSource, DescriptorSource, MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { Replay } from '../../../src/console/streams/replay.ts';
import { temporaryFolder } from '../../support/bin.ts';

const INSERT = Buffer.from('NEW ');
/** More than is kept in memory. */
const LONG = Buffer.alloc(17 * 1024 * 1024, 'line of text\n');

/** The message as it goes out, after a first pass that does something in its middle. */
function replayed(source: ByteSource, inTheMiddle = () => {}, beforeTheSecond = () => {}): Buffer {
  const replay = new Replay(source);
  try {
    let count = 0;
    for (const chunk of replay.read()) if (chunk.length > 0 && ++count === 3) inTheMiddle();
    if (!replay.isSteady) for (const chunk of replay.readAgain()) chunk.fill(0); // chunks are reused
    beforeTheSecond();
    const sink = new MemorySink();
    replay.writeTo(sink, INSERT, 5);
    return sink.bytes;
  } finally {
    replay.close();
  }
}

const withInsert = (message: Buffer) => Buffer.concat([message.subarray(0, 5), INSERT, message.subarray(5)]);

function file(bytes: Uint8Array): { readonly path: string; readonly fd: number; readonly source: DescriptorSource } {
  const path = join(temporaryFolder(), 'msg');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r');
  return { path, fd, source: new DescriptorSource(fd, path) };
}

describe('a message that is read twice', () => {
  it('comes out of a pipe as it went in, short or long', () => {
    const short = Buffer.from('a short one');
    expect(replayed(new MemorySource(short)).equals(withInsert(short))).toBe(true);
    expect(replayed(new MemorySource(LONG)).equals(withInsert(LONG))).toBe(true);
    const five = Buffer.from('five5');
    expect(replayed(new MemorySource(five)).toString()).toBe('five5NEW ');
  });

  it('comes out of a file as it went in, from where its descriptor stands', () => {
    const { fd, source } = file(LONG);
    readSync(fd, Buffer.alloc(1000), 0, 1000, null);
    expect(replayed(source).equals(withInsert(LONG.subarray(1000)))).toBe(true);
    closeSync(fd);
  });

  it('comes out as it was hashed when its file grows under the first pass', () => {
    const { fd, path, source } = file(LONG);
    readSync(fd, Buffer.alloc(1000), 0, 1000, null);
    const more = Buffer.from('and more\n');
    const output = replayed(
      source,
      () => appendFileSync(path, more),
      () => appendFileSync(path, 'too late'),
    );
    expect(output.equals(withInsert(Buffer.concat([LONG.subarray(1000), more])))).toBe(true);
    closeSync(fd);
  });

  it('comes out as it was hashed when its file is written over', () => {
    const { fd, path, source } = file(LONG);
    const overwrite = () => {
      const writing = openSync(path, 'r+');
      writeSync(writing, Buffer.from('XXXXXXXX'), 0, 8, 0);
      closeSync(writing);
    };
    const expected = Buffer.from(LONG);
    expected.write('XXXXXXXX');
    expect(replayed(source, overwrite).equals(withInsert(expected))).toBe(true);
    closeSync(fd);
  });

  it.each([
    [
      'is cut under the first pass',
      (path: string) => truncateSync(path, 100),
      () => {},
      'the message file was truncated while it was being read',
    ],
    [
      'changes before the second',
      () => {},
      (path: string) => appendFileSync(path, 'x'),
      'the message file changed while it was being copied',
    ],
  ])('is an error when its file %s', (_, inTheMiddle, beforeTheSecond, message) => {
    const { fd, path, source } = file(LONG);
    const run = () =>
      replayed(
        source,
        () => inTheMiddle(path),
        () => beforeTheSecond(path),
      );
    expect(run).toThrow(expect.objectContaining({ code: 'input-changed', kind: 'temporary', message }));
    closeSync(fd);
  });
});

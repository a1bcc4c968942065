import { describe, expect, it } from 'vitest';
import { BlockSink, sinkBehind } from '../../../src/console/streams/block-sink.ts';
import { type ByteSink, MemorySink } from '../../../src/console/streams/bytes.ts';

function recorder(isTerminal = false): ByteSink & { readonly writes: string[] } {
  const writes: string[] = [];
  return { writes, isTerminal, columns: 80, write: (bytes) => void writes.push(String(bytes)) };
}

describe('a block sink', () => {
  it('writes whole lines in blocks, and the rest when it is flushed', () => {
    const sink = recorder();
    const blocks = new BlockSink(sink);
    const line = `${'x'.repeat(999)}\n`;
    for (let i = 0; i < 100; i++) blocks.write(line);
    expect(sink.writes.length).toBeGreaterThan(1);
    expect(sink.writes.length).toBeLessThan(10);
    expect(sink.writes.every((block) => block.endsWith('\n'))).toBe(true);
    blocks.flush();
    blocks.flush();
    expect(sink.writes.join('')).toBe(line.repeat(100));
  });

  it('holds nothing back from a terminal', () => {
    const sink = recorder(true);
    new BlockSink(sink).write('line\n');
    expect(sink.writes).toEqual(['line\n']);
  });

  it('goes before what is written behind it', () => {
    const both = new MemorySink();
    const blocks = new BlockSink(both);
    blocks.write('first\n');
    sinkBehind(blocks, both).write('second\n');
    blocks.write('third\n');
    blocks.flush();
    expect(both.text).toBe('first\nsecond\nthird\n');
  });
});

import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { helpText } from '../../../src/console/options/help-text.ts';
import { main } from '../../../src/main.ts';

async function helpOf(args: readonly string[], columns: number): Promise<string> {
  const stdout = new MemorySink(true, columns);
  const context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout,
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  await main([...args, '--help'], context, COMMANDS);
  return stdout.text;
}

describe('help', () => {
  it.each([[], ...COMMANDS.map(({ name }) => [name])])('fits 60 and 80 columns: %s', async (...args) => {
    for (const columns of [60, 80]) {
      const text = await helpOf(args, columns);
      expect(text).toContain('Examples:\n');
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('wraps notes, and folds examples as a shell reads them', () => {
    const text = "Note one\ngoes on.\n\nExamples:\n  dktool a 'b c d' < in | e f\n  dktool g\n";
    expect(helpText(text, 16)).toBe(
      "Note one goes\non.\n\nExamples:\n  dktool a \\\n      'b c d' \\\n      < in | e \\\n      f\n  dktool g\n",
    );
    expect(helpText(text, 80)).toBe(text.replace('one\ngoes', 'one goes'));
  });
});

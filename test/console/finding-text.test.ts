import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { MemorySink } from '../../src/console/bytes.ts';
import { findingText } from '../../src/console/finding-text.ts';

const LINES = `error: example.com: ${'some words '.repeat(12)}; remedy: do it [code-one]
warning: short [code-two]
`;

it('findings are wrapped at words at a terminal, the severity in colour', async () => {
  const text = (await findingText(new MemorySink(true, 60), 'auto', {}))(LINES);
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
  expect(lines.map((line) => line.trimStart()).join(' ')).toBe(
    LINES.trimEnd().replaceAll('\n', ' ').replace(/ +/g, ' '),
  );
  expect(lines[1]).toMatch(/^ {4}\S/);
  expect(text).toContain('\u001b[31merror\u001b[39m: ');
  expect(text).toContain('\u001b[33mwarning\u001b[39m: short [code-two]\n');
  expect((await findingText(new MemorySink(true, 60), 'auto', { NO_COLOR: '1' }))(LINES)).not.toContain('\u001b');
});

it('findings stand on a line each in a pipe', async () => {
  expect((await findingText(new MemorySink(), 'auto', {}))(LINES)).toBe(LINES);
});

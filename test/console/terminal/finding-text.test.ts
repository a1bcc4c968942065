import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { MemorySink } from '../../../src/console/streams/bytes.ts';
import { findingText } from '../../../src/console/terminal/finding-text.ts';

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

it('a command or a record in a remedy stays in one piece', async () => {
  const wrap = await findingText(new MemorySink(true, 60), 'never', {});
  const remedy = `remedy: dktool keygen example.com -s 2026a -o '/etc/domainkeys/example.com/2026a' --group qmail [code-one]`;
  const text = wrap(`error: example.com: ${'some words '.repeat(12)}; ${remedy}\n`);
  expect(text.split('\n').at(-2)).toBe(`    ${remedy}`);
  expect(
    wrap(`error: a: b; remedy: _dmarc.a. IN TXT "v=DMARC1; p=none" ${'x '.repeat(40)}[c]\n`).split('\n'),
  ).toHaveLength(3);
});

it('findings stand on a line each in a pipe', async () => {
  expect((await findingText(new MemorySink(), 'auto', {}))(LINES)).toBe(LINES);
});

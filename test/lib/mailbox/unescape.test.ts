import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EscapeForm, FromUnescaper } from '../../../src/lib/mailbox/unescape.ts';

function unescaped(text: string, form: EscapeForm, size = text.length): { text: string; count: number } {
  const unescaper = new FromUnescaper(form);
  let out = '';
  for (let at = 0; at < text.length; at += Math.max(1, size)) {
    out += unescaper.write(Buffer.from(text.slice(at, at + Math.max(1, size)), 'latin1')).toString('latin1');
  }
  return { text: out + unescaper.end().toString('latin1'), count: unescaper.count };
}

describe('lines that an mbox escaped', () => {
  it.each([
    ['mboxo', '>From a\n>>From b\nc >From d\n', 'From a\n>>From b\nc >From d\n', 1],
    ['mboxrd', '>From a\n>>From b\nc >From d\n>>>From', 'From a\n>From b\nc >From d\n>>>From', 2],
    ['mboxrd', '>>>>>>>>>>From a\r\n> >From b\n>from c', '>>>>>>>>>From a\r\n> >From b\n>from c', 1],
  ] as const)('lose a > in %s: %j', (form, text, expected, count) => {
    for (const size of [1, 2, 3, 7, 100]) expect(unescaped(text, form, size)).toEqual({ text: expected, count });
  });

  it('are as they were before, whatever the pieces', () => {
    const line = fc.stringMatching(/^>{0,3}(?:From |Fro|From|a)>{0,2}(?:From )?$/);
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, size) => {
        const text = lines.join('\n');
        expect(unescaped(text.replace(/^(?=>*From )/gm, '>'), 'mboxrd', size).text).toBe(text);
        const plain = text.replace(/^(?:>From )+/gm, '');
        expect(unescaped(plain.replace(/^(?=From )/gm, '>'), 'mboxo', size).text).toBe(plain);
      }),
    );
  });

  it('take time that grows with the text', () => {
    const start = performance.now();
    unescaped('>'.repeat(4_000_000), 'mboxrd', 64 * 1024);
    unescaped('>From '.repeat(700_000), 'mboxrd', 64 * 1024);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

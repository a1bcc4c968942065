import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldTags, foldWords, type TagText } from '../../../src/lib/header/fold.ts';
import { parseTagList, withoutWhitespace } from '../../../src/lib/syntax/tag-list.ts';

const value = fc.stringMatching(/^[A-Za-z0-9+/]{0,200}$/);
const names = fc.array(fc.stringMatching(/^[A-Z][a-z-]{0,20}$/), { minLength: 1, maxLength: 20 });
const lists = fc.tuple(value, names, value, value, fc.constantFrom<'\n' | '\r\n'>('\n', '\r\n'));
const tagsOf = (d: string, h: readonly string[], bh: string, b: string): TagText[] => [
  { name: 'd', value: d.slice(0, 60) },
  { name: 'h', value: h.join(':'), breakAfter: ':' },
  { name: 'bh', value: bh, breakAnywhere: true },
  { name: 'b', value: b, breakAnywhere: true },
];

it('words fill a line to its last column', () => {
  const layout = { fold: '\n ', indent: 1, start: 0 };
  expect(foldWords(['aaa', 'bbb', 'cc'], { ...layout, width: 7 })).toBe('aaa bbb\n cc');
  expect(foldWords(['aaa', 'bbb', 'cc'], { ...layout, width: 6 })).toBe('aaa\n bbb\n cc');
});

describe('a folded tag list', () => {
  it('is folded between tags, behind colons and in base64', () => {
    const tags: TagText[] = [
      { name: 'v', value: '1' },
      { name: 'd', value: 'example.com' },
      { name: 'h', value: Array.from({ length: 12 }, () => 'Subject').join(':'), breakAfter: ':' },
      { name: 'b', value: 'A'.repeat(100), breakAnywhere: true },
    ];
    expect(foldTags('X', tags, '\n')).toBe(
      [
        'X: v=1; d=example.com; h=Subject:Subject:Subject:Subject:Subject:Subject:',
        '\tSubject:Subject:Subject:Subject:Subject:Subject;',
        `\tb=${'A'.repeat(73)}`,
        `\t${'A'.repeat(27)}`,
      ].join('\n'),
    );
  });

  it('has lines of at most 78 characters, and says what was to be said', () => {
    fc.assert(
      fc.property(lists, ([d, h, bh, b, lineEnd]) => {
        const text = foldTags('DKIM-Signature', tagsOf(d, h, bh, b), lineEnd);
        for (const line of text.split(lineEnd)) {
          expect(line.length).toBeLessThanOrEqual(78);
          expect(line).not.toMatch(/[\r\n]|^$|^\s+$/);
        }
        const list = parseTagList(text.slice('DKIM-Signature:'.length));
        if (!list.ok) throw new Error(list.problem);
        const read = [...list.tags.values()].map((tag) => [tag.name, withoutWhitespace(tag.value)]);
        expect(read).toEqual(tagsOf(d, h, bh, b).map((tag) => [tag.name, tag.value]));
      }),
    );
  });

  it('with an empty last tag is what stands before the value of that tag', () => {
    fc.assert(
      fc.property(lists, ([d, h, bh, b, lineEnd]) => {
        const empty = foldTags('DKIM-Signature', tagsOf(d, h, bh, ''), lineEnd);
        expect(foldTags('DKIM-Signature', tagsOf(d, h, bh, b), lineEnd).startsWith(empty)).toBe(true);
      }),
    );
  });

  it('never folds inside an =XX (RFC 6376 section 2.11)', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '=20', '=3D'), { minLength: 60, maxLength: 120 }), (parts) => {
        const text = foldTags('X', [{ name: 'z', value: parts.join(''), breakAnywhere: true }], '\n');
        expect(text).not.toMatch(/=[0-9A-F]?\n/);
        expect(withoutWhitespace(text)).toBe(`X:z=${parts.join('')}`);
      }),
    );
  });
});

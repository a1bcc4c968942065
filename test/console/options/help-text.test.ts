import { describe, expect, it } from 'vitest';
import { asExample, paragraphs } from '../../../src/console/options/help-text.ts';

describe('the text of help', () => {
  it('is wrapped in paragraphs', () => {
    expect(paragraphs('\nNote one\ngoes on.\n\nTwo.\n', 16)).toEqual([
      'Note one goes on.'.slice(0, 13),
      'on.',
      '',
      'Two.',
    ]);
    expect(paragraphs('Note one\ngoes on.', 80)).toEqual(['Note one goes on.']);
  });

  it('has examples that are folded as a shell reads them', () => {
    expect(asExample("dktool a 'b c d' < in | e f", 16)).toEqual([
      '  dktool a \\',
      "      'b c d' \\",
      '      < in | e \\',
      '      f',
    ]);
    expect(asExample('dktool g', 16)).toEqual(['  dktool g']);
  });
});

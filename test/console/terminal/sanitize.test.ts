import { describe, expect, it } from 'vitest';
import type { ErrorReport } from '../../../src/lib/report/verify.ts';
import { jsonLine, printable } from '../../../src/console/terminal/sanitize.ts';

describe('text from outside', () => {
  it.each([
    ['', ''],
    ['plain text, ~', 'plain text, ~'],
    ['Jörg <jörg@例え.テスト> 😀', 'Jörg <jörg@例え.テスト> 😀'],
    ['\u001b]0;x\u0007\r\n\t', '\\x1b]0;x\\x07\\x0d\\x0a\\x09'],
    ['\u007f\u0080\u009b', '\\x7f\\x80\\x9b'],
    ['\u2028\u2029\u202e\u2066\u061c\u200f', '\\u{2028}\\u{2029}\\u{202e}\\u{2066}\\u{61c}\\u{200f}'],
    ['a\ud800b', 'a\\u{d800}b'],
  ])('%j is shown as %j', (text, shown) => expect(printable(text)).toBe(shown));

  it('is escaped in JSON as JSON does it, and stays what it was', () => {
    const file = 'Jörg \u202e\u00ad\u{e0041}\u009b\u0007"\\';
    const value: ErrorReport = { file, error: { code: 'no-input', kind: 'permanent', detail: '' } };
    const line = jsonLine(value);
    expect(line.slice(0, line.indexOf(',"error"'))).toBe(
      '{"file":"Jörg \\u202e\\u00ad\\udb40\\udc41\\u009b\\u0007\\"\\\\"',
    );
    expect(JSON.parse(line)).toEqual(value);
  });

  it('shows every character that is invisible by default', () => {
    const invisible = /\p{Default_Ignorable_Code_Point}/u;
    let count = 0;
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code);
      if (!invisible.test(character)) continue;
      count++;
      expect(printable(`a${character}`)).toMatch(/^a\\(?:x..|u\{[0-9a-f]+\})$/);
    }
    expect(count).toBeGreaterThan(4000);
  });

  it.each([0xad, 0x34f, 0x180e, 0x206f, 0x3164, 0xe0041, 0x115f, 0xfe0f, 0xffa0, 0xfeff, 0x1bca0])(
    'U+%s among them',
    (code) => {
      expect(printable(String.fromCodePoint(code))).toContain(code.toString(16));
    },
  );
});

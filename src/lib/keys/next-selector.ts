/** A name for the key that comes after another: `2026a` -> `2026b`, `s1` -> `s2`, `default` -> `default2`. */
export function nextSelector(selector: string): string {
  const [, year, letter] = /^(.*\d)([a-y])$/i.exec(selector) ?? [];
  if (letter !== undefined) return year! + String.fromCharCode(letter.charCodeAt(0) + 1);
  const [, name = '', digits] = /^(.*?)(\d{1,15})$/.exec(selector) ?? [];
  if (digits === undefined) return `${selector}2`;
  return name + String(Number(digits) + 1).padStart(digits.length, '0');
}

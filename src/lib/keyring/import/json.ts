/** Objects of JSON: one list of them, or one a line. */
import { fieldCalled, type Fields } from './fields.ts';

/** @param text UTF-8. @returns `undefined` where it is no such thing */
export function parseJsonRecords(text: string): Fields[] | undefined {
  const values = valuesIn(text.trimStart());
  if (values === undefined) return undefined;
  const all: Fields[] = [];
  for (const value of values) {
    if (typeof value !== 'object' || value === null) return undefined;
    const fields: Fields = {};
    for (const [key, content] of Object.entries(value)) {
      const field = fieldCalled(key);
      const cell = textOf(content);
      if (field !== undefined && cell !== undefined) fields[field] ??= cell;
    }
    if (fields.name === undefined && fields.domain === undefined) return undefined;
    all.push(fields);
  }
  return all;
}

function valuesIn(text: string): unknown[] | undefined {
  try {
    if (text.startsWith('[')) return JSON.parse(text) as unknown[];
    if (!text.startsWith('{')) return undefined;
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

/** latin1; a list is one of character-strings. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('latin1');
  if (typeof value === 'number') return String(Math.floor(value));
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? textOf(value.join('')) : undefined;
  return undefined;
}

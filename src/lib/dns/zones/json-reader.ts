/**
 * A JSON reader (RFC 8259) that keeps the place of every value, so that a mistake in a zone file can be shown, and that
 * keeps members of the same name instead of dropping all but the last.
 */
import type { Place } from './record.ts';

export type JsonNode =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[]; readonly at: number }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[]; readonly at: number }
  | { readonly kind: 'string'; readonly text: string; readonly at: number }
  | { readonly kind: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'literal'; readonly at: number };

export interface JsonMember {
  readonly key: string;
  readonly at: number;
  readonly value: JsonNode;
}

/** Zone JSON is four levels deep; deeper nesting would only cost stack. */
const MAX_DEPTH = 16;

/**
 * @param fail makes the error for a fault at an offset
 * @throws what `fail` makes, for text that is not JSON or is nested more than 16 levels deep
 */
export function readJson(text: string, fail: (at: number, fault: string) => Error): JsonNode {
  const reader = new Reader(text, fail);
  return reader.whole();
}

/** Line and column of an offset, both from 1. */
export function placeOf(text: string, at: number): Place {
  const before = text.lastIndexOf('\n', at - 1);
  let line = 1;
  for (let i = before; i >= 0; i = i === 0 ? -1 : text.lastIndexOf('\n', i - 1)) line++;
  return { line, column: at - before };
}

class Reader {
  readonly #text: string;
  readonly #fail: (at: number, fault: string) => Error;
  #at = 0;

  constructor(text: string, fail: (at: number, fault: string) => Error) {
    this.#text = text;
    this.#fail = fail;
  }

  whole(): JsonNode {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#fail(this.#at, 'text follows the end of the JSON value');
    return value;
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && ' \t\r\n'.includes(this.#text[this.#at]!)) this.#at++;
  }

  /** The next character that is not a blank, `''` at the end. */
  #peek(): string {
    this.#skipBlanks();
    return this.#text[this.#at] ?? '';
  }

  #value(depth: number): JsonNode {
    const first = this.#peek();
    const at = this.#at;
    if (depth >= MAX_DEPTH) throw this.#fail(at, `the JSON is nested more than ${MAX_DEPTH} levels deep`);
    if (first === '{') return { kind: 'object', members: this.#list('}', () => this.#member(depth)), at };
    if (first === '[') return { kind: 'array', items: this.#list(']', () => this.#value(depth + 1)), at };
    if (first === '"') return { kind: 'string', text: this.#string(), at };
    return this.#word(at);
  }

  #member(depth: number): JsonMember {
    if (this.#peek() !== '"') throw this.#expected('a name in double quotes');
    const at = this.#at;
    const key = this.#string();
    if (this.#peek() !== ':') throw this.#expected("':'");
    this.#at++;
    return { key, at, value: this.#value(depth + 1) };
  }

  #list<T>(close: string, item: () => T): T[] {
    this.#at++;
    const items: T[] = [];
    if (this.#peek() === close) {
      this.#at++;
      return items;
    }
    for (;;) {
      items.push(item());
      const next = this.#peek();
      if (next !== ',' && next !== close) throw this.#expected(`',' or '${close}'`);
      this.#at++;
      if (next === close) return items;
    }
  }

  #string(): string {
    const start = this.#at;
    let end = start + 1;
    for (let code = this.#text.charCodeAt(end); code !== 0x22; code = this.#text.charCodeAt(end)) {
      if (Number.isNaN(code)) throw this.#fail(start, 'a string is not closed');
      if (code < 0x20) throw this.#fail(end, 'a string contains a control character or a line break');
      end += code === 0x5c ? 2 : 1;
    }
    this.#at = end + 1;
    const raw = this.#text.slice(start + 1, end);
    if (!raw.includes('\\')) return raw;
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      throw this.#fail(start, 'a string contains an escape that is not JSON');
    }
  }

  #word(at: number): JsonNode {
    let end = at;
    while (/[\w.+-]/.test(this.#text[end] ?? '')) end++;
    const word = this.#text.slice(at, end);
    if (word === 'true' || word === 'false' || word === 'null') {
      this.#at = end;
      return { kind: 'literal', at };
    }
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(word)) throw this.#expected('a JSON value');
    this.#at = end;
    return { kind: 'number', value: Number(word), at };
  }

  #expected(what: string): Error {
    const found = this.#at < this.#text.length ? `'${this.#text[this.#at]}'` : 'the end of the file';
    return this.#fail(this.#at, `expected ${what}, found ${found}`);
  }
}

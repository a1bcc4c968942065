/** UCL, the language of rspamd's configuration files (github.com/vstakhov/libucl): as much of it as says where keys are. */

export type UclValue = string | readonly UclValue[] | UclObject;

/** Names as written. */
export type UclObject = ReadonlyMap<string, UclValue>;

export interface UclInclude {
  /** As written, with variables such as `$LOCAL_CONFDIR` in it. */
  readonly path: string;
  /** `try=true`: the file need not be there. */
  readonly isOptional: boolean;
}

export type ParsedUcl =
  | { readonly ok: true; readonly value: UclObject; readonly includes: readonly UclInclude[] }
  /** `line` from 1; `problem` without its subject, the line. */
  | { readonly ok: false; readonly line: number; readonly problem: string };

/** Sections within sections. Real files have three. */
const MAX_DEPTH = 16;

/** Parse a file. Never throws; linear in the length of the text. Numbers and booleans stay texts. */
export function parseUcl(text: string): ParsedUcl {
  const reader = new UclReader(text);
  try {
    const value = reader.members(0);
    return { ok: true, value, includes: reader.includes };
  } catch (error) {
    if (!(error instanceof UclFault)) throw error;
    return { ok: false, line: text.slice(0, error.at).split('\n').length, problem: error.message };
  }
}

class UclFault extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

const SPACE = /(?:[\s,;]+|#[^\n]*)+/y;
const NAME = /[^\s"'{}[\]=:;,#]+/y;
const BARE = /[^\n;,{}[\]#]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy;
const HEREDOC = /<<([A-Z]+)\n/y;
const INCLUDE = /\.[a-z_]+[ \t]*(\([^)\n]*\))?[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s;]+))/y;

class UclReader {
  readonly includes: UclInclude[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The members of a section, up to its `}` or to the end of the file. */
  members(depth: number): UclObject {
    if (depth > MAX_DEPTH) throw new UclFault(this.#at, `has sections nested more than ${MAX_DEPTH} deep`);
    const members = new Map<string, UclValue>();
    for (;;) {
      this.#skip();
      if (this.#at >= this.#text.length) {
        if (depth > 0) throw new UclFault(this.#text.length, 'is the end of the file, but a section is still open');
        return members;
      }
      if (this.#take('}')) {
        if (depth === 0) throw new UclFault(this.#at, 'has a } that closes nothing');
        return members;
      }
      if (depth === 0 && members.size === 0 && this.#take('{')) return this.members(1);
      if (this.#text[this.#at] === '.') this.#include();
      else this.#member(members, depth);
    }
  }

  #member(members: Map<string, UclValue>, depth: number): void {
    const name = this.#name();
    this.#skipBlanks();
    if (this.#take('=') || this.#take(':')) return put(members, name, this.#value(depth));
    if (this.#peek() === '{' || this.#peek() === '[') return put(members, name, this.#value(depth));
    // `section "name" { ... }` is a section within a section.
    const [second] = this.#match(QUOTED, NAME) ?? [];
    this.#skipBlanks();
    if (second === undefined) throw new UclFault(this.#at, `has '${name.slice(0, 40)}' without a value`);
    const inner = second.replace(/^["']|["']$/g, '');
    if (this.#peek() === '{') return put(members, name, new Map([[inner, this.#value(depth)]]));
    put(members, name, inner);
  }

  #name(): string {
    const match = this.#match(QUOTED, NAME);
    if (match === undefined) throw new UclFault(this.#at, `has '${this.#peek()}' where a name is expected`);
    return match[1] ?? match[2] ?? match[0];
  }

  #value(depth: number): UclValue {
    this.#skip();
    if (this.#take('{')) return this.members(depth + 1);
    if (this.#take('[')) return this.#list(depth + 1);
    const heredoc = this.#match(HEREDOC);
    if (heredoc !== undefined) return this.#heredoc(heredoc[1]!);
    const quoted = this.#match(QUOTED);
    if (quoted !== undefined) return unescaped(quoted[1] ?? quoted[2] ?? '');
    const bare = this.#match(BARE);
    if (bare === undefined) throw new UclFault(this.#at, `has '${this.#peek()}' where a value is expected`);
    return bare[0].trim();
  }

  #list(depth: number): UclValue[] {
    if (depth > MAX_DEPTH) throw new UclFault(this.#at, `has sections nested more than ${MAX_DEPTH} deep`);
    const items: UclValue[] = [];
    for (;;) {
      this.#skip();
      if (this.#take(']')) return items;
      if (this.#at >= this.#text.length)
        throw new UclFault(this.#at, 'is the end of the file, but a list is still open');
      items.push(this.#value(depth));
    }
  }

  #heredoc(mark: string): string {
    const end = this.#text.indexOf(`\n${mark}`, this.#at - 1);
    if (end < 0) throw new UclFault(this.#at, `begins a text that is not closed by ${mark}`);
    const value = this.#text.slice(this.#at, Math.max(end, this.#at));
    this.#at = end + 1 + mark.length;
    return value;
  }

  #include(): void {
    const match = this.#match(INCLUDE);
    if (match === undefined) throw new UclFault(this.#at, 'begins with a dot but is not .include');
    const [whole, parameters = ''] = match;
    const path = match[2] ?? match[3] ?? match[4]!;
    if (/^\.(?:try_)?include/.test(whole)) {
      this.includes.push({ path, isOptional: whole.startsWith('.try') || /try *= *true/.test(parameters) });
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? 'the end of the file';
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(...patterns: readonly RegExp[]): RegExpExecArray | undefined {
    for (const pattern of patterns) {
      pattern.lastIndex = this.#at;
      const match = pattern.exec(this.#text);
      if (match === null) continue;
      this.#at = pattern.lastIndex;
      return match;
    }
    return undefined;
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at++;
  }

  /** White space, separators and comments; those of C may hold one another. */
  #skip(): void {
    for (;;) {
      this.#match(SPACE);
      if (!this.#text.startsWith('/*', this.#at)) return;
      const begin = this.#at;
      let open = 0;
      do {
        if (this.#text.startsWith('/*', this.#at)) open++;
        else if (this.#text.startsWith('*/', this.#at)) open--;
        else {
          if (this.#at >= this.#text.length) throw new UclFault(begin, 'begins a comment that is not closed');
          this.#at++;
          continue;
        }
        this.#at += 2;
      } while (open > 0);
    }
  }
}

/** A section that comes again goes on; of other values the last one counts. */
function put(members: Map<string, UclValue>, name: string, value: UclValue): void {
  const before = members.get(name);
  if (before instanceof Map && value instanceof Map) members.set(name, mergeUcl(before, value as UclObject));
  else members.set(name, value);
}

/** Two files as one, the second one counting where both say something. */
export function mergeUcl(first: UclObject, second: UclObject): UclObject {
  const merged = new Map(first);
  for (const [name, value] of second) put(merged, name, value);
  return merged;
}

function unescaped(text: string): string {
  const plain: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return text.replaceAll(/\\(.)/gs, (_, character: string) => plain[character] ?? character);
}

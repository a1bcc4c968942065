/** Characters that built-in functions go through, which V8's counters of blocks do not see. */

let characters = 0;

/** Since the last call. */
export function takeCharacters(): number {
  const taken = characters;
  characters = 0;
  return taken;
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Count what a method goes through, by what it was called with and what it returned. */
function count(
  owner: object,
  name: string,
  cost: (self: { length: number }, args: unknown[], result: unknown) => number,
): void {
  const methods = owner as Record<string, Method>;
  const real = methods[name]!;
  const counted: Method = function (...args) {
    const result = real.apply(this, args);
    characters += cost(this as { length: number }, args, result);
    return result;
  };
  replace(owner, name, counted);
}

function replace(owner: object, name: string, value: Method): void {
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
}

const sizeOf = (value: unknown) => (value as { length?: number } | null)?.length ?? 0;
const whole = (self: { length: number }) => self.length;
const product = (_: unknown, __: unknown, result: unknown) => sizeOf(result);
/** From where a search begins to where it found something. */
const found = (self: { length: number }, [, from = 0]: unknown[], at: unknown) =>
  (at === -1 ? self.length : (at as number)) - Math.min(Number(from) || 0, self.length) + 1;
const foundBackwards = (self: { length: number }, [, from = self.length]: unknown[], at: unknown) =>
  Math.min(Number(from), self.length) - (at as number) + 1;

/** To be called before anything of what is measured is loaded: some of it keeps methods. */
export function countNativeWork(): void {
  for (const prototype of [String.prototype, Buffer.prototype, Uint8Array.prototype]) {
    count(prototype, 'indexOf', found);
    count(prototype, 'lastIndexOf', foundBackwards);
  }
  for (const name of [
    'split',
    'trim',
    'trimEnd',
    'trimStart',
    'toLowerCase',
    'toUpperCase',
    'includes',
    'localeCompare',
  ]) {
    count(String.prototype, name, whole);
  }
  for (const name of ['repeat', 'replace', 'replaceAll', 'padEnd', 'normalize', 'concat']) {
    count(String.prototype, name, (self, _, result) => Math.max(self.length, sizeOf(result)));
  }
  for (const name of ['toString', 'latin1Slice', 'utf8Slice', 'hexSlice', 'base64Slice', 'asciiSlice']) {
    if (name in Buffer.prototype) count(Buffer.prototype, name, product);
  }
  for (const name of ['copy', 'write', 'latin1Write']) count(Buffer.prototype, name, (_, __, octets) => Number(octets));
  for (const name of ['compare', 'equals', 'fill']) count(Buffer.prototype, name, whole);
  count(Uint8Array.prototype, 'set', (_, [from]) => sizeOf(from));
  count(Buffer, 'concat', product);
  count(Buffer, 'from', product);
  count(Array.prototype, 'slice', product);
  for (const name of [
    'map',
    'filter',
    'concat',
    'flat',
    'flatMap',
    'join',
    'includes',
    'indexOf',
    'some',
    'every',
    'find',
  ]) {
    count(Array.prototype, name, (self, _, result) => Math.max(self.length, sizeOf(result)));
  }
  for (const name of ['shift', 'unshift', 'splice', 'sort', 'reverse']) count(Array.prototype, name, whole);
  // All methods that take an expression end up here: ECMA-262, RegExpExec.
  const exec = Object.getOwnPropertyDescriptor(RegExp.prototype, 'exec')!.value as Method;
  const counted: Method = function (text) {
    const { global, sticky, source, lastIndex } = this as RegExp;
    const from = global || sticky ? lastIndex : 0;
    const match = exec.call(this, text) as RegExpExecArray | null;
    if (match !== null) characters += match.index + match[0].length - from + 1;
    else characters += sticky || source.startsWith('^') ? 1 : sizeOf(text) - from + 1;
    return match;
  };
  replace(RegExp.prototype, 'exec', counted);
}

/** Strict readers of what DNS services and configuration programs are given, written from their documents. Nothing is forgiven. */

/** Character-strings in quotes with one blank between them: `\"`, `\\`, `\DDD` in decimal (RFC 1035) or octal (Route 53). */
export function readQuotedStrings(text: string, radix: 8 | 10): string[] {
  const strings: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (at > 0 && text[at++] !== ' ') throw new Error(`no blank at ${at} of ${text}`);
    if (text[at++] !== '"') throw new Error(`no quote at ${at} of ${text}`);
    let string = '';
    for (; text[at] !== '"'; ) {
      const [raw, octet] = readOctet(text.slice(at, at + 4), radix);
      string += octet;
      at += raw;
    }
    at++;
    if (string.length > 255) throw new Error(`a string has ${string.length} octets`);
    strings.push(string);
  }
  return strings;
}

function readOctet(text: string, radix: 8 | 10): [number, string] {
  if (!/^[\x20-\x7e]/.test(text)) throw new Error(`not printable, or no end: ${JSON.stringify(text)}`);
  if (!text.startsWith('\\')) return [1, text[0]!];
  const digits = /^\\(\d{3})/.exec(text)?.[1];
  if (digits !== undefined) {
    const octet = Number.parseInt(digits, radix);
    if (octet > 255 || (radix === 8 && /[89]/.test(digits))) throw new Error(`no octet: ${text}`);
    return [4, String.fromCharCode(octet)];
  }
  // Route 53's guide knows no escaped backslash
  if (text[1] === '"' || (text[1] === '\\' && radix === 10)) return [2, text[1]];
  throw new Error(`unknown escape: ${text}`);
}

/**
 * The attributes of one HCL resource block whose values are strings, numbers, references and lists of one string (HCL Native
 * Syntax Specification). Templates are an error: none is meant.
 */
export function readHclResource(text: string): { type: string; label: string; attributes: Record<string, unknown> } {
  const [, type = '', label = '', body] =
    /^resource "([a-z0-9_]+)" "([A-Za-z_][A-Za-z0-9_-]*)" \{\n([^]*)\n\}$/.exec(text) ?? [];
  if (body === undefined) throw new Error(`no resource block: ${text}`);
  const attributes = body.split('\n').map((line) => {
    const [, name, value] = /^ {2}([a-z_]+) *= (.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no attribute: ${line}`);
    return [name, readHclValue(value)] as const;
  });
  return { type, label, attributes: Object.fromEntries(attributes) };
}

function readHclValue(value: string): unknown {
  if (/^\d+$/.test(value)) return Number(value);
  if (/^var\.[a-z_]+$/.test(value)) return { reference: value };
  if (value.startsWith('[') && value.endsWith(']')) return [readHclString(value.slice(1, -1))];
  return readHclString(value);
}

function readHclString(source: string): string {
  if (!/^"[^]*"$/.test(source)) throw new Error(`no string: ${source}`);
  const inner = source.slice(1, -1);
  const token = /\$\$\{|%%\{|\$\{|%\{|\\u([0-9a-f]{4})|\\(["\\nrt])|[\x20!#-[\]-~]/gy;
  let text = '';
  while (token.lastIndex < inner.length) {
    const at = token.lastIndex;
    const match = token.exec(inner);
    if (match === null || /^[$%]\{$/.test(match[0])) throw new Error(`not read at ${at}: ${inner.slice(at, at + 20)}`);
    const [all, unit, escape] = match;
    if (unit !== undefined) text += String.fromCharCode(Number.parseInt(unit, 16));
    else if (escape !== undefined) text += { n: '\n', r: '\r', t: '\t' }[escape] ?? escape;
    else text += all.length === 3 ? all.slice(1) : all;
  }
  return text;
}

/**
 * RFC 6376 section 3.4 word for word, on whole texts and line by line: what the streaming code is held against. Texts are
 * latin1; LF and CRLF both end a line, a bare CR is an octet like any other.
 */

export type Form = 'simple' | 'relaxed';

const LINE_END = /\r?\n/;

/** Sections 3.4.3 and 3.4.4. */
export function canonicalBody(form: Form, body: string): string {
  const lines = body.split(LINE_END);
  if (lines.at(-1) === '') lines.pop(); // behind the last line end there is no line
  const canonical = form === 'simple' ? lines : lines.map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (canonical.at(-1) === '') canonical.pop();
  if (canonical.length === 0) return form === 'simple' ? '\r\n' : '';
  return canonical.map((line) => `${line}\r\n`).join('');
}

/**
 * Sections 3.4.1 and 3.4.2.
 *
 * @param field name, colon and value with its folds, without the final line end
 */
export function canonicalField(form: Form, field: string): string {
  if (form === 'simple') return field.split(LINE_END).join('\r\n');
  const colon = field.indexOf(':');
  const name = field.slice(0, colon).replace(/[ \t]+$/, '');
  const unfolded = field
    .slice(colon + 1)
    .split(LINE_END)
    .join('');
  const value = unfolded.replace(/[ \t]+/g, ' ').replace(/^ | $/g, '');
  return `${name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())}:${value}`;
}

/** A message taken apart: fields with their folds, and the body. */
export function splitMessage(message: string): { readonly fields: readonly string[]; readonly body: string } {
  const fields: string[] = [];
  let rest = message;
  while (rest !== '') {
    const end = LINE_END.exec(rest);
    const line = end === null ? rest : rest.slice(0, end.index);
    rest = end === null ? '' : rest.slice(end.index + end[0].length);
    if (line === '') return { fields, body: rest };
    if (/^[ \t]/.test(line) && fields.length > 0) fields.push(`${fields.pop()}\r\n${line}`);
    else fields.push(line);
  }
  return { fields, body: '' };
}

/** Section 5.4.2: each name takes the lowest field that is left of it; one that is not there adds nothing. */
export function pickFields(fields: readonly string[], names: readonly string[]): string[] {
  const left = [...fields];
  return names.flatMap((name) => {
    const at = left.findLastIndex((field) => nameOf(field) === name.toLowerCase());
    return at === -1 ? [] : left.splice(at, 1);
  });
}

function nameOf(field: string): string {
  return field
    .slice(0, Math.max(field.indexOf(':'), 0))
    .trimEnd()
    .toLowerCase();
}

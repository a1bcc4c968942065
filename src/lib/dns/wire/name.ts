/**
 * Domain names as DNS knows them: labels of any octets. A text name is latin1 with dots between its labels; the root is
 * the empty text.
 */

/** RFC 1035 section 2.3.4. */
const MAX_LABEL = 63;
/** RFC 1035 section 2.3.4: 255 octets on the wire, which is two more than the text has (first length, final root). */
const MAX_NAME_TEXT = 253;

const UPPER = /[A-Z]/;

/** ASCII letters in lower case and every other octet as it is: names compare like this (RFC 4343 section 3). */
export function lowerAscii(name: string): string {
  return UPPER.test(name) ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** `example.com.` -> `example.com`: the final dot that marks a name as complete, where there is one. */
export function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** Whether a text name can be sent: no empty label, none over 63 octets, 255 octets in all (RFC 1035 section 2.3.4). The root can. */
export function canBeSent(name: string): boolean {
  if (name === '') return true;
  if (name.length > MAX_NAME_TEXT) return false;
  for (let start = 0; ; ) {
    const dot = name.indexOf('.', start);
    const length = (dot < 0 ? name.length : dot) - start;
    if (length === 0 || length > MAX_LABEL) return false;
    if (dot < 0) return true;
    start = dot + 1;
  }
}

/**
 * The labels of a text name, none for the root.
 *
 * @returns `undefined` where the name cannot be sent
 */
export function splitName(name: string): string[] | undefined {
  if (!canBeSent(name)) return undefined;
  return name === '' ? [] : name.split('.');
}

/** The text of labels. A dot inside a label, which only a record's data may have here, is written `\.`. */
export function joinLabels(labels: readonly string[]): string {
  return labels.map((label) => (label.includes('.') ? label.replaceAll('.', '\\.') : label)).join('.');
}

/** Octets of labels on the wire, with the root's. */
export function wireLength(labels: readonly string[]): number {
  return labels.reduce((total, label) => total + label.length + 1, 1);
}

/**
 * One text for one name, by which names are compared: case does not count (RFC 4343), and no label can be mistaken for
 * two. Not for people.
 */
export function nameKey(labels: readonly string[]): string {
  return lowerAscii(labels.join(BETWEEN));
}

/** Both as {@link nameKey} gives them: `child` is `parent` or lies below it. */
export function isBelow(child: string, parent: string): boolean {
  return parent === '' || child === parent || child.endsWith(BETWEEN + parent);
}

/** No octet: labels are U+0000..U+00FF. */
const BETWEEN = '\u0100';

/** What is wrong with labels as a name that can be sent, in words for a sentence. */
export function nameFault(labels: readonly string[]): string | undefined {
  if (labels.some((label) => label === '')) return 'has an empty label';
  if (labels.some((label) => label.length > MAX_LABEL)) return 'has a label of more than 63 octets';
  if (wireLength(labels) > 255) return 'is longer than 255 octets';
  return undefined;
}

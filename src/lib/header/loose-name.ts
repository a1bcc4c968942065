/** Field names as careless programs read them. */
import type { HeaderBlock, HeaderField } from './header-block.ts';

/** A name that holds nothing but what is always read alike. */
const PLAIN = /^[a-z0-9_-]+$/;
const COMMENT = /\([^()]*\)/g;
const NOT_IN_PLAIN = /[^a-z0-9_-]/g;

/**
 * The name of a field in lower case, without comments, white space, control characters, quotes, backslashes and octets from
 * 0x80 up: `Sub"ject" (x)\f:` is `subject` here. Also that of a line which is not a field by RFC 5322.
 */
export function looseName(header: HeaderBlock, field: HeaderField): string {
  if (PLAIN.test(field.name)) return field.name;
  const colon = header.text.indexOf(':', field.start);
  if (colon === -1 || colon >= field.end) return '';
  return header.text.slice(field.start, colon).toLowerCase().replace(COMMENT, '').replace(NOT_IN_PLAIN, '');
}

/** The fields that some program may take for fields of that name, top to bottom. @param names lower case */
export function fieldsReadAs(header: HeaderBlock, ...names: readonly string[]): HeaderField[] {
  return header.fields.filter((field) => names.includes(looseName(header, field)));
}

/** Recognising Received-SPF fields (RFC 7208 section 9.1) that some program may take for ours. */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { fieldsReadAs } from '../header/loose-name.ts';
import { looseSource, OwnName } from '../header/own-name.ts';
import { toAscii } from '../syntax/domain-name.ts';
import { textAsOctets } from '../syntax/octets.ts';

const RECEIVER = `(?:^|[\\0;(])${looseSource('receiver')}\\0?=\\0?`;
/** Before the comment stands the result. Its first word is the name of the checking host. */
const COMMENT = '\\(\\0?';
const NAMED = new RegExp(`${RECEIVER}[\\p{L}\\p{N}]|${COMMENT}[\\p{L}\\p{N}._\\-]+\\0?:`, 'u');
/** RFC 2047: nothing that a mail server writes there. */
const ENCODED_WORD = /=\?[^?\s]+\?[bq]\?/i;

/**
 * The fields that name our host as the one that checked, by `receiver=` or at the start of the comment, and those that name
 * nobody. Read as loosely as careless programs do; those of others are trace fields and stay.
 *
 * @param receiver our own name; `undefined` where we write none
 */
export function forgedReceivedSpf(header: HeaderBlock, receiver: string | undefined): HeaderField[] {
  const fields = fieldsReadAs(header, 'received-spf');
  if (fields.length === 0) return [];
  const octets = textAsOctets(receiver ?? '');
  const name = new OwnName(toAscii(octets) ?? octets, '(:=;');
  const ours = receiver === undefined ? undefined : new RegExp(`(?:${RECEIVER}|${COMMENT})${name.source}`, 'u');
  return fields.filter((field) => {
    const value = header.text.slice(header.text.indexOf(':', field.start) + 1, field.end);
    return ENCODED_WORD.test(value) || name.bare(value).some((text) => ours?.test(text) || !NAMED.test(text));
  });
}

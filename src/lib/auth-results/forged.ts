/** Recognising Authentication-Results fields that claim to be ours (RFC 8601 section 5). */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { fieldsReadAs, looseName } from '../header/loose-name.ts';
import { OwnName } from '../header/own-name.ts';
import { withoutComments } from '../syntax/comment-readings.ts';

/** RFC 8617 section 4.1.1. SpamAssassin counts such a field like one of the other kind. */
const ARC = 'arc-authentication-results';

/**
 * The fields that some program may take for results of ours (RFC 8601 section 5). Coming from outside they are forged, and are to be deleted before
 * ours is added; those of others are left alone. Programs read less strictly than the grammar is written, so what counts is
 * the name without comments, white space, control characters, quotes and backslashes, in any case, in A- or U-labels. A field
 * whose name is encoded (RFC 2047) goes whatever it says: no host writes its name so.
 *
 * @param id our authserv-id
 */
export function forgedResults(header: HeaderBlock, id: string): HeaderField[] {
  const candidates = fieldsReadAs(header, 'authentication-results', ARC);
  if (candidates.length === 0) return [];
  const name = new OwnName(id);
  // Mail::AuthenticationResults passes over the name of the field where it stands in the value again.
  const claim = new RegExp(`^[\\0.]*(?:(?:arc-)?authentication-results[\\0.]*)*${name.source}`, 'u');
  const isOurs = (head: string) => head.includes('=?') || name.bare(head).some((text) => claim.test(text));
  return candidates.filter((field) => {
    // The authserv-id of an ARC field stands behind the instance, `i=1;`
    const segments = looseName(header, field) === ARC ? 2 : 1;
    return withoutComments(valueOf(header, field)).some((value) => headsOf(value, segments).some(isOurs));
  });
}

/** Behind the first colon, which in a line that is not a field HeaderBlock does not look for. */
function valueOf(header: HeaderBlock, field: HeaderField): string {
  const from = field.name === '' ? header.text.indexOf(':', field.start) + 1 : field.valueStart;
  return header.text.slice(from, field.end);
}

/** Where an authserv-id may stand: what the first semicolons end, those with nothing before them not counted. */
function headsOf(value: string, count: number): string[] {
  const heads: string[] = [];
  for (let at = 0; at < value.length && heads.length < count; ) {
    const semicolon = value.indexOf(';', at);
    const end = semicolon === -1 ? value.length : semicolon;
    const head = value.slice(at, end);
    if (SAYS_SOMETHING.test(head)) heads.push(head);
    at = end + 1;
  }
  return heads;
}

const SAYS_SOMETHING = /[\w\u0080-\u00ff]|=\?/;

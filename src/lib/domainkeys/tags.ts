/** The tag=value format of DomainKeys (RFC 4870 appendix A): DKIM's, but stricter in what a tag and its value may be. */
import { parseTagList, type Tag } from '../syntax/tag-list.ts';

export type LetterTags =
  | { readonly ok: true; readonly tags: ReadonlyMap<string, Tag> }
  | { readonly ok: false; readonly problem: string };

/** Beside the folds of a header field, SPACE to TILDE. */
const VALUE = /^[\t\n\r\x20-\x7e]*$/;

/**
 * @param text latin1: the value of a header field with its folds, or the joined character-strings of a TXT record
 * @returns the tags, each named by one lower-case letter and there once; values without the blanks around them
 */
export function parseLetterTags(text: string): LetterTags {
  const list = parseTagList(text);
  if (!list.ok) return list;
  for (const { name, value } of list.tags.values()) {
    if (!/^[a-z]$/.test(name)) {
      return { ok: false, problem: `'${name.slice(0, 40)}' is not a tag name: tag names are one lower-case letter` };
    }
    if (!VALUE.test(value)) return { ok: false, problem: `tag ${name}= contains characters outside ASCII` };
  }
  return list;
}

/** The ADSP record (RFC 5617 section 4.2.1). */
import { parseTagList } from '../syntax/tag-list.ts';

export const ADSP_PRACTICES = ['unknown', 'all', 'discardable'] as const;

/** What a domain says of its own mail: nothing, that all of it is signed, or that what is not may be thrown away. */
export type AdspPractice = (typeof ADSP_PRACTICES)[number];

/** A practice, or why the record has none. */
export type ParsedAdspRecord =
  | { readonly ok: true; readonly practice: AdspPractice /** As written. */; readonly value: string }
  | { readonly ok: false; readonly problem: string };

/** hyphenated-word (RFC 4871 section 2.4). */
const HYPHENATED_WORD = /^[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/**
 * Parse an ADSP record (RFC 5617 section 4.2.1). A value that is none of the three practices is `unknown`; tags other than dkim= are ignored.
 *
 * @param text latin1, the character-strings of the TXT record joined without anything between them
 */
export function parseAdspRecord(text: string): ParsedAdspRecord {
  // The record starts with lower-case "dkim", optional white space and "=".
  if (!/^dkim[ \t]*=/.test(text)) return { ok: false, problem: 'it does not begin with dkim=' };
  if (/[\r\n]/.test(text)) return { ok: false, problem: 'it contains a line break' }; // section 4.1: WSP, not FWS
  const list = parseTagList(text);
  if (!list.ok) return { ok: false, problem: list.problem };
  const value = list.tags.get('dkim')?.value ?? '';
  if (!HYPHENATED_WORD.test(value)) return { ok: false, problem: `dkim=${value.slice(0, 40)} is not a word` };
  const practice = ADSP_PRACTICES.find((word) => word === value.toLowerCase()) ?? 'unknown';
  return { ok: true, practice, value };
}

/** The text of an ADSP record (RFC 5617 section 4.2.1). */
export function formatAdspRecord(practice: AdspPractice): string {
  return `dkim=${practice}`;
}

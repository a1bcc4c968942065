/** A TXT record as the programs want it that publish it. */
import { splitCharacterStrings } from './txt.ts';

export interface TxtRecord {
  /** Without a final dot; letters, digits, hyphens, underscores and dots only: it is not escaped. */
  readonly owner: string;
  /** The owner is a whole name, not one to which the zone's origin is added. */
  readonly isAbsolute: boolean;
  /** Seconds; `undefined`: the zone's own. */
  readonly ttl?: number | undefined;
  /** latin1, the strings joined. */
  readonly text: string;
}

export const TXT_FORMATS = ['bind', 'raw', 'json', 'tinydns'] as const;

export type TxtFormat = (typeof TXT_FORMATS)[number];

/**
 * One line without its line end.
 *
 * - `bind`: a master file line (RFC 1035 section 5.1), strings of at most 255 octets in quotes
 * - `raw`: the text alone, for web panels
 * - `json`: `{"name","absolute","type","ttl","text","strings"}`
 * - `tinydns`: a quote line of tinydns-data, which does its own cutting; its owner is always absolute
 */
export function formatTxtRecord(record: TxtRecord, format: TxtFormat): string {
  return FORMATTERS[format](record);
}

const FORMATTERS: Readonly<Record<TxtFormat, (record: TxtRecord) => string>> = {
  bind: formatBind,
  raw: ({ text }) => text,
  json: formatJson,
  tinydns: formatTinydns,
};

function formatTinydns({ owner, ttl, text }: TxtRecord): string {
  return `'${owner}:${tinydnsText(text)}${ttl === undefined ? '' : `:${ttl}`}`;
}

function formatBind({ owner, isAbsolute, ttl, text }: TxtRecord): string {
  const strings = splitCharacterStrings(text).map((string) => `"${masterFileText(string)}"`);
  const fields = [isAbsolute ? `${owner}.` : owner, ...(ttl === undefined ? [] : [ttl]), 'IN TXT', ...strings];
  return fields.join(' ');
}

function formatJson({ owner, isAbsolute, ttl, text }: TxtRecord): string {
  const strings = splitCharacterStrings(text);
  return JSON.stringify({ name: owner, absolute: isAbsolute, type: 'TXT', ttl: ttl ?? null, text, strings });
}

/** RFC 1035 section 5.1: `\"`, `\\`, and \DDD in decimal for what is not printable. */
function masterFileText(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    return `\\${character.charCodeAt(0).toString().padStart(3, '0')}`;
  });
}

/** tinydns-data: \ooo in octal for colons, backslashes and what is not printable. */
function tinydnsText(text: string): string {
  return text.replace(/[^\x20-\x7e]|[:\\]/g, (character) => {
    return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
}

/** RFC 1035 section 2.3.4: UDP without EDNS carries no more; old resolvers (qmail's without its patch) give up beyond. */
export const CLASSIC_UDP_OCTETS = 512;

/**
 * Octets of the smallest DNS message that answers with this record (RFC 1035 section 4.1): header, question, and one answer
 * whose owner is compressed.
 */
export function answerSize({ owner, text }: Pick<TxtRecord, 'owner' | 'text'>): number {
  const question = owner.length + 2 + 4;
  const data = splitCharacterStrings(text).reduce((sum, string) => sum + 1 + string.length, 0);
  return 12 + question + 2 + 10 + data;
}

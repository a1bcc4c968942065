/** A DMARC record that would be right without the marks that were pasted along. */
import { shown } from '../syntax/shown.ts';
import type { DmarcFinding, PastedCode } from './lint-finding.ts';
import { parseDmarcRecord } from './record.ts';

interface Mark {
  readonly code: PastedCode;
  readonly pattern: RegExp;
  readonly instead: string;
  readonly observed: string;
}

/** The quotes of text processors: U+2018 to U+201F as UTF-8, and as the octets 0x91 to 0x94 of Windows-1252. */
const SMART_QUOTES = /\u00e2\u0080[\u0098-\u009f]|[\u0091-\u0094]/g;

const MARKS: readonly Mark[] = [
  { code: 'quotes-in-record', pattern: /"/g, instead: '', observed: 'the record contains quotes' },
  {
    code: 'smart-quotes-in-record',
    pattern: SMART_QUOTES,
    instead: '',
    observed: 'the record contains curly quotes from a word processor',
  },
  { code: 'backslashes-in-record', pattern: /\\/g, instead: '', observed: 'the record contains backslashes' },
  {
    code: 'commas-in-record',
    pattern: /,(?=[ \t]{0,9}[a-z]{1,5}[ \t]{0,9}=)/gi,
    instead: ';',
    observed: 'the tags are separated by commas',
  },
];

/**
 * @param subject the name of the record
 * @returns `undefined` where something else is wrong with the text
 */
export function pastedFinding(subject: string, text: string): DmarcFinding | undefined {
  const first = MARKS.find(({ pattern }) => text.search(pattern) !== -1);
  if (first === undefined) return undefined;
  const right = MARKS.reduce((left, { pattern, instead }) => left.replaceAll(pattern, instead), text).trim();
  const { isDmarc, problems } = parseDmarcRecord(right);
  if (!isDmarc || problems.some(({ severity }) => severity === 'error')) return undefined;
  const { code, pattern, observed } = first;
  const column = text.search(pattern);
  const why =
    code === 'commas-in-record' ? 'RFC 9989 section 4.8 requires semicolons' : 'they are not part of a record';
  return {
    severity: 'error',
    code,
    subject,
    place: { column, length: 1 },
    observed: `${observed}, first at offset ${column}: ${shown(text, 200)}; ${why}, so receivers ignore it or a part of it`,
    expected: `'${shown(right, 400)}'`,
    remedy: `publish the text without them: ${subject}. IN TXT "${shown(right, 400)}"`,
  };
}

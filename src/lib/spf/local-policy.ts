/** qmail's local rules (control/spfrules): terms of the receiver slipped into the record of the sender's domain. */
import { type Directive, parseSpfRecord } from './record.ts';

export interface MergedRecord {
  readonly text: string;
  /** Where the receiver's terms are in the text, the end not included. */
  readonly local: { readonly start: number; readonly end: number };
}

const NOWHERE = { start: 0, end: 0 };

/**
 * Put the rules before the run of directives with one qualifier, none of them `+`, that ends in `all`; at the end where
 * there is no such run. So they come before everything that refuses, and after everything that the domain allows.
 *
 * @param record one that parses; another is returned as it is
 * @param rules terms separated by spaces, without a version
 */
export function withLocalRules(record: string, rules: string | undefined): MergedRecord {
  if (rules === undefined) return { text: record, local: NOWHERE };
  const parsed = parseSpfRecord(record);
  if (!parsed.ok) return { text: record, local: NOWHERE };
  const at = insertionPoint(parsed.record.directives) ?? record.trimEnd().length;
  const before = record.slice(0, at).trimEnd();
  const after = record.slice(at).trimStart();
  const start = before.length + 1;
  return {
    text: `${before} ${rules}${after === '' ? '' : ` ${after}`}`,
    local: { start, end: start + rules.length },
  };
}

function insertionPoint(directives: readonly Directive[]): number | undefined {
  const last = directives.at(-1);
  if (last?.mechanism !== 'all' || last.qualifier === '+') return undefined;
  let first = directives.length - 1;
  while (first > 0 && directives[first - 1]!.qualifier === last.qualifier) first--;
  return directives[first]!.column;
}

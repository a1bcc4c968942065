/** What happened, as one sentence. */
import { type Change, CHANGE_KINDS } from './change.ts';
import type { Explanation } from './explanation.ts';

const PROOFS = {
  'body-hash': 'undoing it restores the signed body hash',
  signature: 'undoing it restores the signed header hash',
  both: 'undoing it restores both signed hashes',
} as const;

/**
 * @param detail the sentence of the verdict, which says it all where nothing is known to have changed
 */
export function sentenceFor(proof: Explanation['proof'], changes: readonly Change[], detail: string): string {
  const sure = changes.filter(({ isGuess }) => isGuess !== true);
  const proven = sure.filter(({ kind }) => !isFact(kind));
  const facts = sure.filter(({ kind }) => isFact(kind));
  const guessed = changes.filter(({ isGuess }) => isGuess === true);
  const parts: string[] = [];
  if (proof !== 'none') parts.push(`${clausesOf(proven)}: this is proven, since ${PROOFS[proof]}`);
  if (guessed.length > 0) parts.push(guess(guessed));
  if (parts.length === 0) return detail;
  if (facts.length > 0) parts.push(`in addition, ${listed(facts.map(clauseFor))}`);
  const sentence = parts.join('; ');
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}`;
}

/** What was found out about key and time, which no hash bears out and which is not a guess. */
function isFact(kind: Change['kind']): boolean {
  const { advice } = CHANGE_KINDS[kind];
  return advice === 'key' || advice === 'time';
}

function guess(guessed: readonly Change[]): string {
  if (guessed.every(({ kind }) => kind === 'body-changed' || kind === 'header-changed')) {
    return listed(guessed.map(clauseFor));
  }
  return `probably ${clausesOf(guessed)}; this is a guess, not confirmed by a hash`;
}

function clausesOf(changes: readonly Change[]): string {
  const authors = [...new Set(changes.flatMap((change) => change.by ?? []))];
  const by = authors.length === 0 ? '' : `, most likely by ${listed(authors.slice(0, 3))}`;
  return `${listed(changes.map(clauseFor))}${by}`;
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;

/** A change as a clause, latin1. */
function clauseFor(change: Change): string {
  const { kind, count = 1, at, field, from, to } = change;
  const where = at === undefined ? '' : at.startsWith('end') || at.startsWith('top') ? ` at the ${at}` : ` at ${at}`;
  switch (kind) {
    case 'lines-appended':
    case 'lines-prepended':
    case 'lines-inserted':
      return `${plural(count, 'line')} ${count === 1 ? 'was' : 'were'} added${where}`;
    case 'transfer-encoding-changed':
      return from === to ? `the ${to} text was re-encoded` : `the text was converted from ${from} to ${to}`;
    case 'charset-changed':
      return `the text was converted from ${from} to ${to}`;
    case 'part-added':
      return `a MIME part was added${where}`;
    case 'blank-lines-added':
    case 'blank-lines-removed':
      return `${plural(count, 'empty line')} ${count === 1 ? 'was' : 'were'} ${kind === 'blank-lines-added' ? 'added' : 'removed'}${where}`;
    case 'subject-tagged':
      return 'the Subject was tagged';
    case 'field-added':
      return `${field} was added`;
    case 'field-removed':
      return `${field} was removed`;
    case 'field-duplicated':
      return `${field} was duplicated`;
    case 'field-changed':
      return `${field} was changed`;
    case 'field-refolded':
      return `${field} was refolded`;
    case 'field-reencoded':
      return `${field} was re-encoded`;
    case 'field-space-changed':
      return `the white space of ${field} was changed`;
    case 'field-case-changed':
      return `the case of letters in ${field} was changed`;
    case 'addresses-reordered':
      return `the addresses in ${field ?? 'To or Cc'} were reordered or dropped`;
    default:
      return CHANGE_KINDS[kind].meaning;
  }
}

/** Clauses as a list in a sentence. */
function listed(clauses: readonly string[]): string {
  const unique = [...new Set(clauses)];
  if (unique.length < 2) return unique.join('');
  return `${unique.slice(0, -1).join(', ')} and ${unique.at(-1)}`;
}

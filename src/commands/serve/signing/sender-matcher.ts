/** OpenDKIM's SigningTable: which lines are about a sender (opendkim.conf(5), SigningTable). */
import type { SigningTableEntry } from '../../../lib/opendkim/signing-table.ts';
import { withParents } from '../../../lib/syntax/domain-name.ts';

export class SenderMatcher {
  readonly #isPattern: boolean;
  /** By pattern in lower case, where that has no asterisk but perhaps for the whole local part. */
  readonly #exact = new Map<string, number[]>();
  /** Places of the other patterns, in order. */
  readonly #globs: number[] = [];
  readonly #entries: readonly SigningTableEntry[];

  /** @param isPattern `refile:`: lines count in their order, and asterisks stand for anything. Else the closest one counts first. */
  constructor(entries: readonly SigningTableEntry[], isPattern: boolean) {
    this.#entries = entries;
    this.#isPattern = isPattern;
    for (const [i, { pattern }] of entries.entries()) {
      const text = pattern.toLowerCase();
      if (isPattern && text.replace(/^\*@/, '').includes('*')) this.#globs.push(i);
      else if (this.#exact.has(text)) this.#exact.get(text)!.push(i);
      else this.#exact.set(text, [i]);
    }
  }

  /** The names of the keys for a sender, the first one first; each once. */
  namesFor(localPart: string, domain: string): string[] {
    const user = localPart.toLowerCase();
    const parents = withParents(domain).slice(1);
    // The order in which a table without patterns is asked.
    const asked = [
      `${user}@${domain}`,
      domain,
      ...parents.map((name) => `${user}@.${name}`),
      ...parents.map((name) => `.${name}`),
      `${user}@*`,
      '*',
      `*@${domain}`,
    ];
    const found = asked.flatMap((text) => this.#exact.get(text) ?? []);
    if (this.#isPattern) {
      const address = `${user}@${domain}`;
      for (const i of this.#globs) if (matchesGlob(address, this.#entries[i]!.pattern.toLowerCase())) found.push(i);
      found.sort((a, b) => a - b);
    }
    return [...new Set(found.map((i) => this.#entries[i]!.keyName))];
  }
}

/** Asterisks stand for any text; nothing else is special. Work is bounded by the product of both lengths. */
export function matchesGlob(text: string, pattern: string): boolean {
  let [at, in_, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[in_] === '*') {
      star = in_++;
      mark = at;
    } else if (pattern[in_] === text[at]) {
      in_++;
      at++;
    } else if (star !== -1) {
      in_ = star + 1;
      at = ++mark;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(in_));
}

/** Which keys sign the mail of whom. All of them are in memory: looking one up cannot fail. */
import type { SigningKey } from '../../../lib/dkim/sign.ts';
import type { DomainKeysSigningKey } from '../../../lib/domainkeys/sign.ts';
import { withParents } from '../../../lib/syntax/domain-name.ts';
import type { SenderMatcher } from './sender-matcher.ts';

export interface Author {
  readonly localPart: string;
  /** ASCII, lower case. */
  readonly domain: string;
}

export interface SignerList {
  /** How many keys there are. */
  readonly count: number;
  /** The keys of DKIM signatures, one each; none where nobody signs for the author. */
  keysFor(author: Author): readonly SigningKey[];
  /** The key of a DomainKeys signature, where one is to be made and there is a key that it can use. */
  domainKeyFor(sender: string | undefined): DomainKeysSigningKey | undefined;
}

export interface DomainSignersOptions {
  /** DomainKeys signatures too. */
  readonly domainkeys?: boolean;
  /** The keys of a domain sign for it alone, and not for the domains below it. */
  readonly isExact?: boolean;
}

/** Keys by the domain whose mail they sign. Where a domain has none, those of its closest parent that has some. */
export class DomainSigners implements SignerList {
  readonly #keys: ReadonlyMap<string, readonly SigningKey[]>;
  readonly #domainkeys: boolean;
  readonly #isExact: boolean;

  constructor(
    keys: ReadonlyMap<string, readonly SigningKey[]>,
    { domainkeys = false, isExact = false }: DomainSignersOptions = {},
  ) {
    this.#keys = keys;
    this.#domainkeys = domainkeys;
    this.#isExact = isExact;
  }

  get count(): number {
    return [...this.#keys.values()].reduce((sum, { length }) => sum + length, 0);
  }

  keysFor({ domain }: Pick<Author, 'domain'>): readonly SigningKey[] {
    for (const name of this.#isExact ? [domain] : withParents(domain)) {
      const keys = name.includes('.') || name === domain ? this.#keys.get(name) : undefined;
      if (keys !== undefined) return keys;
    }
    return [];
  }

  /** DomainKeys is RSA alone (RFC 4870 section 3.2.1). */
  domainKeyFor(sender: string | undefined): DomainKeysSigningKey | undefined {
    if (!this.#domainkeys || sender === undefined) return undefined;
    return this.keysFor({ domain: sender }).find(({ type }) => type === 'rsa');
  }
}

/** Keys by their names, and a table that says who is signed for with which. */
export class TableSigners implements SignerList {
  /** @param domain of the author, for keys that sign for whoever it is */
  readonly #keys: ReadonlyMap<string, readonly SigningKey[]>;
  readonly #matcher: SenderMatcher;
  /** Every key that matches signs, not the first alone. */
  readonly #all: boolean;

  constructor(keys: ReadonlyMap<string, readonly SigningKey[]>, matcher: SenderMatcher, all: boolean) {
    this.#keys = keys;
    this.#matcher = matcher;
    this.#all = all;
  }

  get count(): number {
    return new Set([...this.#keys.values()].flat()).size;
  }

  keysFor({ localPart, domain }: Author): readonly SigningKey[] {
    const names = this.#matcher.namesFor(localPart, domain);
    const wanted = this.#all ? names : names.slice(0, 1);
    const keys = wanted.flatMap((name) => this.#keys.get(keyName(name, domain)) ?? []);
    return [...new Set(keys)];
  }

  domainKeyFor(): undefined {
    return undefined;
  }
}

/** Under which name a key is kept: one whose domain is `%` is another for each author. */
export function keyName(name: string, author: string): string {
  return name.includes('%') ? name.replaceAll('%', author) : name;
}

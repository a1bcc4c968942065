/** DMARC for a message: the look-ups that it needs, then the verdict. */
import type { Resolver } from '../dns/resolver.ts';
import type { FromField } from '../header/author.ts';
import { runSteps, type Steps } from '../steps.ts';
import { isWithin, toAscii } from '../syntax/domain-name.ts';
import type { ResultWord } from '../verdict.ts';
import { authorDomain } from './author-domain.ts';
import { dmarcDiscovery, organizationalDomainSteps } from './discover.ts';
import { type Aligned, type DmarcAlignment, type DmarcVerdict, evaluateDmarc, type SpfIdentifier } from './evaluate.ts';

/** What the verdicts on a message say to DMARC. */
export interface DmarcInput {
  readonly from: FromField;
  /** Every DKIM verdict, top to bottom; d= as written. */
  readonly dkim: readonly {
    readonly result: ResultWord;
    readonly domain: string | undefined;
    readonly selector: string | undefined;
  }[];
  /** As in DmarcFacts. */
  readonly spf: SpfIdentifier | string | undefined;
}

/** Domains whose tree is walked for one message: what a forger makes us ask must have a bound. SPF comes first, then passes. */
const MAX_WALKS = 10;

/**
 * Judge a message by DMARC (RFC 9989 section 5.3), its signatures and its host having been judged. DNS trouble is a verdict, nothing is thrown.
 *
 * @returns at once where every answer is in memory
 */
export function judgeDmarc(input: DmarcInput, resolver: Resolver): DmarcVerdict | Promise<DmarcVerdict> {
  return runSteps(messageDmarc(input, resolver));
}

/** The same as steps of other work. */
export function* messageDmarc({ from, dkim, spf }: DmarcInput, resolver: Resolver): Steps<DmarcVerdict> {
  const author = authorDomain(from);
  const signatures = dkim.flatMap(({ result, domain, selector }) => {
    const ascii = domain === undefined ? undefined : toAscii(domain);
    return ascii === undefined ? [] : [{ result, domain: ascii, selector }];
  });
  const discovery = author.ok ? yield* dmarcDiscovery(author.domain, resolver) : undefined;
  const alignments = new Alignments(author.ok ? author.domain : undefined, discovery?.organizationalDomain, resolver);
  const spfAligned: Aligned<SpfIdentifier> | string | undefined =
    typeof spf === 'object' ? { ...spf, aligned: yield* alignments.of(spf.domain) } : spf;
  // Passes first: those decide.
  for (const one of signatures) if (one.result === 'pass') yield* alignments.of(one.domain);
  const aligned = [];
  for (const one of signatures) aligned.push({ ...one, aligned: yield* alignments.of(one.domain) });
  return evaluateDmarc({ author, discovery, dkim: aligned, spf: spfAligned });
}

/** How domains relate to the author domain (RFC 9989 section 4.10.2), each looked up once. */
class Alignments {
  readonly #author: string | undefined;
  readonly #organizational: string | undefined;
  readonly #resolver: Resolver;
  readonly #known = new Map<string, DmarcAlignment | undefined>();
  #walks = 0;

  /** @param organizational of the author domain; `undefined`: DNS kept it back */
  constructor(author: string | undefined, organizational: string | undefined, resolver: Resolver) {
    this.#author = author;
    this.#organizational = organizational;
    this.#resolver = resolver;
  }

  *of(domain: string): Steps<DmarcAlignment | undefined> {
    if (this.#known.has(domain)) return this.#known.get(domain);
    const aligned = yield* this.#find(domain);
    this.#known.set(domain, aligned);
    return aligned;
  }

  *#find(domain: string): Steps<DmarcAlignment | undefined> {
    if (this.#author === undefined) return 'no';
    if (domain === this.#author) return 'strict';
    // The Organizational Domain of a name is the name itself or lies above it.
    if (this.#organizational === undefined) return sharesTop(domain, this.#author) ? undefined : 'no';
    if (!isWithin(domain, this.#organizational)) return 'no';
    if (++this.#walks > MAX_WALKS) return undefined;
    const theirs = yield* organizationalDomainSteps(domain, this.#resolver);
    if (theirs === undefined) return undefined;
    return theirs === this.#organizational ? 'relaxed' : 'no';
  }
}

/** Names without a common top-level domain have no Organizational Domain in common. */
function sharesTop(a: string, b: string): boolean {
  return a.slice(a.lastIndexOf('.') + 1) === b.slice(b.lastIndexOf('.') + 1);
}

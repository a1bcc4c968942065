/** The text of a DomainKey-Signature field (RFC 4870 section 3.3). */
import type { DomainKeysCanonicalization } from '../canonicalize/header.ts';
import { foldWords } from '../header/fold.ts';

/** `folded`: h= and b= in lines of readable length. `dktest`: as libdomainkeys' dktest wrote it, h= last, nothing folded. */
export type DomainKeysLayout = 'folded' | 'dktest';

export interface DomainKeysTags {
  readonly canonicalization: DomainKeysCanonicalization;
  readonly selector: string;
  readonly domain: string;
  /** h=; `undefined`: the tag is left out. */
  readonly names: readonly string[] | undefined;
  /** b=, base64. */
  readonly signature: string;
}

/** White space in h= and b= means nothing (section 3.3), so both may be folded; lines stay under 78 (RFC 5322 section 2.1.1). */
const WIDTH = 72;

/** @returns the field without a final line end */
export function writeDomainKeySignature(
  { canonicalization, selector, domain, names, signature }: DomainKeysTags,
  layout: DomainKeysLayout,
  lineEnd: '\n' | '\r\n',
): string {
  const first = `DomainKey-Signature: a=rsa-sha1; q=dns; c=${canonicalization};`;
  const key = `s=${selector}; d=${domain};`;
  if (layout === 'dktest') {
    const list = names === undefined ? [] : [`h=${names.join(':')};`];
    return [first, key, `b=${signature};`, ...list].join(`${lineEnd}  `);
  }
  const fold = `${lineEnd}\t`;
  const list =
    names === undefined ? [] : [`h=${foldWords(listed(names), { width: WIDTH, fold, indent: 0, between: '' })};`];
  const lines = signature.match(/.{1,64}/g) ?? [];
  return [first, key, ...list, `b=${lines.join(fold)};`].join(fold);
}

/** The names of h= with their colons. */
function listed(names: readonly string[]): string[] {
  return names.map((name, i) => (i < names.length - 1 ? `${name}:` : name));
}

/**
 * Octets that no header block may hold (RFC 5322 section 2.2) and programs read differently: a CR without an LF ends the
 * line for Python's email package and others, a NUL ends the text for programs in C.
 */
import type { HeaderBlock } from './header-block.ts';
import { looseName } from './loose-name.ts';

export interface StrayOctets {
  /** CRs that no LF follows. */
  readonly carriageReturns: number;
  readonly nuls: number;
}

export function strayOctets({ text, hasBareCr }: HeaderBlock): StrayOctets {
  return { carriageReturns: hasBareCr ? count(text, BARE_CR) : 0, nuls: count(text, NUL) };
}

const BARE_CR = /\r(?!\n)/g;
// oxlint-disable-next-line no-control-regex -- NUL is meant
const NUL = /\u0000/g;

function count(text: string, pattern: RegExp): number {
  let found = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) found++;
  return found;
}

/** `1 bare CR and 2 NULs`; `undefined` where there are none. */
export function strayOctetsText({ carriageReturns, nuls }: StrayOctets): string | undefined {
  const parts = [numbered(carriageReturns, 'bare CR'), numbered(nuls, 'NUL')].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' and ');
}

function numbered(number: number, noun: string): string | undefined {
  return number === 0 ? undefined : `${number} ${noun}${number === 1 ? '' : 's'}`;
}

const BEHIND_CR = /\r(?!\n)from[ \t]*:/i;

/**
 * Whether some programs see a From field that is none by RFC 5322: behind a bare CR inside another field, or with a name that
 * holds control characters.
 */
export function hidesFrom(header: HeaderBlock): boolean {
  return (
    (header.hasBareCr && BEHIND_CR.test(header.text)) ||
    header.named('').some((line) => looseName(header, line) === 'from')
  );
}

/** What checks of a mail domain's set-up find. */

/** `temporary`: DNS could not say, ask again later. */
export type FindingSeverity = 'error' | 'warning' | 'temporary';

/** Something about a domain's set-up that a person should put right. */
export interface Finding<Code extends string = string> {
  readonly severity: FindingSeverity;
  /** Stable, kebab-case. */
  readonly code: Code;
  /** What it is about: a DNS name, a name server or a path. */
  readonly subject: string;
  /**
   * Clauses without a full stop: what was seen, what should be there, what to do about it. What comes from DNS is quoted
   * in them with every octet outside printable ASCII as `\DDD`.
   */
  readonly observed: string;
  readonly expected: string;
  readonly remedy: string;
}

const ORDER: readonly FindingSeverity[] = ['error', 'temporary', 'warning'];

/** Errors, then what DNS could not say, then warnings; among equals the order stays. */
export function worstFirst<F extends Finding>(findings: readonly F[]): F[] {
  return [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

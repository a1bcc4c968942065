/** What checks of a mail domain's set-up find. */

/** From the worst to the mildest. `temporary`: DNS could not say, ask again later. `note`: good to know, nothing need be done. */
export const SEVERITIES = ['error', 'temporary', 'warning', 'note'] as const;

/** A word of SEVERITIES. */
export type FindingSeverity = (typeof SEVERITIES)[number];

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

/** In the order of {@link SEVERITIES}; among equals the order stays. */
export function worstFirst<F extends Finding>(findings: readonly F[]): F[] {
  return [...findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
}

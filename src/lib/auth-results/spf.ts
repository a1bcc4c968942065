import type { SpfVerdict } from '../spf/verdict.ts';

/** What an Authentication-Results field says of an SPF check (RFC 8601 section 2.7.2). Latin1, not yet quoted. */
export interface SpfAuthResult {
  readonly method: 'spf';
  readonly result: SpfVerdict['result'];
  /** `smtp.mailfrom` or `smtp.helo`. */
  readonly property: 'mailfrom' | 'helo';
  readonly value: string;
}

/** The local part is reported only where a policy that was read looks at it. */
export function spfAuthResult({ result, identity, domain, sender, usesLocalPart }: SpfVerdict): SpfAuthResult {
  const value = identity === 'mailfrom' && usesLocalPart ? sender : domain;
  return { method: 'spf', result, property: identity, value };
}

/** The time that a message is judged as of, with the rules of that time. */
import type { VerifyRules } from './signature/method.ts';

/** The time that a message is judged as of. */
export interface AsOf {
  readonly source: 'given' | 'received';
  /** Seconds since 1970; `undefined`: the message does not say, and is judged as of now. */
  readonly time: number | undefined;
  /** Why there is none, a sentence. */
  readonly problem: string | undefined;
}

/** RFC 8301 was published in January 2018. Until then RFC 6376 section 3.3 had verifiers accept rsa-sha1 and RSA from 512 bits on. */
const RFC_8301 = Date.UTC(2018, 1, 1) / 1000;

/** @param time seconds since 1970 */
export function asOfTime(time: number): () => AsOf {
  const asOf: AsOf = { source: 'given', time, problem: undefined };
  return () => asOf;
}

/** The rules at that time. */
export function rulesAsOf(rules: VerifyRules, { time }: AsOf): VerifyRules {
  if (time === undefined) return rules;
  return { ...rules, now: time, legacy: rules.legacy || time < RFC_8301 };
}

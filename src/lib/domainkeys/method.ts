import { noFromField } from '../header/author.ts';
import type { SignatureMethod } from '../signature/method.ts';
import { combinedResult } from '../verdict.ts';
import { NO_FACTS } from './signature.ts';
import { type DomainKeysMessageVerdict, unjudgedVerdict } from './verdict.ts';
import { DomainKeysVerifier } from './verify.ts';

/** RFC 4870. */
export const DOMAINKEYS: SignatureMethod<DomainKeysMessageVerdict> = {
  verifier: (header, from, rules, keys) => new DomainKeysVerifier(header, from, rules, keys),

  unjudged(overLimit) {
    const refusal = { reason: 'header-over-limit', detail: `${overLimit}: nothing in it was verified` } as const;
    const verdict = unjudgedVerdict(NO_FACTS, refusal, noFromField(overLimit));
    return { result: combinedResult([verdict.result]), signatures: [verdict], sender: undefined, policy: undefined };
  },

  decision: ({ result, signatures }) => (signatures.length > 0 ? result : undefined),
};

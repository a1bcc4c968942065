import { noFromField } from '../header/author.ts';
import type { MethodVerdict, SignatureMethod } from '../signature/method.ts';
import { combinedResult } from '../verdict.ts';
import { NO_FACTS } from './signature.ts';
import { type DkimVerdict, dkimVerdict } from './verdict.ts';
import { DkimVerifier } from './verify.ts';

/** RFC 6376. */
export const DKIM: SignatureMethod<MethodVerdict<DkimVerdict>> = {
  verifier: (header, from, rules, keys) => new DkimVerifier(header, from, rules, keys),

  unjudged(overLimit) {
    const refusal = { reason: 'header-over-limit', detail: `${overLimit}: nothing in it was verified` } as const;
    const verdict = dkimVerdict(NO_FACTS, refusal, noFromField(overLimit));
    return { result: combinedResult([verdict.result]), signatures: [verdict] };
  },

  decision: ({ result, signatures }) => (signatures.length > 0 ? result : undefined),
};

import type { SignatureMethod } from '../signature/method.ts';
import { type ArcVerdict, arcVerdict } from './verdict.ts';
import { ArcVerifier } from './verify.ts';

/** RFC 8617. */
export const ARC: SignatureMethod<ArcVerdict> = {
  verifier: (header, _from, rules, keys) => new ArcVerifier(header, rules, keys),
  decision: () => undefined, // the chain says nothing about the author
  unjudged: (overLimit) => arcVerdict('header-over-limit', `${overLimit}: nothing in it was verified`),
};

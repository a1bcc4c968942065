import { ARC } from './arc/method.ts';
import { DKIM } from './dkim/method.ts';
import { DOMAINKEYS } from './domainkeys/method.ts';

/** The signature methods. The first of them that a message is signed by decides about the message. */
export const METHODS = { dkim: DKIM, domainkeys: DOMAINKEYS, arc: ARC } as const;

/** A signature method, as the members of a verdict are called. */
export type MethodName = keyof typeof METHODS;

/** What each method says of a message. */
export interface MethodVerdicts {
  readonly dkim: ReturnType<typeof DKIM.unjudged>;
  readonly domainkeys: ReturnType<typeof DOMAINKEYS.unjudged>;
  /** `undefined` where it was not asked for. It never decides about the message: the chain is not the author's. */
  readonly arc: ReturnType<typeof ARC.unjudged> | undefined;
}

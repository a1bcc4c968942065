import { DKIM } from './dkim/method.ts';
import { DOMAINKEYS } from './domainkeys/method.ts';

/** The signature methods. The first of them that a message is signed by decides about the message. */
export const METHODS = { dkim: DKIM, domainkeys: DOMAINKEYS } as const;

/** A signature method, as the members of a verdict are called. */
export type MethodName = keyof typeof METHODS;

/** What each method says of a message. */
export type MethodVerdicts = {
  readonly [Name in MethodName]: ReturnType<(typeof METHODS)[Name]['unjudged']>;
};

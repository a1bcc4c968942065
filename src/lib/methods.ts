import { DKIM } from './dkim/method.ts';
import { DOMAINKEYS } from './domainkeys/method.ts';
import type { SignatureMethod } from './signature/method.ts';

/** The signature methods. The first of them that a message is signed by decides about the message. */
export const METHODS = { dkim: DKIM, domainkeys: DOMAINKEYS } as const;

export type MethodName = keyof typeof METHODS;

/** What each method says of a message. */
export type MethodVerdicts = {
  readonly [Name in MethodName]: (typeof METHODS)[Name] extends SignatureMethod<infer V> ? V : never;
};

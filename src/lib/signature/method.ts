/**
 * What a signature method (DKIM, DomainKeys) is to the one pass over a message. A method is a folder of its own and a line
 * in ../methods.ts.
 */
import type { BodyHasher, BodyRequest } from '../canonicalize/body-hasher.ts';
import type { Answer } from '../dns/resolver.ts';
import type { KeyCache } from '../keys/lookup.ts';
import type { FromField } from '../header/author.ts';
import type { HeaderBlock } from '../header/header-block.ts';
import type { ResultWord } from '../verdict.ts';

/** What is asked of a signature beyond its RFC. */
export interface VerifyRules {
  /** Seconds since 1970, for x= and t=. */
  readonly now: number;
  /** Accept rsa-sha1 and RSA keys under 1,024 bits, for archives. */
  readonly legacy: boolean;
  /** Signatures that leave something open (l=, a second Subject, t= in the future) are refused instead of warned about. */
  readonly strict: boolean;
  /** Judge the signature alone: an unsigned From beside the signed one is only warned about (RFC 6376 section 8.15). */
  readonly lenient: boolean;
  /** Accept only signatures whose d= is the From domain or a parent of it. */
  readonly authorOnly: boolean;
}

/** What a method of signatures that stand each for itself says of a message. */
export interface MethodVerdict<V = unknown> {
  readonly result: ResultWord;
  /** One a signature field, top to bottom; one for all below the first MAX_LISTED_SIGNATURES. */
  readonly signatures: readonly V[];
}

/** By the names that were asked for. */
export type KeyAnswers = ReadonlyMap<string, Answer<'TXT'>>;

/** @typeParam V what the method says of a message */
export interface SignatureMethod<V> {
  /** Read the signatures in a header block that is complete. */
  verifier(header: HeaderBlock, from: FromField, rules: VerifyRules, keys: KeyCache): MethodVerifier<V>;
  /**
   * The verdict on a message whose header block broke a limit, so that nothing in it was read.
   *
   * @param overLimit the limit, as a sentence
   */
  unjudged(overLimit: string): V;
  /** The result of a message that is signed by this method; `undefined`: it does not decide. */
  decision(verdict: V): ResultWord | undefined;
}

/** The signatures of one message. */
export interface MethodVerifier<V> {
  /** The names whose TXT records `judge` needs, each once. */
  readonly keyNames: readonly string[];
  /** What has to be hashed while the body comes. */
  readonly bodyRequests: readonly BodyRequest[];
  /**
   * @param bodies has hashed the whole body for `bodyRequests`
   * @param answers has an answer for each of `keyNames`
   */
  judge(bodies: BodyHasher, answers: KeyAnswers): V;
  /**
   * A question that turns out to matter only behind `judge`.
   *
   * @param isDecided a method that comes before this one decides about the message
   */
  followUp?(verdict: V, isDecided: boolean): FollowUp<V> | undefined;
}

/** A question that turned out to matter. */
export interface FollowUp<V> {
  /** Whose TXT record is wanted. */
  readonly name: string;
  /** The verdict with what the answer adds. */
  complete(answer: Answer<'TXT'>): V;
}

/** Verifying with a line: the system's name servers, the clock, and caches that messages share. */
import { systemResolver } from './dns/live/system-resolver.ts';
import type { Resolver } from './dns/resolver.ts';
import { KeyCache } from './keys/lookup.ts';
import { bytesOf, type MessageInput } from './message/input.ts';
import { type MessageVerdict, verifyMessage, type VerifyOptions } from './verify-message.ts';

/** All of them optional. */
export interface VerifierOptions extends Omit<VerifyOptions, 'now' | 'keys'> {
  /** Seconds since 1970 that x= and t= are held against; default: the clock, at each message. */
  readonly now?: number | undefined;
  /** Where answers come from; default: `systemResolver()`. */
  readonly resolver?: Resolver | undefined;
}

/** Judges messages by one set of rules. It may judge several at a time. */
export interface Verifier {
  /**
   * Judge a message. DNS trouble is a verdict (`temperror`) and not thrown.
   *
   * @param message bytes, LF or CRLF, whole or in pieces; text is taken as UTF-8
   * @throws DktoolError where the input is not a message
   */
  verify(message: MessageInput): Promise<MessageVerdict>;
}

const secondsNow = () => Date.now() / 1000;

/**
 * A verifier whose messages share DNS answers and imported keys: at most 65,536 answers, each for as long as its TTL says.
 *
 * @param options the rules for all of its messages
 */
export function createVerifier({ now, resolver, ...rules }: VerifierOptions = {}): Verifier {
  const keys = new KeyCache();
  const source = resolver ?? systemResolver();
  return {
    verify: (message) =>
      verifyMessage(bytesOf(message), { ...rules, keys, now: now ?? secondsNow(), resolver: source }),
  };
}

/**
 * Judge the signatures of one message, as `createVerifier(options).verify(message)`. For more than one make a verifier and
 * keep it.
 *
 * @throws DktoolError where the input is not a message
 */
export async function verify(message: MessageInput, options?: VerifierOptions): Promise<MessageVerdict> {
  return createVerifier(options).verify(message);
}

import type { Resolver } from '../lib/dns/resolver.ts';
import { DktoolError } from '../lib/errors.ts';
import {
  KeyLookups,
  type MessageVerdict,
  MessageVerifier,
  messageVerdict,
  type VerifyOptions,
} from '../lib/verify-message.ts';
import type { Input } from './input.ts';

export type Judged = { readonly name: string } & (
  | { readonly verdict: MessageVerdict }
  | { readonly error: DktoolError }
);

const CHUNK = 64 * 1024;

/** Judges inputs through one buffer; several may wait for DNS at the same time. */
export class InputJudge {
  readonly #resolver: Resolver;
  readonly #options: VerifyOptions;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);

  constructor(resolver: Resolver, options: VerifyOptions) {
    this.#resolver = resolver;
    this.#options = options;
  }

  /** Read one message to its end and judge it. An error is a value too: one bad file does not end a run. */
  async judge(input: Input): Promise<Judged> {
    try {
      return { name: input.name, verdict: await this.#verdict(input) };
    } catch (error) {
      if (error instanceof DktoolError) return { name: input.name, error };
      throw error;
    }
  }

  async #verdict(input: Input): Promise<MessageVerdict> {
    const { source, close } = input.open();
    const verifier = new MessageVerifier(this.#options);
    const lookups = new KeyLookups(this.#resolver);
    try {
      for (let length = source.read(this.#buffer); length > 0; length = source.read(this.#buffer)) {
        verifier.write(this.#buffer.subarray(0, length));
        lookups.start(verifier.keyNames);
        // Reads block: let answers in between them.
        if (lookups.inFlight) await new Promise((turn) => setImmediate(turn));
      }
      verifier.end();
    } finally {
      close();
    }
    return messageVerdict(verifier, lookups);
  }
}

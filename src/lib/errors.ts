/**
 * The one error class of the engine. A verdict is a value and never thrown; a throw means that the call could not be
 * carried out, and anything thrown that is not a DktoolError is a bug.
 */

/** `permanent`: the command line or the message is wrong. `temporary`: the surroundings can be put right while mail waits. */
export type ErrorKind = 'permanent' | 'temporary';

/** What an error says besides its code and sentence. */
export interface DktoolErrorOptions {
  readonly kind: ErrorKind;
  /** What to do about it, one sentence without a full stop. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The message is at fault, not the command line: what hands mail over may return it to its sender. */
  readonly isOfMessage?: boolean;
}

/** A call that could not be carried out: the only error that the engine throws on purpose. */
export class DktoolError extends Error {
  override readonly name = 'DktoolError';
  /** Stable, kebab-case, e.g. `key-file-missing`. */
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly isOfMessage: boolean;

  /**
   * @param code stable kebab-case word for programs
   * @param message one sentence for people: what is wrong and where; no capital at its start, no full stop, no secrets
   */
  constructor(code: string, message: string, options: DktoolErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind;
    this.hint = options.hint;
    this.isOfMessage = options.isOfMessage ?? false;
  }
}

/** The errno word (`ENOENT`) of a system error, or `undefined` for anything else. */
export function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

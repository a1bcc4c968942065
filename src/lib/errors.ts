/**
 * The one error class of the engine. A verdict is a value and never thrown; a throw means that the call could not be
 * carried out, and anything thrown that is not a DktoolError is a bug.
 */

import type { ErrorCode, ErrorKind, KindOf } from './error-codes.ts';
import type { Hint } from './hint.ts';

/** What an error says besides its code and sentence. */
export interface DktoolErrorOptions<Kind extends ErrorKind = ErrorKind> {
  readonly kind: Kind;
  /** What to do about it: a sentence without a full stop, or a code with its facts. */
  readonly hint?: string | Hint | undefined;
  readonly cause?: unknown;
  /** The message is at fault, not the command line: what hands mail over may return it to its sender. */
  readonly isOfMessage?: boolean;
}

/**
 * A call that could not be carried out: the only error that the engine throws on purpose. `Code` only ties the kind to the
 * code: a usage error that is called temporary by mistake does not compile.
 */
export class DktoolError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'DktoolError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly hint: string | Hint | undefined;
  readonly isOfMessage: boolean;

  /**
   * @param code for programs; it says which kinds there are
   * @param message one sentence for people: what is wrong and where; no capital at its start, no full stop, no secrets
   */
  constructor(code: Code, message: string, options: DktoolErrorOptions<KindOf<NoInfer<Code>>>) {
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
  const { code, errno } = error as { code?: unknown; errno?: unknown };
  if (typeof code !== 'string') return undefined;
  return code.startsWith('Unknown system error') && (errno === EDQUOT || errno === EDQUOT_OF_BSD) ? 'EDQUOT' : code;
}

/** libuv has no word for a quota that is used up, and Node calls it `Unknown system error -122`. */
const [EDQUOT, EDQUOT_OF_BSD] = [-122, -69];

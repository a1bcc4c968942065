import { type MessageAdsp, messageAdsp } from '../../lib/adsp/verdict.ts';
import type { AsOf } from '../../lib/as-of.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { DktoolError } from '../../lib/errors.ts';
import type { HeaderBlock } from '../../lib/header/header-block.ts';
import type { Explanation } from '../../lib/explain/explanation.ts';
import { type ContainerKind, containerKind, type InputKind, KIND_OCTETS } from '../../lib/mailbox/kind.ts';
import type { EscapeForm } from '../../lib/mailbox/unescape.ts';
import type { MessageSplitter } from '../../lib/message/message-splitter.ts';
import type { KeyAnswers } from '../../lib/signature/method.ts';
import { runSteps, settled, type Steps } from '../../lib/steps.ts';
import {
  KeyLookups,
  type MessageVerdict,
  MessageVerifier,
  messageVerdict,
  type VerifyOptions,
} from '../../lib/verify-message.ts';
import type { JudgedDmarc } from '../../lib/report/dmarc.ts';
import type { CrossCheckReport } from '../../lib/report/cross-check.ts';
import type { PreflightReport } from '../../lib/report/preflight.ts';
import type { JudgedSpf } from '../../lib/report/spf.ts';
import type { ByteSource } from '../streams/bytes.ts';
import { inputError, severalMessages } from '../streams/input-error.ts';
import type { Input, MailboxPlace, OpenInput } from '../streams/input.ts';
import type { DmarcJudge } from '../dmarc/judge.ts';

export interface JudgedMessage {
  readonly verdict: MessageVerdict;
  /** Where it was asked for. */
  readonly adsp: MessageAdsp | undefined;
  /** Where it was asked for. */
  readonly spf: JudgedSpf | undefined;
  /** Where it was asked for. */
  readonly dmarc: JudgedDmarc | undefined;
  /** Where it was asked for, of a message that is not too long for it. */
  readonly explained: ExplainedMessage | undefined;
  /** Where it was asked for. */
  readonly crossCheck: CrossCheckReport | undefined;
  /** Where it was asked for. */
  readonly preflight: PreflightReport | undefined;
  /** The time that it was judged as of, where that was asked for. */
  readonly asOf: AsOf | undefined;
  /** The message up to its body. */
  readonly message: MessageSplitter;
  /** It looks like several messages, judged as one. */
  readonly isMailbox: boolean;
}

export interface ExplainedMessage {
  /** Of the DKIM-Signature fields, top to bottom; `undefined` for one that passed. */
  readonly explanations: readonly (Explanation | undefined)[];
  /** As it came. */
  readonly body: Buffer;
}

/** Says what changed a message, where a signature does not pass. */
export type Explainer = (
  message: MessageSplitter,
  body: Buffer,
  verdict: MessageVerdict,
  answers: KeyAnswers,
) => ExplainedMessage;

export type Judged = {
  readonly name: string;
  readonly place?: MailboxPlace | undefined;
  /** Lines that the mbox had escaped and that were read as they were before. */
  readonly unescaped?: UnescapedLines | undefined;
} & (JudgedMessage | { readonly error: DktoolError });

export interface UnescapedLines {
  readonly form: EscapeForm;
  readonly lines: number;
}

/** An input that holds messages, opened and begun. */
export interface FoundMailbox {
  readonly kind: ContainerKind;
  /** What was read of it. */
  readonly head: Buffer;
  readonly source: ByteSource;
  readonly close: () => void;
}

/** What was judged by the methods themselves. */
type Verdicts = Omit<JudgedMessage, 'crossCheck' | 'preflight'>;

/** Sees a message as it is read, and says at the end what another program makes of it. */
export interface SecondJudge {
  /** @param chunk changes after the call */
  write(chunk: Buffer): void;
  compare(judged: Verdicts): Promise<CrossCheckReport>;
}

/** Sees a message as it is read, and says at the end what will become of it on its way. */
export interface PreflightJudge {
  /** @param chunk changes after the call */
  write(chunk: Buffer): void;
  judge(judged: Verdicts): Promise<PreflightReport>;
}

export interface JudgeOptions extends VerifyOptions {
  /** Apply the practices of the author domains too (RFC 5617). */
  readonly adsp?: boolean | undefined;
  /** Check the host that the message came from too (RFC 7208). */
  readonly spf?: ((header: HeaderBlock) => JudgedSpf | Promise<JudgedSpf>) | undefined;
  /** Judge by DMARC too, on what the others came to (RFC 9989). */
  readonly dmarc?: DmarcJudge | undefined;
  readonly explain?: Explainer | undefined;
  /** Ask another program too: one judge a message. */
  readonly secondJudge?: (() => SecondJudge) | undefined;
  /** Look at what is ahead of the message too: one judge a message. It takes `dmarc`. */
  readonly preflight?: (() => PreflightJudge) | undefined;
}

const CHUNK = 64 * 1024;

/** Judges inputs through one buffer; several may wait for DNS at the same time. */
export class InputJudge {
  readonly #resolver: Resolver;
  readonly #options: JudgeOptions;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);

  constructor(resolver: Resolver, options: JudgeOptions) {
    this.#resolver = resolver;
    this.#options = options;
  }

  /**
   * Read one message to its end and judge it; at once where every answer comes from memory. An error is a value too: one bad
   * file does not end a run.
   */
  judge(input: Input): Judged | Promise<Judged> {
    return runSteps(this.#judge(input));
  }

  /**
   * The same, but of an input that turns out to be a mailbox or an archive nothing is judged: its messages are to be read.
   *
   * @param asked what the input is said to be
   */
  judgeOrOpen(input: Input, asked?: InputKind): Judged | FoundMailbox | Promise<Judged> {
    let open: OpenInput;
    let head: Buffer;
    try {
      open = input.open();
      head = this.#headOf(open);
    } catch (error) {
      return { name: input.name, place: input.place, error: inputError(error) };
    }
    const kind = containerKind(head, asked);
    return kind === undefined ? runSteps(this.#judge(input, open, head)) : { kind, head: Buffer.from(head), ...open };
  }

  *#judge(input: Input, open?: OpenInput, head?: Buffer): Steps<Judged> {
    const { name, place } = input;
    let first = head;
    try {
      const { source, close } = open ?? input.open();
      const next = () => {
        const chunk = first ?? this.#chunkOf(source);
        first = undefined;
        return chunk?.length === 0 ? undefined : chunk;
      };
      const judged = yield* this.#judgeChunks(next, close);
      // What passes as one message is one, whatever its body quotes.
      if (judged.isMailbox && judged.verdict.result !== 'pass') throw severalMessages(name);
      return { name, place, ...judged };
    } catch (error) {
      return { name, place, error: inputError(error) };
    }
  }

  /** Judge a message that comes in chunks, each of which is done with before the next is asked for. */
  judgeChunks(chunks: Iterable<Buffer>): JudgedMessage | Promise<JudgedMessage> {
    const iterator: Iterator<Buffer, undefined> = chunks[Symbol.iterator]();
    return runSteps(
      this.#judgeChunks(
        () => iterator.next().value,
        () => iterator.return?.(),
      ),
    );
  }

  /** @param close called when the last chunk has been read, or reading failed */
  *#judgeChunks(next: () => Buffer | undefined, close: () => void): Steps<JudgedMessage> {
    const judge = new MessageJudge(this.#resolver, this.#options);
    try {
      for (let chunk = next(); chunk !== undefined; chunk = next()) {
        judge.write(chunk);
        // Reads block: let answers in between them.
        if (judge.inFlight) yield new Promise((turn) => setImmediate(turn));
      }
      judge.end();
    } finally {
      close();
    }
    return yield* judge.judged();
  }

  /** Enough to tell what it is. */
  #headOf({ source, close }: OpenInput): Buffer {
    try {
      let length = source.read(this.#buffer);
      for (let more = length; more > 0 && length < KIND_OCTETS; length += more) {
        more = source.read(this.#buffer.subarray(length));
      }
      return this.#buffer.subarray(0, length);
    } catch (error) {
      close();
      throw error;
    }
  }

  #chunkOf(source: ByteSource): Buffer | undefined {
    const length = source.read(this.#buffer);
    return length > 0 ? this.#buffer.subarray(0, length) : undefined;
  }
}

/** Judges one message that is pushed in: `write` its pieces, then `end`, then take what it is `judged`. */
export class MessageJudge {
  readonly #resolver: Resolver;
  readonly #options: JudgeOptions;
  readonly #verifier: MessageVerifier;
  readonly #lookups: KeyLookups;
  readonly #kept: KeptMessage | undefined;
  readonly #second: SecondJudge | undefined;
  readonly #ahead: PreflightJudge | undefined;

  constructor(resolver: Resolver, options: JudgeOptions) {
    this.#resolver = resolver;
    this.#options = options;
    this.#verifier = new MessageVerifier(options);
    this.#lookups = new KeyLookups(resolver);
    this.#kept = options.explain && new KeptMessage();
    this.#second = options.secondJudge?.();
    this.#ahead = options.preflight?.();
  }

  /** @param chunk may change after the call @throws DktoolError where it is no message */
  write(chunk: Buffer): void {
    this.#verifier.write(chunk);
    this.#kept?.write(chunk);
    this.#second?.write(chunk);
    this.#ahead?.write(chunk);
    this.#lookups.start(this.#verifier.keyNames);
  }

  /** Questions are on their way. */
  get inFlight(): boolean {
    return this.#lookups.inFlight;
  }

  /** @throws DktoolError where it was no message */
  end(): void {
    this.#verifier.end();
  }

  /** After `end`. */
  *judged(): Steps<JudgedMessage> {
    const { message, isMailbox, asOf } = this.#verifier;
    const verdict = yield* messageVerdict(this.#verifier, this.#lookups);
    const { fromField, dkim } = verdict;
    const adsp = this.#options.adsp
      ? yield* settled(messageAdsp(fromField, dkim.signatures, this.#resolver))
      : undefined;
    const { header } = message;
    const spf = header && this.#options.spf && (yield* settled(this.#options.spf(header)));
    const dmarc = this.#options.dmarc && (yield* settled(this.#options.dmarc(verdict, spf)));
    const explained = this.#kept && (yield* this.#explain(this.#kept, verdict));
    const judged = { verdict, adsp, spf, dmarc, explained, asOf, message, isMailbox };
    const crossCheck = this.#second && (yield* settled(this.#second.compare(judged)));
    const preflight = this.#ahead && (yield* settled(this.#ahead.judge(judged)));
    return { ...judged, crossCheck, preflight };
  }

  *#explain(kept: KeptMessage, verdict: MessageVerdict): Steps<ExplainedMessage | undefined> {
    const { message } = this.#verifier;
    const body = kept.bodyOf(message);
    return body && this.#options.explain?.(message, body, verdict, yield* settled(this.#lookups.answers()));
  }
}

/** Octets of a message that are kept to be explained: a longer one is judged only. */
const MAX_KEPT_OCTETS = 64 * 1024 * 1024;

/** A copy of a message that is read once. */
class KeptMessage {
  #pieces: Buffer[] = [];
  #length = 0;

  write(chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length <= MAX_KEPT_OCTETS) this.#pieces.push(Buffer.from(chunk));
    else this.#pieces = [];
  }

  /** `undefined` where the message is too long. */
  bodyOf({ mboxLine, header, separator }: MessageSplitter): Buffer | undefined {
    if (this.#length > MAX_KEPT_OCTETS || header === undefined) return undefined;
    return Buffer.concat(this.#pieces).subarray(mboxLine.length + header.bytes.length + separator.length);
  }
}

/** The one pass over a message that judges every signature in it. */
import { BodyHasher } from './canonicalize/body-hasher.ts';
import { KeyRecordCache } from './dkim/key-lookup.ts';
import type { DkimPolicy } from './dkim/policy.ts';
import { NO_FACTS } from './dkim/signature.ts';
import { type DkimVerdict, failedVerdict } from './dkim/verdict.ts';
import { DkimVerifier } from './dkim/verify.ts';
import type { Answer, Resolver } from './dns/resolver.ts';
import { DktoolError } from './errors.ts';
import { type FromField, fromField } from './message/author.ts';
import type { HeaderBlock } from './message/header-block.ts';
import { MessageSplitter } from './message/message-splitter.ts';
import { combinedResult, type ResultWord } from './verdict.ts';

/** DkimPolicy, all of it but the clock optional. */
export interface VerifyOptions {
  /** Seconds since 1970 that x= and t= are held against. */
  readonly now: number;
  readonly legacy?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly authorOnly?: boolean | undefined;
  /** Share one between messages: it keeps imported keys. */
  readonly keys?: KeyRecordCache | undefined;
}

export interface MethodVerdict<V> {
  readonly result: ResultWord;
  /** Top to bottom. */
  readonly signatures: readonly V[];
}

export interface MessageVerdict {
  /** DKIM's. */
  readonly result: ResultWord;
  /** The From addresses as one text, latin1; `undefined` where there are none to read. */
  readonly from: string | undefined;
  readonly dkim: MethodVerdict<DkimVerdict>;
}

export type ByteInput = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Judges one message that is pushed in. Once `keyNames` is there, start the look-ups; after `end()`, hand the answers to
 * `verdict`. Synchronous and pure.
 */
export class MessageVerifier {
  readonly #policy: DkimPolicy;
  readonly #keys: KeyRecordCache;
  readonly #splitter = new MessageSplitter();
  #from: FromField | undefined;
  #dkim: DkimVerifier | undefined;
  #bodies: BodyHasher | undefined;

  constructor({ now, legacy = false, strict = false, authorOnly = false, keys }: VerifyOptions) {
    this.#policy = { now, legacy, strict, authorOnly };
    this.#keys = keys ?? new KeyRecordCache();
  }

  /**
   * Take the next bytes of the message, which may be changed as soon as the call returns.
   *
   * @throws DktoolError `not-a-message` where the bytes do not begin with a header field
   */
  write(chunk: Uint8Array): void {
    const body = this.#splitter.write(asBuffer(chunk));
    if (this.#bodies === undefined && this.#splitter.header !== undefined) this.#start(this.#splitter.header);
    if (body.length > 0) this.#bodies?.write(body);
  }

  /** @throws DktoolError as `write` does, and `empty-message` where nothing came */
  end(): void {
    this.#splitter.end();
    const { header } = this.#splitter;
    if (this.#bodies === undefined && header !== undefined) {
      if (header.fields.length === 0 && this.#splitter.separator.length === 0) {
        throw new DktoolError('empty-message', 'the input is empty, there is no message in it', { kind: 'permanent' });
      }
      this.#start(header);
    }
    this.#bodies?.end();
  }

  /** The names whose TXT records `verdict` needs, once the header block is complete; until then `undefined`. */
  get keyNames(): readonly string[] | undefined {
    return this.#dkim?.keyNames;
  }

  /** @param answers for each of `keyNames` */
  verdict(answers: ReadonlyMap<string, Answer<'TXT'>>): MessageVerdict {
    const dkim = this.#dkimVerdict(answers);
    return { result: dkim.result, from: this.#from?.text, dkim };
  }

  #start(header: HeaderBlock): void {
    const [first] = header.fields;
    if (first !== undefined && first.name === '') {
      throw new DktoolError('not-a-message', 'the input is not a message: its first line is not a header field', {
        kind: 'permanent',
        hint: 'a message begins with fields such as `From: user@example.com`',
      });
    }
    this.#from = fromField(header);
    const author = { domains: this.#from.domains, fromFields: this.#from.count };
    this.#dkim = new DkimVerifier(header, author, this.#policy);
    this.#bodies = new BodyHasher(this.#dkim.bodyRequests);
  }

  #dkimVerdict(answers: ReadonlyMap<string, Answer<'TXT'>>): MethodVerdict<DkimVerdict> {
    const { overLimit } = this.#splitter;
    if (overLimit !== undefined) {
      const refusal = { reason: 'header-over-limit', detail: `${overLimit}: nothing in it was judged` } as const;
      const verdict = failedVerdict(NO_FACTS, refusal, { domains: [], fromFields: 0 });
      return { result: verdict.result, signatures: [verdict] };
    }
    if (this.#dkim === undefined || this.#bodies === undefined) throw new Error('verdict() comes after end()');
    const signatures = this.#dkim.judge(this.#bodies, answers, this.#keys);
    return { result: combinedResult(signatures.map(({ result }) => result)), signatures };
  }
}

/**
 * Judge a message: a thin loop around MessageVerifier. Look-ups run together and while the body is read.
 *
 * @param input the message, LF or CRLF, whole or in pieces
 * @throws DktoolError where the input is no message; DNS trouble is a verdict
 */
export async function verifyMessage(
  input: ByteInput,
  { resolver, ...options }: VerifyOptions & { readonly resolver: Resolver },
): Promise<MessageVerdict> {
  const verifier = new MessageVerifier(options);
  const lookups = new KeyLookups(resolver);
  for await (const chunk of input instanceof Uint8Array ? [input] : input) {
    verifier.write(chunk);
    lookups.start(verifier.keyNames);
  }
  verifier.end();
  lookups.start(verifier.keyNames);
  return verifier.verdict(await lookups.answers());
}

/** The look-ups of one message, each name asked once, all at the same time. */
export class KeyLookups {
  readonly #resolver: Resolver;
  #pending: Map<string, Answer<'TXT'> | Promise<Answer<'TXT'>>> | undefined;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** Ask, the first time that the names are known. */
  start(names: readonly string[] | undefined): void {
    if (this.#pending !== undefined || names === undefined) return;
    this.#pending = new Map(names.map((name) => [name, this.#resolver.query(name, 'TXT')]));
  }

  /** Some questions are on their way: whoever reads synchronously must let the event loop turn now and then. */
  get inFlight(): boolean {
    return [...(this.#pending?.values() ?? [])].some((answer) => answer instanceof Promise);
  }

  /** All answers; at once where each came from memory. */
  answers(): ReadonlyMap<string, Answer<'TXT'>> | Promise<ReadonlyMap<string, Answer<'TXT'>>> {
    const pending = this.#pending ?? new Map<string, Answer<'TXT'>>();
    if (!this.inFlight) return pending as ReadonlyMap<string, Answer<'TXT'>>;
    return Promise.all([...pending].map(async ([name, answer]) => [name, await answer] as const)).then(
      (entries) => new Map(entries),
    );
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

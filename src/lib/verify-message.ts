/** The one pass over a message that judges every signature in it. */
import { type AsOf, rulesAsOf } from './as-of.ts';
import { BodyHasher, type BodyRequest } from './canonicalize/body-hasher.ts';
import type { Answer, Resolver } from './dns/resolver.ts';
import { DktoolError } from './errors.ts';
import { KeyCache } from './keys/lookup.ts';
import { hasArcFields } from './arc/chain.ts';
import { type FromField, fromField, noFromField } from './header/author.ts';
import type { HeaderBlock } from './header/header-block.ts';
import { MailboxWatch } from './message/mailbox-watch.ts';
import { MessageSplitter } from './message/message-splitter.ts';
import type { ByteInput } from './message/input.ts';
import { type Dkim2Chain, dkim2Chain } from './dkim2/chain.ts';
import { METHODS, type MethodName, type MethodVerdicts } from './methods.ts';
import type { FollowUp, KeyAnswers, MethodVerifier, SignatureMethod, VerifyRules } from './signature/method.ts';
import { runSteps, settled, type Steps } from './steps.ts';
import type { ResultWord } from './verdict.ts';

/** VerifyRules, all of them but the clock optional. */
export type VerifyOptions = Pick<VerifyRules, 'now'> & {
  readonly [Rule in Exclude<keyof VerifyRules, 'now'>]?: VerifyRules[Rule] | undefined;
} & {
  /** Share this between messages: it keeps imported keys. */
  readonly keys?: KeyCache | undefined;
  /** Validate the ARC chain too (RFC 8617), whose keys are asked for with the others. `if-present`: where there is one. */
  readonly arc?: boolean | 'if-present' | undefined;
  /** The time to judge a message as of, in place of `now`, and by the rules of that time. */
  readonly asOf?: ((header: HeaderBlock) => AsOf) | undefined;
};

/** What the signatures of a message come to. It holds one member a method: `dkim`, `domainkeys`. */
export interface MessageVerdict extends MethodVerdicts {
  /** That of the first method that the message is signed by: DKIM, where there is no DKIM-Signature DomainKeys. */
  readonly result: ResultWord;
  /** The From addresses as one text, latin1; `undefined` where there are none to read. */
  readonly from: string | undefined;
  /** The same in its parts. */
  readonly fromField: FromField;
  /** What DKIM2 fields say, where the message has some. Not judged. */
  readonly dkim2: Dkim2Chain | undefined;
}

/** A question of one method, asked behind `judge`. */
export type MethodFollowUp = FollowUp<unknown> & { readonly method: MethodName };
/** The same with its answer. */
export type CompletedFollowUp = MethodFollowUp & { readonly answer: Answer<'TXT'> };

interface StartedMethod {
  readonly name: MethodName;
  readonly verifier: MethodVerifier<unknown>;
}

/**
 * Judges one message that is pushed in. Once `keyNames` is there, start the look-ups; after `end()`, hand the answers to
 * `judge`, then those for the names of `followUps` to `verdict`. Synchronous and pure.
 */
export class MessageVerifier {
  readonly #rules: VerifyRules;
  readonly #keys: KeyCache;
  readonly #arc: NonNullable<VerifyOptions['arc']>;
  readonly #asOfHeader: VerifyOptions['asOf'];
  #asOf: AsOf | undefined;
  readonly #splitter = new MessageSplitter();
  readonly #methods: StartedMethod[] = [];
  #from: FromField | undefined;
  #bodies: BodyHasher | undefined;
  #mailbox: MailboxWatch | undefined;
  #isMailbox = false;
  #judged: MessageVerdict | undefined;

  constructor({ now, keys = new KeyCache(), arc = false, asOf, ...rules }: VerifyOptions) {
    const { legacy = false, strict = false, lenient = false, authorOnly = false } = rules;
    this.#rules = { now, legacy, strict, lenient, authorOnly };
    this.#keys = keys;
    this.#arc = arc;
    this.#asOfHeader = asOf;
  }

  /** The time that the message is judged as of, where that was asked for and the header block is complete. */
  get asOf(): AsOf | undefined {
    return this.#asOf;
  }

  /**
   * Take the next bytes of the message, which may be changed as soon as the call returns.
   *
   * @throws DktoolError `not-a-message` where the bytes do not begin with a header field
   */
  write(chunk: Uint8Array): void {
    const body = this.#splitter.write(asBuffer(chunk));
    if (this.#bodies === undefined && this.#splitter.header !== undefined) this.#start(this.#splitter.header);
    if (body.length === 0) return;
    this.#bodies?.write(body);
    this.#mailbox?.write(body);
  }

  /** @throws DktoolError as `write` does, and `empty-message` where nothing came */
  end(): void {
    this.#splitter.end();
    const { header } = this.#splitter;
    if (this.#bodies === undefined && header !== undefined) {
      if (header.fields.length === 0 && this.#splitter.separator.length === 0) {
        throw new DktoolError('empty-message', 'the input is empty: there is no message', { kind: 'permanent' });
      }
      this.#start(header);
    }
    this.#bodies?.end();
    this.#isMailbox = this.#mailbox?.end() ?? false;
  }

  /** After `end`: the input looks like an mbox of several messages, and what was judged as one body is all behind the first. */
  get isMailbox(): boolean {
    return this.#isMailbox;
  }

  /** The message as it was read up to its body: for whoever writes it on. */
  get message(): MessageSplitter {
    return this.#splitter;
  }

  /** The names whose TXT records `judge` needs, once the header block is complete; until then `undefined`. */
  get keyNames(): readonly string[] | undefined {
    if (this.#bodies === undefined) return undefined;
    const names = new Set<string>();
    for (const { verifier } of this.#methods) for (const name of verifier.keyNames) names.add(name);
    return [...names];
  }

  /**
   * Judge the signatures, after `end`.
   *
   * @param answers for each of `keyNames`
   */
  judge(answers: KeyAnswers): void {
    const { overLimit } = this.#splitter;
    if (overLimit !== undefined) {
      this.#judged = unjudgedMessage(this.#arc === true ? METHOD_NAMES : ALWAYS, overLimit);
      return;
    }
    const [bodies, from] = [this.#bodies, this.#from];
    if (bodies === undefined || from === undefined) throw new Error('judge() comes after end()');
    const verdicts: Partial<Record<MethodName, unknown>> = {};
    for (const { name, verifier } of this.#methods) verdicts[name] = verifier.judge(bodies, answers);
    this.#judged = messageVerdictOf(from, verdicts as MethodVerdicts, dkim2Chain(this.#splitter.header!));
  }

  /** What turned out to matter behind `judge`: TXT records that `verdict` takes. Mostly none. */
  get followUps(): readonly MethodFollowUp[] {
    const judged = this.#judgement;
    const asked: MethodFollowUp[] = [];
    let isDecided = false;
    for (const { name, verifier } of this.#methods) {
      const more = verifier.followUp?.(judged[name], isDecided);
      if (more !== undefined) asked.push({ method: name, ...more });
      isDecided ||= decisionOf(name, judged) !== undefined;
    }
    return asked;
  }

  /** @param more the answers for `followUps`, as far as they are there */
  verdict(more: readonly CompletedFollowUp[] = []): MessageVerdict {
    let judged = this.#judgement;
    for (const one of more) judged = { ...judged, [one.method]: one.complete(one.answer) };
    return judged;
  }

  get #judgement(): MessageVerdict {
    if (this.#judged === undefined) throw new Error('this comes after judge()');
    return this.#judged;
  }

  #start(header: HeaderBlock): void {
    const [first] = header.fields;
    if (first !== undefined && first.name === '') {
      throw new DktoolError('not-a-message', 'the input is not a message: its first line is not a header field', {
        kind: 'permanent',
        hint: 'a message begins with header fields such as `From: user@example.com`',
      });
    }
    const from = fromField(header);
    this.#asOf = this.#asOfHeader?.(header);
    const rules = this.#asOf === undefined ? this.#rules : rulesAsOf(this.#rules, this.#asOf);
    const requests: BodyRequest[] = [];
    const hasArc = this.#arc === true || (this.#arc === 'if-present' && hasArcFields(header));
    for (const name of hasArc ? METHOD_NAMES : ALWAYS) {
      const verifier = METHODS[name].verifier(header, from, rules, this.#keys);
      this.#methods.push({ name, verifier });
      for (const request of verifier.bodyRequests) requests.push(request);
    }
    this.#from = from;
    this.#bodies = new BodyHasher(requests);
    if (this.#splitter.mboxLine.length > 0) this.#mailbox = new MailboxWatch();
  }
}

const METHOD_NAMES = Object.keys(METHODS) as MethodName[];
/** Those that a message is judged by unasked. */
const ALWAYS = METHOD_NAMES.filter((name) => name !== 'arc');

function messageVerdictOf(from: FromField, verdicts: MethodVerdicts, dkim2?: Dkim2Chain): MessageVerdict {
  let result: ResultWord | undefined;
  for (const name of ALWAYS) result ??= decisionOf(name, verdicts);
  const { dkim, domainkeys, arc } = verdicts;
  return { result: result ?? 'none', from: from.text, fromField: from, dkim, domainkeys, arc, dkim2 };
}

function decisionOf(name: MethodName, verdicts: MethodVerdicts): ResultWord | undefined {
  const method: SignatureMethod<unknown> = METHODS[name];
  return method.decision(verdicts[name]);
}

/** The header block broke a limit. */
function unjudgedMessage(wanted: readonly MethodName[], overLimit: string): MessageVerdict {
  const verdicts = wanted.map((name) => [name, METHODS[name].unjudged(overLimit)] as const);
  return messageVerdictOf(noFromField(overLimit), Object.fromEntries(verdicts) as unknown as MethodVerdicts);
}

/**
 * Judge a message: a thin loop around MessageVerifier. Look-ups run together and while the body is read.
 *
 * @param input the message, LF or CRLF, whole or in pieces
 * @throws DktoolError where the input is not a message; DNS trouble is a verdict
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
  return runSteps(messageVerdict(verifier, lookups));
}

/** What is left to do behind `end()`: the answers for the keys, the verdicts, and what is asked for only then. */
export function* messageVerdict(verifier: MessageVerifier, lookups: KeyLookups): Steps<MessageVerdict> {
  lookups.start(verifier.keyNames);
  verifier.judge(yield* settled(lookups.answers()));
  const more: CompletedFollowUp[] = [];
  for (const one of verifier.followUps) more.push({ ...one, answer: yield* settled(lookups.query(one.name)) });
  return verifier.verdict(more);
}

/** The look-ups of one message, each name asked once, all at the same time. */
export class KeyLookups {
  readonly #resolver: Resolver;
  readonly #answers = new Map<string, Answer<'TXT'>>();
  readonly #coming: Promise<unknown>[] = [];
  #started = false;
  #left = 0;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  /** Ask, the first time that the names are known. */
  start(names: readonly string[] | undefined): void {
    if (this.#started || names === undefined) return;
    this.#started = true;
    for (const name of names) {
      const answer = this.#resolver.query(name, 'TXT');
      if (answer instanceof Promise) this.#coming.push(this.#take(name, answer));
      else this.#answers.set(name, answer);
    }
  }

  async #take(name: string, answer: Promise<Answer<'TXT'>>): Promise<void> {
    this.#left++;
    this.#answers.set(name, await answer);
    this.#left--;
  }

  /** One more question. */
  query(name: string): Answer<'TXT'> | Promise<Answer<'TXT'>> {
    return this.#resolver.query(name, 'TXT');
  }

  /** Some questions are on their way: whoever reads synchronously must let the event loop turn now and then. */
  get inFlight(): boolean {
    return this.#left > 0;
  }

  /** All answers; at once where each came from memory. */
  answers(): ReadonlyMap<string, Answer<'TXT'>> | Promise<ReadonlyMap<string, Answer<'TXT'>>> {
    return this.#coming.length === 0 ? this.#answers : Promise.all(this.#coming).then(() => this.#answers);
  }
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

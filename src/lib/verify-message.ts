/** The one pass over a message that judges every signature in it. */
import { BodyHasher } from './canonicalize/body-hasher.ts';
import type { DkimPolicy } from './dkim/policy.ts';
import { NO_FACTS } from './dkim/signature.ts';
import { type DkimVerdict, dkimVerdict } from './dkim/verdict.ts';
import { DkimVerifier } from './dkim/verify.ts';
import type { Answer, Resolver } from './dns/resolver.ts';
import { type DomainPolicy, domainPolicy, policyName } from './domainkeys/policy.ts';
import type { SendingAddress } from './domainkeys/sending-address.ts';
import { NO_FACTS as NO_DOMAINKEYS_FACTS } from './domainkeys/signature.ts';
import { type DomainKeysVerdict, unjudgedVerdict } from './domainkeys/verdict.ts';
import { DomainKeysVerifier } from './domainkeys/verify.ts';
import { DktoolError } from './errors.ts';
import { KeyCache } from './keys/lookup.ts';
import { type FromField, fromField, noFromField } from './message/author.ts';
import type { HeaderBlock } from './message/header-block.ts';
import { MessageSplitter } from './message/message-splitter.ts';
import { runSteps, settled, type Steps } from './steps.ts';
import { combinedResult, type ResultWord } from './verdict.ts';

/** DkimPolicy, all of it but the clock optional. */
export interface VerifyOptions {
  /** Seconds since 1970 that x= and t= are held against. */
  readonly now: number;
  readonly legacy?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly authorOnly?: boolean | undefined;
  /** Share this between messages: it keeps imported keys. */
  readonly keys?: KeyCache | undefined;
}

export interface MethodVerdict<V> {
  readonly result: ResultWord;
  /** Top to bottom. */
  readonly signatures: readonly V[];
}

export interface DomainKeysMessageVerdict extends MethodVerdict<DomainKeysVerdict> {
  /** Whose message it is by RFC 4870; `undefined` where the message does not say. */
  readonly sender: SendingAddress | undefined;
  /** What the sending domain says of mail like this. Asked for only where it matters: see MessageVerifier.policyName. */
  readonly policy: DomainPolicy | undefined;
}

export interface MessageVerdict {
  /** DKIM's; where there is no DKIM-Signature, that of DomainKeys. */
  readonly result: ResultWord;
  /** The From addresses as one text, latin1; `undefined` where there are none to read. */
  readonly from: string | undefined;
  /** The same in its parts. */
  readonly fromField: FromField;
  readonly dkim: MethodVerdict<DkimVerdict>;
  readonly domainkeys: DomainKeysMessageVerdict;
}

export type ByteInput = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Judges one message that is pushed in. Once `keyNames` is there, start the look-ups; after `end()`, hand the answers to
 * `judge`, then the answer for `policyName` to `verdict`. Synchronous and pure.
 */
export class MessageVerifier {
  readonly #policy: DkimPolicy;
  readonly #keys: KeyCache;
  readonly #splitter = new MessageSplitter();
  #from: FromField | undefined;
  #dkim: DkimVerifier | undefined;
  #domainkeys: DomainKeysVerifier | undefined;
  #bodies: BodyHasher | undefined;
  #judged: MessageVerdict | undefined;

  constructor({ now, legacy = false, strict = false, authorOnly = false, keys }: VerifyOptions) {
    this.#policy = { now, legacy, strict, authorOnly };
    this.#keys = keys ?? new KeyCache();
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

  /** The message as it was read up to its body: for whoever writes it on. */
  get message(): MessageSplitter {
    return this.#splitter;
  }

  /** The names whose TXT records `judge` needs, once the header block is complete; until then `undefined`. */
  get keyNames(): readonly string[] | undefined {
    if (this.#dkim === undefined || this.#domainkeys === undefined) return undefined;
    const [dkim, domainkeys] = [this.#dkim.keyNames, this.#domainkeys.keyNames];
    return domainkeys.length === 0 ? dkim : [...new Set([...dkim, ...domainkeys])];
  }

  /**
   * Judge the signatures, after `end`.
   *
   * @param answers for each of `keyNames`
   */
  judge(answers: ReadonlyMap<string, Answer<'TXT'>>): void {
    const { overLimit } = this.#splitter;
    if (overLimit !== undefined) {
      this.#judged = unjudgedMessage(overLimit);
      return;
    }
    const from = this.#from;
    if (!this.#dkim || !this.#domainkeys || !this.#bodies || !from) throw new Error('judge() comes after end()');
    const dkim = methodVerdict(this.#dkim.judge(this.#bodies, answers, this.#keys));
    const signatures = this.#domainkeys.judge(this.#bodies, answers, this.#keys);
    const result = domainKeysResult(signatures);
    const sender = this.#domainkeys.sender;
    this.#judged = {
      result: dkim.signatures.length > 0 ? dkim.result : result,
      from: from.text,
      fromField: from,
      dkim,
      domainkeys: { result, signatures, sender: sender.ok ? sender.address : undefined, policy: undefined },
    };
  }

  /**
   * The name whose TXT record `verdict` needs, after `judge`. A DomainKeys policy is about mail that is not verified (RFC 4870
   * section 3.6), and of no use where a DKIM-Signature decides alone: `undefined` there.
   */
  get policyName(): string | undefined {
    const { dkim, domainkeys } = this.#judgement;
    if (domainkeys.sender === undefined || domainkeys.result === 'pass') return undefined;
    if (domainkeys.signatures.length === 0 && dkim.signatures.length > 0) return undefined;
    return policyName(domainkeys.sender.domain);
  }

  /** @param policy the answer for `policyName`, where there is one */
  verdict(policy?: Answer<'TXT'>): MessageVerdict {
    const judged = this.#judgement;
    const { domainkeys } = judged;
    if (policy === undefined || domainkeys.sender === undefined) return judged;
    const testing = domainkeys.signatures.some((signature) => signature.testing);
    const found = domainPolicy(domainkeys.sender.domain, policy, testing);
    return { ...judged, domainkeys: { ...domainkeys, policy: found } };
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
        hint: 'a message begins with fields such as `From: user@example.com`',
      });
    }
    this.#from = fromField(header);
    const author = { domains: this.#from.domains, fromFields: this.#from.count };
    this.#dkim = new DkimVerifier(header, author, this.#policy);
    this.#domainkeys = new DomainKeysVerifier(header, this.#from, this.#policy);
    this.#bodies = new BodyHasher(this.#dkim.bodyRequests, this.#domainkeys.textRequests);
  }
}

function methodVerdict<V extends { readonly result: ResultWord }>(signatures: readonly V[]): MethodVerdict<V> {
  return { result: combinedResult(signatures.map(({ result }) => result)), signatures };
}

/** RFC 4870 section 3.7.3: one signature decides. Where none fits, all of them do. */
function domainKeysResult(signatures: readonly DomainKeysVerdict[]): ResultWord {
  const chosen = signatures.find(({ isChosen }) => isChosen);
  return chosen?.result ?? combinedResult(signatures.map(({ result }) => result));
}

/** The header block broke a limit. */
function unjudgedMessage(overLimit: string): MessageVerdict {
  const refusal = { reason: 'header-over-limit', detail: `${overLimit}: nothing in it was judged` } as const;
  const author = { domains: [], fromFields: 0 };
  const dkim = methodVerdict([dkimVerdict(NO_FACTS, refusal, author)]);
  const domainkeys = methodVerdict([unjudgedVerdict(NO_DOMAINKEYS_FACTS, refusal, author)]);
  return {
    result: dkim.result,
    from: undefined,
    fromField: noFromField(overLimit),
    dkim,
    domainkeys: { ...domainkeys, sender: undefined, policy: undefined },
  };
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
  return runSteps(messageVerdict(verifier, lookups));
}

/** What is left to do behind `end()`: the answers for the keys, the verdicts, and what is asked for only then. */
export function* messageVerdict(verifier: MessageVerifier, lookups: KeyLookups): Steps<MessageVerdict> {
  lookups.start(verifier.keyNames);
  verifier.judge(yield* settled(lookups.answers()));
  const name = verifier.policyName;
  return verifier.verdict(name === undefined ? undefined : yield* settled(lookups.query(name)));
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

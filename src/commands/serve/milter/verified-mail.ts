/** Judging a message, and what the MTA is asked to do with it: what `verify --auth-results` does with a file. */
import { asAuthservId, formatAuthResults } from '../../../lib/auth-results/field.ts';
import { forgedResults } from '../../../lib/auth-results/forged.ts';
import { DktoolError } from '../../../lib/errors.ts';
import { cleanHeader } from '../../../lib/header/clean-header.ts';
import { HeaderBlock } from '../../../lib/header/header-block.ts';
import { MessageSplitter } from '../../../lib/message/message-splitter.ts';
import { CONTINUE, smtpReply } from '../../../lib/milter/replies.ts';
import { runSteps } from '../../../lib/steps.ts';
import { resultField } from '../../../console/verify/annotate.ts';
import { cleaningNotice } from '../../../console/verify/cleaning-notice.ts';
import { type JudgedMessage, MessageJudge, type JudgeOptions } from '../../../console/verify/judge.ts';
import type { Resolver } from '../../../lib/dns/resolver.ts';
import type { Refusal } from '../refusal.ts';
import { changePackets, insertPackets, requireSameFields } from './changes.ts';
import { EMPTY_LINE, type Envelope, fieldBytes, type Mail } from './mail.ts';

/** What a message came to. */
export interface VerifiedEnd {
  readonly envelope: Envelope;
  /** `undefined`: it is no message. */
  readonly judged: JudgedMessage | undefined;
  /** Fields that pretended to be ours, and were taken out. */
  readonly forged: number;
  /** What else was changed in the header block, as a sentence. */
  readonly notice: string | undefined;
  readonly refusal: Refusal | undefined;
}

export interface Verifying {
  readonly resolver: Resolver;
  readonly options: JudgeOptions;
  /** Whose results they are; `undefined`: the MTA's own name. */
  readonly id: string | undefined;
  readonly refusalOf: (judged: JudgedMessage) => Refusal | undefined;
  readonly done: (end: VerifiedEnd) => void;
}

export class VerifiedMail implements Mail {
  readonly #verifying: Verifying;
  readonly #hasLeadingSpace: boolean;
  /** `undefined` once it has turned out that this is no message. */
  #judge: MessageJudge | undefined;
  /** All that stands before the body. */
  readonly #lines: Buffer[] = [];
  #count = 0;

  constructor(verifying: Verifying, hasLeadingSpace: boolean) {
    this.#verifying = verifying;
    this.#judge = new MessageJudge(verifying.resolver, verifying.options);
    this.#hasLeadingSpace = hasLeadingSpace;
  }

  header(field: string, value: Buffer): void {
    this.#count++;
    this.#write(fieldBytes(field, value, this.#hasLeadingSpace));
  }

  endOfHeader(): void {
    this.#write(EMPTY_LINE);
  }

  body(piece: Buffer): void {
    this.#judge?.write(piece);
  }

  async end(envelope: Envelope): Promise<Buffer> {
    const { id = asAuthservId(envelope.macro('j') ?? ''), refusalOf, done } = this.#verifying;
    if (id === undefined) throw noId();
    this.#judge?.end();
    const judged = this.#judge && (await runSteps(this.#judge.judged()));
    const splitter = judged?.message ?? splitterOf(this.#lines);
    const header = requireSameFields(splitter.header, this.#count);
    const unwanted = forgedResults(header, id);
    const { splices, ...cleaned } = cleanHeader(splitter, header, []);
    // Nothing is taken out by that, so that all stays in its place.
    const bytes = Buffer.from(splices[0]?.insert.subarray(0, header.bytes.length) ?? header.bytes);
    const changes = { header, bytes, unwanted, hasLeadingSpace: this.#hasLeadingSpace };
    const refusal = judged && refusalOf(judged);
    done({ envelope, judged, forged: unwanted.length, notice: cleaningNotice({ splices, ...cleaned }), refusal });
    if (refusal !== undefined) return smtpReply(550, refusal.status, refusal.text);
    const style = { id, compat: undefined, fieldOnly: false };
    const field = judged === undefined ? `${formatAuthResults(id, [], '\r\n')}\r\n` : resultField(judged, style);
    const added = insertPackets(new HeaderBlock(Buffer.from(field, 'latin1')), this.#hasLeadingSpace);
    return Buffer.concat([...changePackets(changes), ...added, CONTINUE]);
  }

  /** What stands before the body. */
  #write(bytes: Buffer): void {
    this.#lines.push(bytes);
    try {
      this.#judge?.write(bytes);
    } catch (error) {
      if (!(error instanceof DktoolError) || error.code !== 'not-a-message') throw error;
      this.#judge = undefined;
    }
  }
}

/** Of what is no message. */
function splitterOf(lines: readonly Buffer[]): MessageSplitter {
  const splitter = new MessageSplitter();
  for (const line of lines) splitter.write(line);
  splitter.end();
  return splitter;
}

function noId(): DktoolError {
  return new DktoolError('milter-protocol', 'the MTA does not say its name (macro j), and --auth-results gives none', {
    kind: 'temporary',
  });
}

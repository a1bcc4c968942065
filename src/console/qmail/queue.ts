/** As QMAILQUEUE: verifies what comes in, signs what is to be signed, and hands it to the real qmail-queue. */
import { type Annotation, annotation, cleanable } from '../verify/annotate.ts';
import { cleaningNotice } from '../verify/cleaning-notice.ts';
import { complain } from '../terminal/complain.ts';
import { environmentSettings } from '../options/environment.ts';
import { QmailControl } from './control.ts';
import { readEnvelope } from './envelope.ts';
import { appendToLog, shortened, verdictText } from './log.ts';
import {
  type ProgramEnd,
  qmailProgram,
  type QmailContext,
  requireOpen,
  runQmailProgram,
  runWithMessage,
} from './program.ts';
import { writeRejection } from './rejection.ts';
import { type MailSigning, mailSignatures } from './signing.ts';
import { domainKeysSetting, SPOOL_LIMIT, spfSetting } from './settings.ts';
import { Replay } from '../streams/replay.ts';
import { resolverOf } from '../options/resolver.ts';
import type { Spool } from '../streams/spool.ts';
import { InputJudge, type JudgedMessage } from '../verify/judge.ts';
import { formatAuthResults } from '../../lib/auth-results/field.ts';
import { forgedResults } from '../../lib/auth-results/forged.ts';
import { timeLimitedResolver } from '../../lib/dns/live/time-limit.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { DnsOptions } from '../options/options.ts';
import type { ErrorCode } from '../../lib/error-codes.ts';
import { DktoolError } from '../../lib/errors.ts';
import { withLineFeeds } from '../../lib/message/line-ends.ts';
import type { HeaderBlock } from '../../lib/header/header-block.ts';
import { cleanHeader } from '../../lib/header/clean-header.ts';
import { MessageSplitter } from '../../lib/message/message-splitter.ts';
import { type Splice, spliced } from '../../lib/message/splice.ts';
import { type MailAction, parseDkverify } from '../../lib/qmail/dkverify.ts';
import { QUEUE_EXIT, queueExitOf } from '../../lib/qmail/queue-exit.ts';
import { refusalOf } from '../../lib/qmail/refusal.ts';
import type { JudgedSpf } from '../../lib/report/spf.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { diagnostics } from '../terminal/diagnostics.ts';

const NAME = 'dktool-queue';
const DEFAULT_PROGRAM = 'bin/qmail-queue';
/** Seconds for all look-ups of a message together: whoever sends it is waiting. */
const DEFAULT_DEADLINE = 20;

/**
 * Queue one message.
 *
 * @param args handed on; qmail-queue knows none
 * @returns the exit status: the program's, or one of qmail-queue's own for faults of ours. Where a launcher waits for an
 *   answer, it has been given
 */
export async function dktoolQueue(args: readonly string[], context: QmailContext): Promise<number> {
  const status = await queueOrFail(args, context);
  context.handover?.answer(status);
  return status;
}

async function queueOrFail(args: readonly string[], context: QmailContext): Promise<number> {
  try {
    return await queue(args, context);
  } catch (error) {
    complain(error, NAME, context);
    const status = queueExitOf(error);
    const inOwnWords =
      status === QUEUE_EXIT.rejected &&
      writeRejection('D', error instanceof Error ? error.message : '', BAD_CONTENT, context);
    return inOwnWords ? QUEUE_EXIT.inOwnWords : status;
  }
}

async function queue(args: readonly string[], context: QmailContext): Promise<number> {
  requireOpen(0, 'message', context);
  requireOpen(1, 'envelope', context);
  const { env } = context;
  const control = new QmailControl(context);
  const program = qmailProgram(control.inHome(env['DKQUEUE'] || DEFAULT_PROGRAM), args);
  const verifies = env['DKVERIFY'] !== undefined && env['RELAYCLIENT'] === undefined;
  const signing = signingOf(control, context);
  // Nothing to do: it is as if we were not there.
  if (!verifies && signing === undefined) return statusOf(runQmailProgram(program, 0, context));

  const replay = new Replay(context.stdin, SPOOL_LIMIT);
  let envelope: Spool | undefined;
  try {
    const received = verifies ? await verify(replay, control, context) : unverified(replay);
    envelope = received.envelope;
    if (received.refusal !== undefined) return received.refusal;
    const message = await signed(replay, received, signing);
    return statusOf(runWithMessage(program, message, context, envelope?.fd));
  } finally {
    replay.close();
    envelope?.close();
  }
}

/** RFC 3463 section 3.7: the content is at fault. */
const BAD_CONTENT = '6.0';
/** RFC 7372 section 3.1: no passing DKIM signature found. */
const NO_PASSING_SIGNATURE = '7.20';

const REFUSALS = {
  reject: { letter: 'D', status: QUEUE_EXIT.rejected },
  defer: { letter: 'Z', status: QUEUE_EXIT.deferred },
} as const;

function statusOf(end: ProgramEnd): number {
  if ('status' in end) return end.status;
  throw new DktoolError('program-broken', `qmail-queue: ${end.broken}`, { kind: 'temporary' });
}

function signingOf(control: QmailControl, context: QmailContext): MailSigning | undefined {
  const keyPath = context.env['DKSIGN'];
  if (!keyPath) return undefined;
  return {
    keyPath: control.inHome(keyPath),
    domainkeys: domainKeysSetting(context),
    now: environmentSettings(context).now,
    objection: () => undefined,
  };
}

/** A message that was read to its end, and what is to be changed in it. */
interface Received {
  /** The exit code of a mail that is not taken. */
  readonly refusal: number | undefined;
  /** A copy of the envelope, where it had to be read. */
  readonly envelope?: Spool | undefined;
  /** Put in at `at`; empty where nothing is. */
  readonly field: Buffer;
  readonly at: number;
  readonly edits: readonly Splice[];
}

const NOTHING = Buffer.alloc(0);

function unverified(replay: Replay): Received {
  drain(replay.read()[Symbol.iterator]());
  return { refusal: undefined, field: NOTHING, at: 0, edits: [] };
}

function drain(chunks: Iterator<Buffer>): void {
  while (!chunks.next().done);
}

async function verify(replay: Replay, control: QmailControl, context: QmailContext): Promise<Received> {
  const style = { id: control.me(), compat: undefined, fieldOnly: false };
  const { dns, now } = environmentSettings(context);
  const resolver = await mailResolver(dns, context);
  const chunks = replay.read()[Symbol.iterator]();
  const spf = spfSetting(context) && context.env['TCPREMOTEIP'] ? new SessionSpf(resolver, now, context) : undefined;
  const judged = await judgedOrNot(new InputJudge(resolver, { now, spf: spf?.judge }), chunks);
  drain(chunks);
  const verdict = judged?.verdict ?? NO_VERDICT;
  const text = verdictText(verdict, judged?.spf);
  const decision = refusalOf(parseDkverify(context.env['DKVERIFY'] ?? ''), verdict);
  log(`${WORDS[decision]}: ${text}`, judged, now, context);
  const refusal = decision === 'accept' ? undefined : refuse(decision, text, context);
  const { envelope } = spf ?? {};
  if (refusal !== undefined) return { refusal, envelope, field: NOTHING, at: 0, edits: [] };
  const { field, at, edits, notice } = judged === undefined ? unjudged(replay, style.id) : annotation(judged, style);
  if (notice !== undefined) diagnostics(context, { program: NAME }).say(notice);
  return { refusal, envelope, field, at, edits };
}

/** A service has one whose answers outlive the message; settings of the mail itself come before it. */
async function mailResolver(dns: DnsOptions, context: QmailContext): Promise<Resolver> {
  const { deadline = DEFAULT_DEADLINE, ...others } = dns;
  if (context.onBehalf === undefined || Object.keys(others).length > 0)
    return resolverOf({ ...dns, deadline }, context);
  return timeLimitedResolver(context.onBehalf.resolver, deadline, () => performance.now() / 1000);
}

const WORDS = { accept: 'accepted', defer: 'deferred by DKVERIFY', reject: 'refused by DKVERIFY' } as const;

function refuse(decision: Exclude<MailAction, 'accept'>, text: string, context: QmailContext): number {
  const { letter, status } = REFUSALS[decision];
  const sentence = `this message is not accepted: ${text}`;
  return writeRejection(letter, sentence, NO_PASSING_SIGNATURE, context) ? QUEUE_EXIT.inOwnWords : status;
}

/** One line for each mail, on stderr, which is the log of qmail-smtpd. */
function log(what: string, judged: JudgedMessage | undefined, now: number, context: QmailContext): void {
  const { env } = context;
  const author = judged?.verdict.fromField.domains[0];
  const facts = [
    what,
    ...(author === undefined ? [] : [`author ${author}`]),
    ...(env['TCPREMOTEIP'] ? [`client ${env['TCPREMOTEIP']}`] : []),
    // The pid of the launcher is that of qmail-queue, which qmail-send's log calls qp.
    ...(env['DKTOOL_QP'] ? [`qp ${env['DKTOOL_QP']}`] : []),
  ];
  const line = shortened(facts.join('; '));
  const path = env['DKTOOL_LOG'];
  if (!path || !appendToLog(path, NAME, line, now)) diagnostics(context, { program: NAME }).say(line);
}

/** `DKTOOL_SPF`: the client is tcpserver's, the HELO name that of qmail-smtpd's Received field, the sender the envelope's. */
class SessionSpf {
  /** Once it has been read. */
  envelope: Spool | undefined;
  readonly judge: (header: HeaderBlock) => Promise<JudgedSpf>;

  constructor(resolver: Resolver, now: number, { env, handover, onBehalf }: QmailContext) {
    this.judge = async (header) => {
      // qmail-smtpd writes the envelope when the message has been read.
      if (onBehalf !== undefined && handover?.envelope === undefined) throw noEnvelope();
      const { sender, copy } = readEnvelope(handover?.envelope ?? 1);
      this.envelope = copy;
      if (sender === undefined) return { problem: 'the envelope has no sender' };
      const { spfJudge } = await import('../spf/judge.ts');
      const session = { ip: env['TCPREMOTEIP']!, from: octetsAsText(sender) };
      return spfJudge(session, { hop: 1 }, undefined, resolver, now)(header);
    };
  }
}

function noEnvelope(): DktoolError {
  return new DktoolError('closed-descriptor', 'the launcher kept no copy of the envelope', { kind: 'temporary' });
}

const NO_MESSAGE: readonly ErrorCode[] = ['not-a-message', 'empty-message'];

/** `undefined`: it is not a message. */
async function judgedOrNot(judge: InputJudge, chunks: Iterator<Buffer>): Promise<JudgedMessage | undefined> {
  try {
    // Without a way to close it: what is left behind an error is still read.
    return await judge.judgeChunks({ [Symbol.iterator]: () => ({ next: () => chunks.next() }) });
  } catch (error) {
    if (error instanceof DktoolError && NO_MESSAGE.includes(error.code)) return undefined;
    throw error;
  }
}

const NO_VERDICT = {
  dkim: { result: 'none', signatures: [] },
  domainkeys: { result: 'none', signatures: [], sender: undefined, policy: undefined },
} as const;

/** What is not a message may hold forged results all the same. */
function unjudged(replay: Replay, id: string): Annotation {
  const splitter = new MessageSplitter();
  for (const chunk of replay.messageWith(NOTHING, 0)) splitter.write(chunk);
  splitter.end();
  const header = cleanable(splitter);
  const cleaned = cleanHeader(splitter, header, forgedResults(header, id));
  return {
    field: Buffer.from(formatAuthResults(id, [], splitter.lineEnd) + splitter.lineEnd, 'latin1'),
    at: splitter.mboxLine.length,
    edits: cleaned.splices,
    notice: cleaningNotice(cleaned),
  };
}

/** The message as it goes to the queue. Signatures stand below our result, and do not cover it. */
async function signed(
  replay: Replay,
  { field, at, edits }: Received,
  signing: MailSigning | undefined,
): Promise<Iterable<Buffer>> {
  // What is signed has to be what qmail-remote sends in the end, which makes CRLF of every LF.
  const cleaned = () => withLineFeeds(replay.messageWith(NOTHING, 0, edits));
  const result = signing && (await mailSignatures(cleaned(), signing));
  if (result === undefined || 'unsigned' in result) return replay.messageWith(field, at, edits);
  const { fields, insertAt } = result.signed;
  const insert = Buffer.concat([...withLineFeeds([field]), fields]);
  return spliced(cleaned(), [{ at: insertAt, remove: 0, insert }]);
}

/** As QMAILQUEUE: verifies what comes in, signs what is to be signed, and hands it to the real qmail-queue. */
import { type Annotation, annotation, cleanable } from '../../console/verify/annotate.ts';
import { cleaningNotice } from '../../console/verify/cleaning-notice.ts';
import { complain, sayer } from '../../console/terminal/complain.ts';
import { environmentSettings } from '../../console/options/environment.ts';
import { QmailControl } from './control.ts';
import {
  type ProgramEnd,
  qmailProgram,
  type QmailSlot,
  requireOpen,
  runQmailProgram,
  runWithMessage,
} from './program.ts';
import { type MailSigning, mailSignatures } from './signing.ts';
import { domainKeysSetting, SPOOL_LIMIT } from './slot.ts';
import { Replay } from '../../console/streams/replay.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { InputJudge, type JudgedMessage } from '../../console/verify/judge.ts';
import { formatAuthResults } from '../../lib/auth-results/field.ts';
import { forgedResults } from '../../lib/auth-results/forged.ts';
import { DktoolError } from '../../lib/errors.ts';
import { withoutCarriageReturns } from '../../lib/message/line-ends.ts';
import { cleanHeader } from '../../lib/header/clean-header.ts';
import { MessageSplitter } from '../../lib/message/message-splitter.ts';
import { type Splice, spliced } from '../../lib/message/splice.ts';
import { type Decision, parseDkverify } from '../../lib/qmail/dkverify.ts';
import { QUEUE_EXIT, queueExitOf } from '../../lib/qmail/queue-exit.ts';
import { refusalOf } from '../../lib/qmail/refusal.ts';

const NAME = 'dktool-queue';
const DEFAULT_PROGRAM = 'bin/qmail-queue';
/** Seconds for all look-ups of a message together: whoever sends it is waiting. */
const DEFAULT_DEADLINE = 20;

/**
 * Queue one message.
 *
 * @param args handed on; qmail-queue knows none
 * @returns the exit status: the program's, or one of qmail-queue's own for faults of ours
 */
export async function dktoolQueue(args: readonly string[], slot: QmailSlot): Promise<number> {
  try {
    return await queue(args, slot);
  } catch (error) {
    complain(error, NAME, slot);
    return queueExitOf(error);
  }
}

async function queue(args: readonly string[], slot: QmailSlot): Promise<number> {
  requireOpen(0, 'message');
  requireOpen(1, 'envelope');
  const { env } = slot;
  const control = new QmailControl(slot);
  const program = qmailProgram(control.inHome(env['DKQUEUE'] || DEFAULT_PROGRAM), args);
  const verifies = env['DKVERIFY'] !== undefined && env['RELAYCLIENT'] === undefined;
  const signing = signingOf(control, slot);
  // Nothing to do: it is as if we were not there.
  if (!verifies && signing === undefined) return statusOf(runQmailProgram(program, 0, slot));

  const replay = new Replay(slot.stdin, SPOOL_LIMIT);
  try {
    const received = verifies ? await verify(replay, control, slot) : unverified(replay);
    if (received.decision !== 'accept') return REFUSALS[received.decision];
    return statusOf(runWithMessage(program, await signed(replay, received, signing), slot));
  } finally {
    replay.close();
  }
}

const REFUSALS = { reject: QUEUE_EXIT.rejected, defer: QUEUE_EXIT.deferred } as const;

function statusOf(end: ProgramEnd): number {
  if ('status' in end) return end.status;
  throw new DktoolError('program-broken', `qmail-queue: ${end.broken}`, { kind: 'temporary' });
}

function signingOf(control: QmailControl, slot: QmailSlot): MailSigning | undefined {
  const keyPath = slot.env['DKSIGN'];
  if (!keyPath) return undefined;
  return {
    keyPath: control.inHome(keyPath),
    domainkeys: domainKeysSetting(slot),
    now: environmentSettings(slot).now,
    signsFor: () => true,
  };
}

/** A message that was read to its end, and what is to be changed in it. */
interface Received {
  readonly decision: Decision;
  /** Put in at `at`; empty where nothing is. */
  readonly field: Buffer;
  readonly at: number;
  readonly edits: readonly Splice[];
}

const NOTHING = Buffer.alloc(0);

function unverified(replay: Replay): Received {
  drain(replay.read()[Symbol.iterator]());
  return { decision: 'accept', field: NOTHING, at: 0, edits: [] };
}

function drain(chunks: Iterator<Buffer>): void {
  while (!chunks.next().done);
}

async function verify(replay: Replay, control: QmailControl, slot: QmailSlot): Promise<Received> {
  const style = { id: control.me(), compat: undefined, fieldOnly: false };
  const { dns, now } = environmentSettings(slot);
  const judge = new InputJudge(await resolverOf({ deadline: DEFAULT_DEADLINE, ...dns }, slot), { now });
  const chunks = replay.read()[Symbol.iterator]();
  const judged = await judgedOrNot(judge, chunks);
  drain(chunks);
  const verdict = judged?.verdict ?? NO_VERDICT;
  const decision = refusalOf(parseDkverify(slot.env['DKVERIFY'] ?? ''), verdict);
  if (decision !== 'accept') {
    const { dkim, domainkeys } = verdict;
    sayer(NAME, slot)(`refused by DKVERIFY: dkim=${dkim.result} domainkeys=${domainkeys.result}`);
    return { decision, field: NOTHING, at: 0, edits: [] };
  }
  const { field, at, edits, notice } = judged === undefined ? unjudged(replay, style.id) : annotation(judged, style);
  if (notice !== undefined) sayer(NAME, slot)(notice);
  return { decision, field, at, edits };
}

const NO_MESSAGE: readonly string[] = ['not-a-message', 'empty-message'];

/** `undefined`: it is no message. */
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

/** What is no message may hold forged results all the same. */
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
  // What is signed has to be what qmail-remote sends in the end, which puts a CR before every LF.
  const cleaned = () => withoutCarriageReturns(replay.messageWith(NOTHING, 0, edits));
  const result = signing && (await mailSignatures(cleaned(), signing));
  if (result === undefined) return replay.messageWith(field, at, edits);
  const insert = Buffer.concat([...withoutCarriageReturns([field]), result.fields]);
  return spliced(cleaned(), [{ at: result.insertAt, remove: 0, insert }]);
}

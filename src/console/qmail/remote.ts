/** In place of qmail-remote: signs what is sent, and hands it to the real one. */
import { environmentSettings } from '../options/environment.ts';
import { QmailControl } from './control.ts';
import { appendToLog, mailLine, signedText } from './log.ts';
import {
  type ProgramEnd,
  qmailProgram,
  type QmailContext,
  requireOpen,
  runQmailProgram,
  runWithMessage,
} from './program.ts';
import { mailSignatures, type MailSigning } from './signing.ts';
import { domainKeysSetting, SPOOL_LIMIT } from './settings.ts';
import { Replay } from '../streams/replay.ts';
import { printable } from '../terminal/sanitize.ts';
import { DktoolError } from '../../lib/errors.ts';
import { withLineFeeds } from '../../lib/message/line-ends.ts';
import { spliced } from '../../lib/message/splice.ts';
import { deferral, REMOTE_EXIT, reportText } from '../../lib/qmail/remote-report.ts';
import { isWithin, toAscii } from '../../lib/syntax/domain-name.ts';

const DEFAULT_PROGRAM = 'bin/qmail-remote.orig';

/**
 * Send one message.
 *
 * @param args host, envelope sender, recipients, as qmail-rspawn gives them
 * @returns the exit status: the program's, or 0 and a report of ours that puts the mail off. Where a launcher waits for an
 *   answer, it has been given
 */
export async function dktoolRemote(args: readonly string[], context: QmailContext): Promise<number> {
  try {
    const { end, note } = await send(args, context);
    if (context.handover !== undefined && 'status' in end) context.handover.answer(end.status, note);
    return statusOf(end);
  } catch (error) {
    return putOff(error, context);
  }
}

/**
 * A program that broke may have reported something already, so nothing is added to that. With 111, qmail-rspawn puts the
 * mail off whatever there is of a report, as it does after a crash; with 0 it would take half a report for a rejection.
 */
function statusOf(end: ProgramEnd): number {
  return 'status' in end ? end.status : REMOTE_EXIT.deferred;
}

function putOff(error: unknown, { stdout, handover }: QmailContext): number {
  const known = error instanceof Error ? error.message : String(error);
  const sentence = printable(error instanceof DktoolError ? known : `internal error: ${known}`);
  try {
    if (handover === undefined) stdout.write(deferral(sentence));
    else handover.answer(REMOTE_EXIT.reported, reportText(sentence));
    return REMOTE_EXIT.reported;
  } catch {
    return REMOTE_EXIT.deferred;
  }
}

interface Sent {
  readonly end: ProgramEnd;
  /** For the log of the system, in the hands of the launcher. */
  readonly note?: string;
}

async function send(args: readonly string[], context: QmailContext): Promise<Sent> {
  if (args.length < 3) {
    throw new DktoolError('usage', 'usage as for qmail-remote: HOST SENDER RECIPIENT', { kind: 'temporary' });
  }
  requireOpen(0, 'message', context);
  const control = new QmailControl(context);
  const program = qmailProgram(control.inHome(context.env['DKREMOTE'] || DEFAULT_PROGRAM), args);
  const signing = signingOf(args[1]!, control, context);
  // Nothing to sign with: it is as if we were not there.
  if (signing === undefined) return { end: runQmailProgram(program, 0, context) };

  const replay = new Replay(context.stdin, SPOOL_LIMIT);
  try {
    // What is signed has to be what is sent: qmail-remote makes CRLF of every LF, and of a bare CR, if at all, it makes that too.
    const result = await mailSignatures(withLineFeeds(replay.read()), signing);
    const message = replay.messageWith(NOTHING, 0);
    if ('unsigned' in result) {
      const note = logged(mailLine(`unsigned: ${result.unsigned}`, args), signing.now, context);
      return { end: runWithMessage(program, message, context), note };
    }
    const { signed, keys } = result;
    logged(mailLine(signedText(keys), args), signing.now, context);
    const splice = { at: signed.insertAt, remove: 0, insert: signed.fields };
    return { end: runWithMessage(program, spliced(withLineFeeds(message), [splice]), context) };
  } finally {
    replay.close();
  }
}

const NOTHING = new Uint8Array();

/** @returns what is to go to the system's log, since there is no other */
function logged(line: string, now: number, { env }: QmailContext): string {
  const path = env['DKTOOL_LOG'];
  return path && appendToLog(path, 'dktool-remote', line, now) ? '' : line;
}

/** `undefined`: there is nothing to sign with. */
function signingOf(sender: string, control: QmailControl, context: QmailContext): MailSigning | undefined {
  const { env } = context;
  const dksign = env['DKSIGN'] ? { keyPath: env['DKSIGN'], domainkeys: true } : control.dksign();
  if (dksign === undefined) return undefined;
  return {
    keyPath: control.inHome(dksign.keyPath),
    domainkeys: dksign.domainkeys && domainKeysSetting(context),
    now: environmentSettings(context).now,
    objection: objectionOf(sender, env['DKTOOL_SIGN_SENDER']),
  };
}

/** A bounce of a bounce has this sender. */
const DOUBLE_BOUNCE = '#@[]';

/**
 * Whose mail is signed: that for which the envelope sender's domain may speak, or with `any` everybody's. With `any`,
 * whoever gets mail forwarded here can have his own forgery signed in the name of somebody here.
 */
function objectionOf(sender: string, setting = ''): MailSigning['objection'] {
  if (setting === 'any') return () => undefined;
  if (setting !== '' && setting !== 'match') {
    throw new DktoolError('bad-environment', `DKTOOL_SIGN_SENDER is '${setting}', not match or any`, {
      kind: 'temporary',
    });
  }
  if (sender === '' || sender === DOUBLE_BOUNCE) return () => undefined;
  const at = sender.lastIndexOf('@');
  const domain = at === -1 ? undefined : toAscii(Buffer.from(sender.slice(at + 1), 'utf8').toString('latin1'));
  return (author) =>
    domain !== undefined && (isWithin(author, domain) || isWithin(domain, author))
      ? undefined
      : `its author is at ${author}, but its envelope sender is not (DKTOOL_SIGN_SENDER)`;
}

/** In place of qmail-remote: signs what is sent, and hands it to the real one. */
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
import { mailSignatures, type MailSigning } from './signing.ts';
import { domainKeysSetting, SPOOL_LIMIT } from './slot.ts';
import { Replay } from '../../console/streams/replay.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { DktoolError } from '../../lib/errors.ts';
import { withoutCarriageReturns } from '../../lib/message/line-ends.ts';
import { spliced } from '../../lib/message/splice.ts';
import { deferral, REMOTE_EXIT } from '../../lib/qmail/remote-report.ts';
import { isWithin, toAscii } from '../../lib/syntax/domain-name.ts';

const DEFAULT_PROGRAM = 'bin/qmail-remote.orig';

/**
 * Send one message.
 *
 * @param args host, envelope sender, recipients, as qmail-rspawn gives them
 * @returns the exit status: the program's, or 0 and a report of ours that puts the mail off
 */
export async function dktoolRemote(args: readonly string[], slot: QmailSlot): Promise<number> {
  try {
    return statusOf(await send(args, slot));
  } catch (error) {
    return putOff(error, slot);
  }
}

/**
 * A program that broke may have reported something already, so nothing is added to that. With 111, qmail-rspawn puts the
 * mail off whatever there is of a report, as it does after a crash; with 0 it would take half a report for a rejection.
 */
function statusOf(end: ProgramEnd): number {
  return 'status' in end ? end.status : REMOTE_EXIT.deferred;
}

function putOff(error: unknown, { stdout }: QmailSlot): number {
  const known = error instanceof Error ? error.message : String(error);
  const sentence = error instanceof DktoolError ? known : `internal error: ${known}`;
  try {
    stdout.write(deferral(printable(sentence)));
    return REMOTE_EXIT.reported;
  } catch {
    return REMOTE_EXIT.deferred;
  }
}

async function send(args: readonly string[], slot: QmailSlot): Promise<ProgramEnd> {
  if (args.length < 3) {
    throw new DktoolError('usage', 'it is run as qmail-remote is: HOST SENDER RECIPIENT', { kind: 'temporary' });
  }
  requireOpen(0, 'message');
  const control = new QmailControl(slot);
  const program = qmailProgram(control.inHome(slot.env['DKREMOTE'] || DEFAULT_PROGRAM), args);
  const signing = signingOf(args[1]!, control, slot);
  // Nothing to sign with: it is as if we were not there.
  if (signing === undefined) return runQmailProgram(program, 0, slot);

  const replay = new Replay(slot.stdin, SPOOL_LIMIT);
  try {
    // qmail-remote puts a CR before every LF, so what has one already would be sent with two.
    const result = await mailSignatures(withoutCarriageReturns(replay.read()), signing);
    const message = replay.messageWith(NOTHING, 0);
    if (result === undefined) return runWithMessage(program, message, slot);
    const signed = spliced(withoutCarriageReturns(message), [
      { at: result.insertAt, remove: 0, insert: result.fields },
    ]);
    return runWithMessage(program, signed, slot);
  } finally {
    replay.close();
  }
}

const NOTHING = new Uint8Array();

/** `undefined`: there is nothing to sign with. */
function signingOf(sender: string, control: QmailControl, slot: QmailSlot): MailSigning | undefined {
  const { env } = slot;
  const dksign = env['DKSIGN'] ? { keyPath: env['DKSIGN'], domainkeys: true } : control.dksign();
  if (dksign === undefined) return undefined;
  return {
    keyPath: control.inHome(dksign.keyPath),
    domainkeys: dksign.domainkeys && domainKeysSetting(slot),
    now: environmentSettings(slot).now,
    signsFor: authorsSignedFor(sender, env['DKTOOL_SIGN_SENDER']),
  };
}

/** A bounce of a bounce has this sender. */
const DOUBLE_BOUNCE = '#@[]';

/**
 * Whose mail is signed: everybody's, or with `match` only that which the envelope sender's domain may speak for. Otherwise
 * whoever gets mail forwarded here could have his own forgery signed in the name of somebody here.
 */
function authorsSignedFor(sender: string, setting = ''): MailSigning['signsFor'] {
  if (setting === '' || setting === 'any') return () => true;
  if (setting !== 'match') {
    throw new DktoolError('bad-environment', `DKTOOL_SIGN_SENDER is '${setting}', and not match or any`, {
      kind: 'temporary',
    });
  }
  if (sender === '' || sender === DOUBLE_BOUNCE) return () => true;
  const at = sender.lastIndexOf('@');
  const domain = at === -1 ? undefined : toAscii(Buffer.from(sender.slice(at + 1), 'utf8').toString('latin1'));
  return (author) => domain !== undefined && (isWithin(author, domain) || isWithin(domain, author));
}

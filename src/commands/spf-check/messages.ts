/** SPF over saved messages: the header block is enough, unless the message is to be written on. */
import { cleanHeader } from '../../lib/header/clean-header.ts';
import { MailboxWatch } from '../../lib/message/mailbox-watch.ts';
import { MessageSplitter } from '../../lib/message/message-splitter.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { HeaderBlock } from '../../lib/header/header-block.ts';
import { forgedReceivedSpf } from '../../lib/spf/forged-received-spf.ts';
import { type HopChoice, type MessageSession, sessionOf } from '../../lib/spf/message-session.ts';
import type { ByteSink, ByteSource } from '../../console/streams/bytes.ts';
import { cleaningNotice } from '../../console/verify/cleaning-notice.ts';
import { severalMessages } from '../../console/streams/input-error.ts';
import type { Input } from '../../console/streams/input.ts';
import { Replay } from '../../console/streams/replay.ts';

const CHUNK = 64 * 1024;

/** Read the header block of a message and the session that it tells of. The rest of a pipe is read too, for its writer's sake. */
export function readSession(input: Input, choice: HopChoice): MessageSession {
  const { source, close } = input.open();
  try {
    const splitter = new MessageSplitter();
    const buffer = Buffer.allocUnsafeSlow(CHUNK);
    const watch = new MailboxWatch();
    for (let length = source.read(buffer); length > 0; length = source.read(buffer)) {
      const body = splitter.write(buffer.subarray(0, length));
      if (splitter.header === undefined || input.name === '-') continue;
      if (splitter.mboxLine.length === 0) break;
      watch.write(body);
    }
    splitter.end();
    if (watch.end()) throw severalMessages(input.name);
    return sessionIn(splitter, choice);
  } finally {
    close();
  }
}

function sessionIn(splitter: MessageSplitter, choice: HopChoice): MessageSession {
  return sessionOf(headerOf(splitter), choice);
}

function headerOf(splitter: MessageSplitter): HeaderBlock {
  if (splitter.header !== undefined) return splitter.header;
  throw new DktoolError('header-over-limit', `the header block is not that of a message: ${splitter.overLimit}`, {
    kind: 'permanent',
  });
}

/**
 * Write a message on with fields put on top, below an mbox `From ` line, and those taken out that pretend to be ours.
 *
 * @param receiver our own name
 * @param fieldsFor given the session of the message and its line end, the fields; nothing is written before it is done
 * @returns what else was changed, as a sentence for the operator
 */
export async function annotateSpf(
  source: ByteSource,
  sink: ByteSink,
  choice: HopChoice,
  receiver: string | undefined,
  fieldsFor: (session: MessageSession, lineEnd: '\n' | '\r\n') => Promise<string>,
): Promise<string | undefined> {
  const replay = new Replay(source);
  try {
    let splitter = split(replay.read());
    if (!replay.isSteady) splitter = split(replay.readAgain());
    const header = headerOf(splitter);
    const fields = await fieldsFor(sessionOf(header, choice), splitter.lineEnd);
    const cleaned = cleanHeader(splitter, header, forgedReceivedSpf(header, receiver));
    replay.writeTo(sink, Buffer.from(fields, 'latin1'), splitter.mboxLine.length, cleaned.splices);
    return cleaningNotice(cleaned);
  } finally {
    replay.close();
  }
}

function split(chunks: Iterable<Buffer>): MessageSplitter {
  const splitter = new MessageSplitter();
  for (const chunk of chunks) splitter.write(chunk);
  splitter.end();
  return splitter;
}

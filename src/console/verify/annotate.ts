/** A message written on with the verdict on it as a header field on top: what `verify --auth-results` does. */
import { formatAuthResults } from '../../lib/auth-results/field.ts';
import { forgedResults } from '../../lib/auth-results/forged.ts';
import { authStatements } from '../../lib/auth-results/statements.ts';
import { messageDkStatus } from '../../lib/domainkeys/status.ts';
import { DktoolError } from '../../lib/errors.ts';
import { cleanHeader } from '../../lib/header/clean-header.ts';
import type { HeaderBlock, HeaderField } from '../../lib/header/header-block.ts';
import { fieldsReadAs } from '../../lib/header/loose-name.ts';
import type { MessageSplitter } from '../../lib/message/message-splitter.ts';
import type { Splice } from '../../lib/message/splice.ts';
import { formatQmailPatchResults } from '../../lib/auth-results/qmail-patch.ts';
import type { ByteSink, ByteSource } from '../streams/bytes.ts';
import { cleaningNotice } from './cleaning-notice.ts';
import { Replay } from '../streams/replay.ts';
import type { InputJudge, JudgedMessage } from './judge.ts';

export interface AnnotationStyle {
  /** The authserv-id; dktest's form has none. */
  readonly id: string;
  /** `qmail-patch`: the field of the old qmail patch. `dktest`: DomainKey-Status. */
  readonly compat: 'qmail-patch' | 'dktest' | undefined;
  /** Print the field and not the message. */
  readonly fieldOnly: boolean;
}

/** The line that libdomainkeys' dktest put above what it found out. */
export const DKTEST_COMMENT = 'Comment: DomainKeys? See http://domainkeys.sourceforge.net/';

export interface AnnotatedMessage {
  readonly judged: JudgedMessage;
  /** See `Annotation`. */
  readonly notice: string | undefined;
}

/**
 * Judge a message and write it to `sink` with its result on top, below an mbox `From ` line. Not one byte goes out before the
 * verdict is there.
 *
 * @throws DktoolError where the input is not a message, or its header block is none that could be cleaned of forged results
 */
export async function annotate(
  source: ByteSource,
  sink: ByteSink,
  judge: InputJudge,
  style: AnnotationStyle,
): Promise<AnnotatedMessage> {
  const replay = new Replay(source);
  try {
    let judged = await judge.judgeChunks(replay.read());
    if (!replay.isSteady) judged = await judge.judgeChunks(replay.readAgain());
    cleanable(judged.message);
    const { field, at, edits, notice } = annotation(judged, style);
    if (style.fieldOnly) sink.write(field);
    else replay.writeTo(sink, field, at, edits);
    return { judged, notice: style.fieldOnly ? undefined : notice };
  } finally {
    replay.close();
  }
}

/** How a message is changed that is to carry its result. */
export interface Annotation {
  /** The field with its line end, the message's own. */
  readonly field: Buffer;
  /** Where it belongs: 0 or behind an mbox `From ` line. */
  readonly at: number;
  /** What takes out the fields that pretend to be ours, and whatever else deceives. */
  readonly edits: readonly Splice[];
  /** What else was changed, as a sentence for the operator. */
  readonly notice: string | undefined;
}

/**
 * Where the header block broke a limit, nobody knows which forged results it holds: an empty line behind our field makes a
 * body of it, in which nobody looks for them.
 */
export function annotation(judged: JudgedMessage, style: AnnotationStyle): Annotation {
  const { header, lineEnd, mboxLine, overLimit } = judged.message;
  const field = Buffer.from(resultField(judged, style), 'latin1');
  const at = mboxLine.length;
  if (header === undefined) {
    const notice = `${overLimit}: all of it is passed on as body, below a header with our result`;
    return { field: Buffer.concat([field, Buffer.from(lineEnd)]), at, edits: [], notice };
  }
  const cleaned = cleanHeader(judged.message, header, forged(header, style));
  return { field, at, edits: cleaned.splices, notice: cleaningNotice(cleaned) };
}

/** @throws DktoolError where the header block is over a limit, so that nobody knows what is in it */
export function cleanable({ header, overLimit }: MessageSplitter): HeaderBlock {
  if (header !== undefined) return header;
  throw new DktoolError('header-over-limit', `cannot pass the message on: ${overLimit}`, { kind: 'permanent' });
}

/** The field with its line end, the message's own. */
export function resultField(judged: JudgedMessage, { id, compat, fieldOnly }: AnnotationStyle): string {
  const { verdict, adsp, spf, dmarc, message } = judged;
  const { lineEnd } = message;
  const spfVerdict = spf !== undefined && 'verdict' in spf ? spf.verdict : undefined;
  if (compat === 'qmail-patch') return formatQmailPatchResults(id, verdict) + lineEnd;
  if (compat === undefined) {
    return formatAuthResults(id, authStatements(verdict, adsp, spfVerdict, dmarc?.verdict), lineEnd) + lineEnd;
  }
  const { word } = messageDkStatus(verdict.domainkeys.signatures, verdict.domainkeys.sender !== undefined);
  return `${fieldOnly ? `${DKTEST_COMMENT}\n` : ''}DomainKey-Status: ${word}${fieldOnly ? '\n' : lineEnd}`;
}

/** Fields that pretend to be ours. A DomainKey-Status carries no name: all of them do (RFC 4870 section 3.8). */
function forged(header: HeaderBlock, { id, compat }: AnnotationStyle): readonly HeaderField[] {
  return compat === 'dktest' ? fieldsReadAs(header, 'domainkey-status') : forgedResults(header, id);
}

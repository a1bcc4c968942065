/** The message as it was signed. */
import type { HeaderBlock } from '../header/header-block.ts';
import { withCrlf } from './body/lines.ts';
import type { Restoration } from './explanation.ts';
import { editedHeader } from './undo.ts';

/** A message taken apart; its bytes are those that came. */
export interface MessageBytes {
  /** A leading mbox line, or nothing. */
  readonly mboxLine: Buffer;
  readonly header: HeaderBlock;
  readonly separator: Buffer;
  readonly body: Buffer;
  readonly lineEnd: '\n' | '\r\n';
}

/** Header order, line ends and all that is not signed stay as they came. */
export function restoredMessage(message: MessageBytes, { edits, body }: Restoration): Buffer {
  const { mboxLine, header, separator, lineEnd } = message;
  const restored = body === undefined ? message.body : lineEnd === '\n' ? body : withCrlf(body);
  return Buffer.concat([mboxLine, editedHeader(header, edits, lineEnd), separator, restored]);
}

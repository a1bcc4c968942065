import type { ByteSource } from './bytes.ts';

/** A line of input without its line end. */
export interface InputLine {
  /** From 1. */
  readonly number: number;
  /** `undefined` for a line over the limit: it is passed over. */
  readonly text: string | undefined;
}

const CHUNK = 64 * 1024;
const LF = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * The lines of a source as UTF-8 text, LF or CRLF. Memory holds one line at a time.
 *
 * @param limit octets of one line
 * @returns `undefined` before each read: see piecesOf
 */
export function* linesOf(source: ByteSource, limit: number): Generator<InputLine | undefined> {
  let number = 0;
  for (const piece of piecesOf(source, LF, limit)) {
    if (piece === undefined) yield undefined;
    else yield { number: ++number, text: piece.length > limit ? undefined : lineText(piece) };
  }
}

function lineText(line: Buffer): string {
  return line.toString('utf8').replace(/\r$/, '');
}

/**
 * What stands between separators, the last of which may be missing.
 *
 * @param limit octets of one piece; of a longer one, `limit + 1` octets are kept
 * @returns views that hold until the next is asked for; `undefined` before each read, which may wait: a chance to finish
 *   what is under way
 */
export function* piecesOf(source: ByteSource, separator: number, limit: number): Generator<Buffer | undefined> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let held = NOTHING;
  const behindHeld = (more: Buffer) => (held.length === 0 ? more : Buffer.concat([held, more])).subarray(0, limit + 1);
  for (;;) {
    yield undefined;
    const chunk = buffer.subarray(0, source.read(buffer));
    if (chunk.length === 0) break;
    let at = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, at)) {
      yield behindHeld(chunk.subarray(at, end));
      held = NOTHING;
      at = end + 1;
    }
    held = Buffer.from(behindHeld(chunk.subarray(at)));
  }
  if (held.length > 0) yield held;
}

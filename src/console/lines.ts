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

/**
 * The lines of a source as UTF-8 text, LF or CRLF. Memory holds one line at a time.
 *
 * @param limit octets of one line
 */
export function* linesOf(source: ByteSource, limit: number): Generator<InputLine> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const take = (piece: Buffer) => {
    length += piece.length;
    if (length <= limit) parts.push(Buffer.from(piece));
    else parts = [];
  };
  const finish = (): InputLine => {
    const text = length > limit ? undefined : Buffer.concat(parts).toString('utf8').replace(/\r$/, '');
    parts = [];
    length = 0;
    return { number: ++number, text };
  };
  for (let got = source.read(buffer); got > 0; got = source.read(buffer)) {
    let at = 0;
    for (let lf = buffer.indexOf(LF, at); lf >= 0 && lf < got; lf = buffer.indexOf(LF, at)) {
      take(buffer.subarray(at, lf));
      at = lf + 1;
      yield finish();
    }
    take(buffer.subarray(at, got));
  }
  if (length > 0) yield finish();
}

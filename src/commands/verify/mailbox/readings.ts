/** A message of an mbox, some lines of which may have been escaped when it was put in: what was signed decides. */
import type { ByteSource } from '../../../console/streams/bytes.ts';
import type { Input, OpenInput } from '../../../console/streams/input.ts';
import type { InputJudge, Judged } from '../../../console/verify/judge.ts';
import { type EscapeForm, FromUnescaper } from '../../../lib/mailbox/unescape.ts';

/** What an escaped line holds. */
const ESCAPED = '>From ';

/**
 * Judge a message as it stands. Where its body is not what was signed, judge it without the escapes too; the reading that
 * passes counts, then one whose body is what was signed, then the first form.
 *
 * @param escapes forms to try, in this order
 * @param bytes all of the message, where it is in memory
 */
export function judgeReadings(
  judge: InputJudge,
  input: Input,
  escapes: readonly EscapeForm[],
  bytes?: Buffer,
): Judged | Promise<Judged> {
  const asItStands = judge.judge(input);
  if (escapes.length === 0) return asItStands;
  const readAgain = (judged: Judged) =>
    isBodyChanged(judged) && bytes?.includes(ESCAPED) !== false ? bestReading(judge, input, escapes, judged) : judged;
  return asItStands instanceof Promise ? asItStands.then(readAgain) : readAgain(asItStands);
}

async function bestReading(
  judge: InputJudge,
  input: Input,
  escapes: readonly EscapeForm[],
  asItStands: Judged,
): Promise<Judged> {
  let best: Judged | undefined;
  for (const form of escapes) {
    const unescaper = new FromUnescaper(form);
    const judged = await judge.judge({ ...input, open: () => unescaped(input.open(), unescaper) });
    if (unescaper.count === 0) continue;
    const reading = { ...judged, unescaped: { form, lines: unescaper.count } };
    if (best === undefined || fit(reading) > fit(best)) best = reading;
  }
  return best === undefined || fit(asItStands) > fit(best) ? asItStands : best;
}

function isBodyChanged(judged: Judged): boolean {
  if ('error' in judged) return false;
  const { dkim, domainkeys } = judged.verdict;
  return (
    dkim.signatures.some(({ bodyHash }) => bodyHash === 'mismatch') ||
    domainkeys.signatures.some(({ signature }) => signature === 'invalid')
  );
}

/** How much of a message is what was signed. */
function fit(judged: Judged): number {
  if ('error' in judged) return 0;
  if (judged.verdict.result === 'pass') return 3;
  return judged.verdict.dkim.signatures.some(({ bodyHash }) => bodyHash === 'match') ? 2 : 1;
}

function unescaped({ source, close }: OpenInput, unescaper: FromUnescaper): OpenInput {
  return { source: new UnescapedSource(source, unescaper), close };
}

class UnescapedSource implements ByteSource {
  readonly fd = undefined;
  readonly isTerminal = false;
  readonly #source: ByteSource;
  readonly #unescaper: FromUnescaper;
  #ready: Buffer = Buffer.alloc(0);
  #isOver = false;
  /** What was read of the source; reused. */
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: ByteSource, unescaper: FromUnescaper) {
    this.#source = source;
    this.#unescaper = unescaper;
  }

  read(into: Uint8Array): number {
    while (this.#ready.length === 0 && !this.#isOver) this.#fill(into.length);
    const part = this.#ready.subarray(0, into.length);
    into.set(part);
    this.#ready = this.#ready.subarray(part.length);
    return part.length;
  }

  #fill(length: number): void {
    if (this.#chunk.length < length) this.#chunk = Buffer.allocUnsafeSlow(length);
    const got = this.#source.read(this.#chunk);
    this.#isOver = got === 0;
    this.#ready = this.#isOver ? this.#unescaper.end() : this.#unescaper.write(this.#chunk.subarray(0, got));
  }
}

/** What begins like an mbox may be one message, as a delivery agent hands it over, and may quote a mailbox. */
import { type ByteSource, MemorySource } from '../../../console/streams/bytes.ts';
import type { MailboxPlace } from '../../../console/streams/input.ts';
import type { FoundMailbox, InputJudge, Judged } from '../../../console/verify/judge.ts';
import { ESCAPES } from './mbox.ts';
import { judgeReadings } from './readings.ts';

const ALONE: MailboxPlace = { id: '1', offset: 0, isOnly: true };

/** Octets of an mbox that is judged as one message first, or in every reading. */
const LONGEST = 1024 * 1024;

/**
 * @param found more of it is read
 * @returns the verdict, where its signatures say that it is one message; what was read so far
 */
export async function judgeAsOne(
  found: FoundMailbox,
  name: string,
  judge: InputJudge,
): Promise<{ readonly judged: Judged | undefined; readonly found: FoundMailbox }> {
  const { head, isWhole } = beginningOf(found);
  const readOn = { ...found, head };
  if (!isWhole) return { judged: undefined, found: readOn };
  const judged = await judge.judge({ name, open: () => ({ source: new MemorySource(head), close: () => {} }) });
  const isOne = !('error' in judged) && judged.isMailbox && judged.verdict.result === 'pass';
  if (isOne) found.close();
  return { judged: isOne ? judged : undefined, found: readOn };
}

/**
 * Judge what came through a pipe as one message and nothing else: its sender must not be able to append to a signed message
 * another one, which is verified alone.
 *
 * @returns the error `several-messages` where it looks like several messages and does not pass as one
 */
export async function judgePiped(found: FoundMailbox, name: string, judge: InputJudge): Promise<Judged> {
  const { head, isWhole } = beginningOf(found);
  const source = () => (isWhole ? new MemorySource(head) : new BegunSource(head, found.source));
  const input = { name, place: ALONE, open: () => ({ source: source(), close: found.close }) };
  const judged = await judgeReadings(judge, input, isWhole ? ESCAPES.auto : [], head);
  return 'error' in judged ? { name, error: judged.error } : judged;
}

function beginningOf({ head, source }: FoundMailbox): { readonly head: Buffer; readonly isWhole: boolean } {
  const bytes = Buffer.allocUnsafeSlow(LONGEST);
  let length = head.copy(bytes);
  let more = -1;
  for (; more !== 0 && length < LONGEST; length += more) more = source.read(bytes.subarray(length));
  return { head: bytes.subarray(0, length), isWhole: more === 0 };
}

/** A source, and what was read of it before. */
class BegunSource implements ByteSource {
  readonly fd = undefined;
  readonly isTerminal = false;
  readonly #source: ByteSource;
  #head: Buffer;

  constructor(head: Buffer, source: ByteSource) {
    this.#head = head;
    this.#source = source;
  }

  read(into: Uint8Array): number {
    if (this.#head.length === 0) return this.#source.read(into);
    const part = this.#head.subarray(0, into.length);
    into.set(part);
    this.#head = this.#head.subarray(part.length);
    return part.length;
  }
}

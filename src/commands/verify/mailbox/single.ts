/** What looks like an mbox of several messages may be one that quotes a mailbox, as a delivery agent hands it over. */
import { MemorySource } from '../../../console/streams/bytes.ts';
import type { FoundMailbox, InputJudge, Judged } from '../../../console/verify/judge.ts';

/** Octets of an mbox that is judged as one message first. */
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
  const bytes = Buffer.allocUnsafeSlow(LONGEST);
  let length = found.head.copy(bytes);
  let more = -1;
  for (; more !== 0 && length < LONGEST; length += more) more = found.source.read(bytes.subarray(length));
  const head = bytes.subarray(0, length);
  const readOn = { ...found, head };
  if (more !== 0) return { judged: undefined, found: readOn };
  const judged = await judge.judge({ name, open: () => ({ source: new MemorySource(head), close: () => {} }) });
  const isOne = !('error' in judged) && judged.isMailbox && judged.verdict.result === 'pass';
  if (isOne) found.close();
  return { judged: isOne ? judged : undefined, found: readOn };
}

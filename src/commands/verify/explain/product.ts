/** What verify --explain writes besides its words: the message as it was signed, the octets that were hashed. */
import { join } from 'node:path';
import { MAX_SIGNATURES } from '../../../lib/dkim/verify.ts';
import { hashedOctets } from '../../../lib/explain/hashed.ts';
import { restoredMessage } from '../../../lib/explain/restore.ts';
import type { Context } from '../../../console/context.ts';
import { withOutput } from '../../../console/streams/output.ts';
import type { InputJudge, JudgedMessage } from '../../../console/verify/judge.ts';

const passes = ({ verdict }: JudgedMessage) => verdict.dkim.signatures.filter(({ result }) => result === 'pass').length;

/**
 * The message as it was signed, as far as that is proven: the one on which most signatures pass.
 *
 * @returns a sentence where there is none
 */
export async function restored(judged: JudgedMessage, judge: InputJudge): Promise<Buffer | string> {
  const { explained, message } = judged;
  const { header, mboxLine, separator, lineEnd } = message;
  if (explained === undefined || header === undefined) return 'the message is too long to be restored';
  const parts = { mboxLine, header, separator, body: explained.body, lineEnd };
  let most = passes(judged);
  let best = most > 0 ? restoredMessage(parts, { edits: [], body: undefined }) : undefined;
  for (const explanation of explained.explanations) {
    if (explanation?.restoration === undefined) continue;
    const candidate = restoredMessage(parts, explanation.restoration);
    const count = passes(await judge.judgeChunks([candidate]));
    if (count > most) [most, best] = [count, candidate];
  }
  return best ?? 'no earlier form of this message could be proven on which a signature passes';
}

/**
 * Write `N.header` and `N.body` for each signature, counted from 1 from the top.
 *
 * @throws DktoolError, kind temporary, where a file cannot be written
 */
export function dumpCanonical({ explained, message }: JudgedMessage, folder: string, context: Context): void {
  if (explained === undefined || message.header === undefined) return;
  for (const [i, hashed] of hashedOctets(message.header, explained.body, MAX_SIGNATURES).entries()) {
    if (hashed === undefined) continue;
    withOutput(join(folder, `${i + 1}.header`), context, (sink) => sink.write(hashed.header));
    withOutput(join(folder, `${i + 1}.body`), context, (sink) => sink.write(hashed.body));
  }
}

/** A message of a mailbox as an input. */
import type { Input, MailboxPlace } from '../../../console/streams/input.ts';
import type { InputJudge, Judged } from '../../../console/verify/judge.ts';
import type { DktoolError } from '../../../lib/errors.ts';
import type { EscapeForm } from '../../../lib/mailbox/unescape.ts';
import type { KeptMessage } from './kept-message.ts';
import { judgeReadings } from './readings.ts';

export interface MailInput extends Input {
  readonly place: MailboxPlace;
  /** All of it, for another thread; `undefined`: it has to be judged in this one. */
  readonly bytes: Buffer | undefined;
  /** How an mbox may have escaped it: see judgeReadings. */
  readonly escapes: readonly EscapeForm[];
  /** Judge it, once. */
  judgeBy(judge: InputJudge): Judged | Promise<Judged>;
  /** It is not judged. */
  discard(): void;
}

/** @param name of the mailbox */
export function mailInput(
  name: string,
  place: MailboxPlace,
  kept: KeptMessage,
  escapes: readonly EscapeForm[] = [],
): MailInput {
  const input = { name, place, open: () => kept.open() };
  return {
    ...input,
    bytes: kept.bytes,
    escapes,
    judgeBy: (judge) => {
      const judged = judgeReadings(judge, input, escapes, kept.bytes);
      if (!(judged instanceof Promise)) {
        kept.release();
        return judged;
      }
      return judged.finally(() => kept.release());
    },
    discard: () => kept.release(),
  };
}

/** A message that cannot be read: the others are judged all the same. */
export function unreadableMail(name: string, place: MailboxPlace, error: DktoolError): MailInput {
  return {
    name,
    place,
    open: () => {
      throw error;
    },
    bytes: undefined,
    escapes: [],
    judgeBy: () => ({ name, place, error }),
    discard: () => {},
  };
}

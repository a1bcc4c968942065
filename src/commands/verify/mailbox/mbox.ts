import { MboxScanner, type MboxForm } from '../../../lib/mailbox/mbox.ts';
import type { EscapeForm } from '../../../lib/mailbox/unescape.ts';
import { inputError } from '../../../console/streams/input-error.ts';
import { MessageKeeper } from './kept-message.ts';
import { type MailInput, mailInput, unreadableMail } from './mail-input.ts';
import { type Octets, peekInto } from './octets.ts';

/** How each form escapes lines; `auto`, where the form is not given. */
export const ESCAPES: Readonly<Record<MboxForm | 'auto', readonly EscapeForm[]>> = {
  auto: ['mboxrd', 'mboxo'],
  mboxo: ['mboxo'],
  mboxrd: ['mboxrd'],
  mboxcl: ['mboxo'],
  mboxcl2: [],
};

/**
 * The messages of an mbox, numbered from 1.
 *
 * @param name of the mailbox
 * @param prefix of each id
 */
export async function* mboxMessages(
  { chunks, file }: Octets,
  name: string,
  prefix: string,
  form: MboxForm | undefined,
): AsyncGenerator<MailInput> {
  const scanner = new MboxScanner({ form, peek: file && peekInto(file) });
  const escapes = ESCAPES[form ?? 'auto'];
  let keeper = new MessageKeeper(file);
  let [number, offset] = [0, 0];
  const take = function* (events: ReturnType<MboxScanner['write']>, isEnd: boolean): Generator<MailInput> {
    for (const event of events) {
      if (event.kind === 'start') {
        keeper = new MessageKeeper(file);
        number++;
        offset = event.offset;
      } else if (event.kind === 'data') keeper.add(event.bytes, event.offset);
      else {
        const isOnly = isEnd && number === 1 && prefix === '';
        yield mailInput(name, { id: `${prefix}${number}`, offset, isOnly }, keeper.finish(), escapes);
      }
    }
  };
  try {
    for await (const chunk of chunks) yield* take(scanner.write(chunk), false);
    yield* take(scanner.end(), true);
  } catch (error) {
    keeper.discard();
    yield unreadableMail(name, { id: `${prefix}${number}`, offset }, inputError(error));
  }
}

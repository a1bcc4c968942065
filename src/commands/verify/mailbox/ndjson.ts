import { inputError } from '../../../console/streams/input-error.ts';
import { DktoolError } from '../../../lib/errors.ts';
import { parseLineMessage } from '../../../lib/mailbox/ndjson.ts';
import { MessageKeeper } from './kept-message.ts';
import { type MailInput, mailInput, unreadableMail } from './mail-input.ts';
import type { Octets } from './octets.ts';

const LF = 0x0a;

/** Octets of a line: a message of 48 MiB. A line is in memory as a whole, more than once. */
const LONGEST_LINE = 64 * 1024 * 1024;

/** The messages in lines of JSON. @param name of the file */
export async function* ndjsonMessages({ chunks }: Octets, name: string): AsyncGenerator<MailInput> {
  let held: Buffer[] = [];
  let [length, offset, number] = [0, 0, 0];
  const finish = (): MailInput[] => {
    const [line, place] = [held, { offset }];
    number++;
    offset += length + 1;
    const isTooLong = length > LONGEST_LINE;
    [held, length] = [[], 0];
    return isTooLong ? [unreadableMail(name, place, tooLong(number))] : messagesIn(line, name, place.offset, number);
  };
  try {
    for await (const chunk of chunks) {
      let from = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, from)) {
        held.push(chunk.subarray(from, end));
        length += end - from;
        from = end + 1;
        yield* finish();
      }
      length += chunk.length - from;
      if (length > LONGEST_LINE) held = [];
      else held.push(chunk.subarray(from));
    }
    if (length > 0) yield* finish();
  } catch (error) {
    yield unreadableMail(name, { offset }, inputError(error));
  }
}

function messagesIn(pieces: readonly Buffer[], name: string, offset: number, number: number): MailInput[] {
  const line = (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString('utf8');
  if (line.trim() === '') return [];
  try {
    const { id, bytes } = parseLineMessage(line);
    const keeper = new MessageKeeper(undefined);
    keeper.add(bytes, 0);
    return [mailInput(name, { id, offset }, keeper.finish())];
  } catch (error) {
    return [unreadableMail(name, { id: `line ${number}`, offset }, inputError(error))];
  }
}

function tooLong(number: number): DktoolError {
  const limit = `${LONGEST_LINE / 1024 / 1024} MiB`;
  return new DktoolError('line-too-long', `line ${number} is longer than ${limit}`, { kind: 'permanent' });
}

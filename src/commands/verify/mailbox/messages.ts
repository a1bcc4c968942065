/** The messages in a mailbox. */
import type { FoundMailbox } from '../../../console/verify/judge.ts';
import type { Input } from '../../../console/streams/input.ts';
import type { ContainerKind } from '../../../lib/mailbox/kind.ts';
import type { MboxForm } from '../../../lib/mailbox/mbox.ts';
import type { MailInput } from './mail-input.ts';
import { mboxMessages } from './mbox.ts';
import { ndjsonMessages } from './ndjson.ts';
import { type Octets, octetsOf } from './octets.ts';

export interface MailboxOptions {
  /** Of an mbox; `undefined`: it is found out. */
  readonly form: MboxForm | undefined;
  /** Called now and then with how much of the file has been read, where that is a file. */
  readonly read?: ((length: number, size: number) => void) | undefined;
}

/** @param from the input that the mailbox is */
export async function* messagesOf(
  found: FoundMailbox,
  { name, path }: Input,
  { form, read }: MailboxOptions,
): AsyncGenerator<MailInput, void> {
  const octets: Octets = octetsOf(found, path !== undefined, (length) => {
    if (octets.size !== undefined) read?.(length, octets.size);
  });
  yield* messagesIn(found.kind, octets, name, form);
}

async function* messagesIn(
  kind: ContainerKind,
  octets: Octets,
  name: string,
  form: MboxForm | undefined,
): AsyncGenerator<MailInput> {
  if (kind === 'mbox') yield* mboxMessages(octets, name, '', form);
  else if (kind === 'ndjson') yield* ndjsonMessages(octets, name);
  else throw new Error(`no reader for ${kind}`);
}

/** The messages in a mailbox or an archive. */
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Input } from '../../../console/streams/input.ts';
import { inputError } from '../../../console/streams/input-error.ts';
import type { FoundMailbox } from '../../../console/verify/judge.ts';
import { Spool } from '../../../console/streams/spool.ts';
import { DktoolError } from '../../../lib/errors.ts';
import {
  type ContainerKind,
  containerKind,
  type InputKind,
  isNoMessage,
  KIND_OCTETS,
} from '../../../lib/mailbox/kind.ts';
import type { MboxForm } from '../../../lib/mailbox/mbox.ts';
import { MessageKeeper, SharedFile } from './kept-message.ts';
import { type MailInput, mailInput, unreadableMail } from './mail-input.ts';
import { mboxMessages } from './mbox.ts';
import { ndjsonMessages } from './ndjson.ts';
import { type Octets, octetsOf, type OpenOctets } from './octets.ts';
import type { Member } from './tar.ts';
import { UnpackLimit } from './unpack-limit.ts';

export interface MailboxOptions {
  /** Of an mbox; `undefined`: it is found out. */
  readonly form: MboxForm | undefined;
  /** What the inputs are said to be. */
  readonly asked: InputKind | undefined;
  /** Called now and then with how much of the file has been read, where that is a file. */
  readonly read?: ((length: number, size: number) => void) | undefined;
}

/** @param from the input that the mailbox is */
export async function* messagesOf(
  found: FoundMailbox,
  { name, path }: Input,
  { form, asked, read }: MailboxOptions,
): AsyncGenerator<MailInput, void> {
  // What a message leaves behind is garbage at once. V8 would let 32 MiB of it pile up, for no gain in speed.
  setFlagsFromString('--semi-space-growth-factor=1');
  let before = 0;
  const limit = new UnpackLimit();
  const isRead = (length: number) => {
    limit.packed(length - before);
    before = length;
    if (octets.size !== undefined) read?.(length, octets.size);
  };
  const octets: OpenOctets = octetsOf(found, path !== undefined, isRead, found.kind === 'mbox');
  limit.packed(found.head.length);
  before = found.head.length;
  try {
    yield* new MailboxReader(name, form, asked, limit).messages(found.kind, octets, undefined, 0);
  } finally {
    octets.release();
  }
}

/** Archives in archives in archives are nobody's mail. */
const DEEPEST = 4;

class MailboxReader {
  readonly #name: string;
  readonly #form: MboxForm | undefined;
  readonly #asked: InputKind | undefined;
  readonly #limit: UnpackLimit;

  constructor(name: string, form: MboxForm | undefined, asked: InputKind | undefined, limit: UnpackLimit) {
    this.#name = name;
    this.#form = form;
    this.#asked = asked;
    this.#limit = limit;
  }

  /** @param id of the member of an archive that these are the octets of */
  async *messages(
    kind: ContainerKind | undefined,
    octets: Octets,
    id: string | undefined,
    depth: number,
  ): AsyncGenerator<MailInput, void> {
    if (kind === undefined) yield* this.#message(octets, id);
    else if (kind === 'mbox') yield* mboxMessages(octets, this.#name, id === undefined ? '' : `${id}:`, this.#form);
    else if (kind === 'ndjson') yield* ndjsonMessages(octets, this.#name);
    else yield* this.#packed(kind, octets, id, depth);
  }

  async *#packed(
    kind: 'gzip' | 'zstd' | 'zip' | 'tar',
    octets: Octets,
    id: string | undefined,
    depth: number,
  ): AsyncGenerator<MailInput, void> {
    try {
      if (depth === DEEPEST) throw tooDeep();
      if (kind === 'tar') {
        const { tarMembers } = await import('./tar.ts');
        for await (const member of tarMembers(octets.chunks)) yield* this.#member(member, id, depth);
      } else if (kind === 'zip') yield* this.#zip(octets, id, depth);
      else {
        const { unpacked } = await import('./unpack.ts');
        yield* this.#begun(unpacked(kind, octets.chunks, this.#limit), id, depth);
      }
    } catch (error) {
      yield unreadableMail(this.#name, { id }, inputError(error));
    }
  }

  async *#zip(octets: Octets, id: string | undefined, depth: number): AsyncGenerator<MailInput, void> {
    const { zipMembers } = await import('./zip.ts');
    const file = octets.file ?? (await spooled(octets));
    file.hold();
    if (octets.size !== undefined) this.#limit.packed(octets.size);
    try {
      for await (const member of zipMembers(file.fd, this.#limit)) {
        if ('error' in member) yield unreadableMail(this.#name, { id: idOf(member.name, id) }, member.error);
        else yield* this.#member(member, id, depth);
      }
    } finally {
      file.release();
    }
  }

  async *#member({ name, chunks }: Member, id: string | undefined, depth: number): AsyncGenerator<MailInput, void> {
    if (!isNoMessage(basename(name)) && !name.startsWith('__MACOSX/'))
      yield* this.#begun(chunks, idOf(name, id), depth);
  }

  async *#begun(chunks: AsyncIterable<Buffer>, id: string | undefined, depth: number): AsyncGenerator<MailInput, void> {
    const sequence = chunks[Symbol.asyncIterator]();
    const first: Buffer[] = [];
    let length = 0;
    try {
      while (length < KIND_OCTETS) {
        const next = await sequence.next();
        if (next.done === true) break;
        first.push(next.value);
        length += next.value.length;
      }
    } catch (error) {
      yield unreadableMail(this.#name, { id }, inputError(error));
      return;
    }
    const head = Buffer.concat(first);
    yield* this.messages(containerKind(head, this.#asked), { chunks: chained(head, sequence) }, id, depth + 1);
  }

  async *#message({ chunks }: Octets, id: string | undefined): AsyncGenerator<MailInput, void> {
    const keeper = new MessageKeeper(undefined);
    try {
      let offset = 0;
      for await (const chunk of chunks) {
        keeper.add(chunk, offset);
        offset += chunk.length;
      }
      yield mailInput(this.#name, { id }, keeper.finish());
    } catch (error) {
      keeper.discard();
      yield unreadableMail(this.#name, { id }, inputError(error));
    }
  }
}

const idOf = (name: string, above: string | undefined) => (above === undefined ? name : `${above}:${name}`);

async function* chained(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** An archive that can only be read from its end, out of a pipe. */
async function spooled({ chunks }: Octets): Promise<SharedFile> {
  const spool = new Spool();
  for await (const chunk of chunks) spool.append(chunk);
  return new SharedFile(spool.fd, () => spool.close());
}

function tooDeep(): DktoolError {
  return new DktoolError('archive-nested', `there are more than ${DEEPEST} archives inside each other`, {
    kind: 'permanent',
    hint: 'unpack them and name the files',
  });
}

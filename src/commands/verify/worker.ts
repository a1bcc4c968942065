/** verify --jobs: what the main thread and its workers say to each other, and the workers' side of it. */
import type { MessagePort } from 'node:worker_threads';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { ByteSink } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { type FileName, fileInput, type Input } from '../../console/streams/input.ts';
import { chunkJudge, type JudgedChunk } from './chunk.ts';
import { inMemory } from './mailbox/kept-message.ts';
import { type MailInput, mailInput } from './mailbox/mail-input.ts';
import type { VerifyRunOptions } from './run-options.ts';
import type { WorkerReply, WorkerTask } from './worker-pool.ts';

/** What a worker of verify is started with. */
export interface VerifyWorkerData {
  readonly options: VerifyRunOptions;
  readonly zones: readonly ZoneFile[];
  /** Of the main thread: a worker cannot see it. */
  readonly stdout: Pick<ByteSink, 'isTerminal' | 'columns'>;
  /** Threads of this run. */
  readonly jobs: number;
}

/** A file, or a message of a mailbox. Plain data. */
export type WorkItem = FileName | MailItem;

interface MailItem extends Pick<MailInput, 'name' | 'place' | 'escapes'> {
  readonly bytes: Uint8Array;
}

/** Judge the files and messages that come in through the port. */
export async function serveVerify(port: MessagePort, data: VerifyWorkerData, context: Context): Promise<void> {
  const judge = await chunkJudge(data.options, data.zones, data.stdout, data.jobs, context);
  let before: Promise<unknown> = Promise.resolve();
  port.on('message', ({ items }: WorkerTask<WorkItem>) => {
    before = before.then(async () => {
      port.postMessage({ result: await judge(items.map(inputOf)) } satisfies WorkerReply<JudgedChunk>);
    });
  });
  port.postMessage('ready' satisfies WorkerReply<JudgedChunk>);
}

/** A Buffer arrives as a Uint8Array. */
function inputOf(item: WorkItem): Input | MailInput {
  if (typeof item === 'string') return fileInput(item);
  if (item instanceof Uint8Array) return fileInput(Buffer.from(item));
  const { buffer, byteOffset, length } = item.bytes;
  return mailInput(item.name, item.place, inMemory(Buffer.from(buffer, byteOffset, length)), item.escapes);
}

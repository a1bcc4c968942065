/** verify of some inputs at a time, for --jobs: what is to be written is kept until its turn comes. */
import type { KeyringEntry } from '../../lib/keyring/keyring.ts';
import type { ZoneFile } from '../../lib/dns/zones/record.ts';
import type { ByteSink } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import type { FileName, Input } from '../../console/streams/input.ts';
import type { MailInput } from './mailbox/mail-input.ts';
import { type OpenMailbox, runThrough, verifyRun } from './run.ts';
import type { Show } from './renderer.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { type RunEnd, RunTotals } from './totals.ts';

type Line = ['stdout' | 'stderr', string];

/** A mailbox among the inputs: whoever hands out the work has its messages judged next. Open where it has no name. */
export type MailboxMark = ['mailbox', FileName | OpenMailbox];

/** What came of some inputs. */
export interface JudgedChunk extends RunEnd {
  /** Whole lines, in the order in which they are to be written, and the mailboxes among the inputs. */
  readonly output: readonly Readonly<Line | MailboxMark>[];
  /** With --keyring-add: key records that DNS had. */
  readonly seen: readonly KeyringEntry[];
}

/**
 * @param stdout what the lines are for
 * @param jobs threads that look names up at the same time
 * @returns judges inputs, several chunks at a time if need be
 */
export async function chunkJudge(
  options: VerifyRunOptions,
  zones: readonly ZoneFile[],
  stdout: Pick<ByteSink, 'isTerminal' | 'columns'>,
  jobs: number,
  context: Context,
): Promise<(inputs: Iterable<Input | MailInput>) => Promise<JudgedChunk>> {
  let output: (Line | MailboxMark)[] = [];
  const sink = (name: Line[0], { isTerminal, columns }: Pick<ByteSink, 'isTerminal' | 'columns'>): ByteSink => ({
    isTerminal,
    columns,
    write: (lines) => {
      const last = output.at(-1);
      if (last !== undefined && last[0] === name) last[1] += String(lines);
      else output.push([name, String(lines)]);
    },
  });
  const own = { ...context, stdout: sink('stdout', stdout), stderr: sink('stderr', context.stderr) };
  const { judge, show, sightings } = await verifyRun(options, zones, undefined, own, jobs);
  return async (inputs) => {
    const mine: (Line | MailboxMark)[] = [];
    const tell: Show = (judged) => {
      output = mine;
      return show(judged);
    };
    const totals = new RunTotals(options);
    const enter = (mailbox: OpenMailbox) => {
      const { path } = mailbox.from;
      if (path !== undefined) mailbox.close();
      mine.push(['mailbox', path ?? mailbox]);
    };
    await runThrough(inputs, { judge, show: tell }, totals, { input: options.input, enter });
    return { output: mine, seen: sightings?.take() ?? [], ...totals.end };
  };
}

/** Doing something again until it succeeds or time is up. */
import { setTimeout as sleepReally } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { progress } from './progress.ts';
import { printable } from './sanitize.ts';
import { diagnostics } from './diagnostics.ts';

export interface RepeatOptions<T> {
  /** What is waited for. */
  readonly label: string;
  /** Seconds in all; 0: once. */
  readonly wait: number;
  /** Seconds before the second try; each pause is half as long again, up to twelve times the first. */
  readonly pause: number;
  /** Why a result was not good enough, in a word. */
  readonly describe: (result: T) => string;
  readonly quiet: boolean;
  /** A line on stderr for each try. */
  readonly verbose: boolean;
  readonly context: Context;
}

const GROWTH = 1.5;
const MOST_GROWTH = 12;
/** Seconds between two looks at the clock, for the eye. */
const SLICE = 1;

/** @returns the first good result, or the last one, which is got when time is up */
export async function repeatUntil<T>(
  action: () => Promise<T>,
  isGood: (result: T) => boolean,
  options: RepeatOptions<T>,
): Promise<T> {
  const { label, wait, describe, context } = options;
  const end = context.now() + wait;
  const shown = progress(`waiting for ${label}`, context, { quiet: options.quiet });
  try {
    for (let pause = options.pause; ; pause = Math.min(pause * GROWTH, options.pause * MOST_GROWTH)) {
      const result = await action();
      const left = end - context.now();
      if (isGood(result) || left <= 0) return result;
      const seconds = Math.min(pause, left);
      const why = printable(describe(result));
      if (options.verbose && !options.quiet) {
        shown.clear();
        diagnostics(context).say(`not yet (${why}), again in ${Number(seconds.toFixed(1))} s`);
      }
      await sleepShowing(seconds, context, (now) => shown.tick(`${why}, ${Math.ceil(end - now)} s left`));
    }
  } finally {
    shown.stop();
  }
}

async function sleepShowing(
  seconds: number,
  context: Context,
  show: (now: number) => Promise<void> | undefined,
): Promise<void> {
  const sleep = context.sleep ?? ((time: number) => sleepReally(time * 1000));
  for (let left = seconds; left > 0; left -= SLICE) {
    await sleep(Math.min(left, SLICE));
    await show(context.now());
  }
}

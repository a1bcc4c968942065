/**
 * Progress on stderr for work of more than a moment. It is shown where it cannot mix with anything: not beside a pipe on
 * stdout, whose reader may well write to our terminal, and never while we write there ourselves.
 */
import type { ByteSink } from '../streams/bytes.ts';
import type { Context } from '../context.ts';
import { hasUnicode, isDumb } from './terminal.ts';
import { clipEnd } from './text-width.ts';

const MOMENT = 0.7; // seconds
const STEP = 0.1;
/** Seconds without anything done, before it is said that DNS is waited for. */
const PATIENCE = 1;

export interface Progress {
  /** How many are done and how many of them failed, or how it stands. May let the event loop turn, so that the picture moves. */
  tick(done: number | string, failures?: number): Promise<void> | undefined;
  /** How much of the present one is done, from 0 to 1, where it consists of many; `undefined`: it is over. */
  within(part: number | undefined): void;
  /** Take the picture away, before something is written to the terminal. */
  clear(): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly quiet: boolean;
  /** How many there are in all, where that is known; asked once, when it is shown. */
  readonly total?: () => number | undefined;
  /** Say that DNS is waited for, where nothing is done for longer than a second. */
  readonly waitsForDns?: boolean;
}

const NONE: Progress = { tick: () => undefined, within: () => {}, clear: () => {}, stop: () => {} };

/** @param label what is being done, e.g. `verifying` */
export function progress(label: string, context: Context, options: ProgressOptions): Progress {
  const { stdout, stderr, env } = context;
  // In a terminal of no columns ora clears lines for ever.
  const isShown = stderr.isTerminal && stderr.columns > 0 && !isDumb(env) && !stdout.isPipe;
  return options.quiet || !isShown ? NONE : new Spinner(label, context, options);
}

class Spinner implements Progress {
  readonly #label: string;
  readonly #context: Context;
  readonly #options: ProgressOptions;
  readonly #started: number;
  readonly #waiting: NodeJS.Timeout | undefined;
  #shown: number;
  #total: number | undefined;
  #spinner: { text: string; render(): unknown; clear(): unknown; stop(): unknown } | undefined;
  #isStopped = false;
  /** Of the present mailbox: how much of it is done, and when it was begun. */
  #within: { readonly part: number; readonly since: number } | undefined;

  constructor(label: string, context: Context, options: ProgressOptions) {
    this.#label = label;
    this.#context = context;
    this.#options = options;
    this.#started = this.#shown = context.now();
    if (options.waitsForDns) {
      this.#waiting = setTimeout(() => void this.#show(`${label}: waiting for DNS`), PATIENCE * 1000).unref();
    }
  }

  tick(done: number | string, failures = 0): Promise<void> | undefined {
    const now = this.#context.now();
    if (now - this.#started < MOMENT || now - this.#shown < STEP) return undefined;
    this.#shown = now;
    return this.#show(`${this.#label}: ${typeof done === 'string' ? done : this.#counts(done, failures, now)}`);
  }

  within(part: number | undefined): void {
    const since = this.#within?.since ?? this.#context.now();
    this.#within = part === undefined ? undefined : { part, since };
  }

  clear(): void {
    this.#spinner?.clear();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#waiting);
    this.#spinner?.stop();
  }

  #counts(done: number, failures: number, now: number): string {
    const failed = failures === 0 ? '' : `, ${failures} failure${failures === 1 ? '' : 's'}`;
    const rate = `${failed}, ${Math.round(done / (now - this.#started))}/s`;
    if (this.#within !== undefined) {
      const { part, since } = this.#within;
      return `${done}${rate}, ${Math.floor(part * 100)}%${timeLeft(part, now - since)}`;
    }
    if (this.#total === undefined) this.#total = this.#options.total?.() ?? 0;
    if (this.#total < done) return `${done}${rate}`;
    return `${done} of ${this.#total}${rate}${timeLeft(done / this.#total, now - this.#started)}`;
  }

  async #show(text: string): Promise<void> {
    if (this.#spinner === undefined) {
      const { default: ora } = await import('ora');
      if (this.#isStopped) return;
      const spinner = hasUnicode(this.#context.env) ? 'dots' : 'line';
      this.#spinner = ora({ text: '', spinner, discardStdin: false, hideCursor: false }).start();
    }
    this.#spinner.text = clipEnd(text, Math.max(10, this.#context.stderr.columns - 4));
    this.#spinner.render();
    await new Promise((turn) => setImmediate(turn));
  }
}

/** Seconds of work, before anything can be said of the rest. */
const EARLY = 2;

function timeLeft(part: number, elapsed: number): string {
  if (part <= 0 || elapsed < EARLY) return '';
  const left = Math.ceil((elapsed * (1 - part)) / part);
  if (left < 60) return `, ${left} s left`;
  const minutes = Math.ceil(left / 60);
  return minutes < 60 ? `, ${minutes} min left` : `, ${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

/** A sink that takes the picture away before each write. */
export function clearing(sink: ByteSink, shown: Pick<Progress, 'clear'>): ByteSink {
  if (!sink.isTerminal) return sink;
  return {
    isTerminal: sink.isTerminal,
    columns: sink.columns,
    write: (bytes) => {
      shown.clear();
      sink.write(bytes);
    },
  };
}

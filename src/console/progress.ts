/** Progress on stderr for work of more than a moment, where stderr is a terminal. */
import type { Context } from './context.ts';

const MOMENT = 0.7; // seconds
const STEP = 0.1;

export interface Progress {
  /** How many are done, or how it stands. May let the event loop turn, so that the picture moves. */
  tick(done: number | string): Promise<void> | undefined;
  stop(): void;
}

const NONE: Progress = { tick: () => undefined, stop: () => {} };

/** @param label what is being done, e.g. `verifying` */
export function progress(label: string, context: Context, quiet: boolean): Progress {
  // In a terminal of no columns ora clears lines for ever.
  if (quiet || !context.stderr.isTerminal || context.stderr.columns === 0) return NONE;
  const started = context.now();
  let shown = started;
  let spinner: { text: string; render(): unknown; stop(): unknown } | undefined;
  const show = async (done: number | string): Promise<void> => {
    if (spinner === undefined) {
      const { default: ora } = await import('ora');
      spinner = ora({ text: '', discardStdin: false, hideCursor: false }).start();
    }
    spinner.text = `${label}: ${done}`;
    spinner.render();
    await new Promise((turn) => setImmediate(turn));
  };
  return {
    tick(done) {
      const now = context.now();
      if (now - started < MOMENT || now - shown < STEP) return undefined;
      shown = now;
      return show(done);
    },
    stop: () => {
      spinner?.stop();
    },
  };
}

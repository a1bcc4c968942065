/** How a command ended, from best to worst. Exit statuses are derived from this in one place. */
const ORDER = ['ok', 'nothing', 'negative', 'temporary', 'unfit', 'permanent'] as const;

/** `unfit` is permanent too: the message cannot be used, and nothing else is wrong. */
export type Outcome = (typeof ORDER)[number];

/** Several inputs: the worst outcome wins. An empty list is `ok`. */
export function worst(outcomes: Iterable<Outcome>): Outcome {
  let rank = 0;
  for (const outcome of outcomes) rank = Math.max(rank, ORDER.indexOf(outcome));
  return ORDER[rank]!;
}

export const EXIT_STYLES = ['qmail', 'sysexits'] as const;

export type ExitStyle = (typeof EXIT_STYLES)[number];

/**
 * `qmail` suits .qmail, condredirect and shell; `sysexits` (sysexits.h) suits Postfix pipe(8), which bounces on 111. There a
 * script must be able to tell a message that may bounce (EX_DATAERR) from a command line that is wrong (EX_USAGE).
 */
const STATUS: Readonly<Record<ExitStyle, Readonly<Record<Outcome, number>>>> = {
  qmail: { ok: 0, negative: 1, nothing: 2, unfit: 100, permanent: 100, temporary: 111 },
  sysexits: { ok: 0, negative: 65, nothing: 66, unfit: 65, permanent: 64, temporary: 75 },
};

export function exitStatus(outcome: Outcome, style: ExitStyle): number {
  return STATUS[style][outcome];
}

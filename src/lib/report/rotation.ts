/** How far a rotation is, and its JSON shape: stable, fields are only ever added. */
import { dueAt, isOverdue } from '../rotate/engine.ts';
import {
  type FinishedRotation,
  type Instant,
  instant,
  type Phase,
  type Rotation,
  type RotationState,
} from '../rotate/state.ts';

/** One line of `rotate --status --json`. */
export interface RotationReport {
  readonly domain: string;
  /** `null`: none is under way. */
  readonly phase: Phase | null;
  /** Selectors. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly started: Instant | null;
  readonly since: Instant | null;
  /** When it can go on; of a step that waits for others, since when it could. */
  readonly due: Instant | null;
  readonly overdue: boolean;
  readonly aborted: boolean;
  /** Of the last one. */
  readonly finished: Instant | null;
}

/** @param now seconds since 1970 */
export function rotationReport(domain: string, { rotations, finished }: RotationState, now: number): RotationReport {
  const rotation = Object.hasOwn(rotations, domain) ? rotations[domain] : undefined;
  const last = finished.find((one) => one.domain === domain);
  if (rotation === undefined) return restingReport(domain, last);
  return {
    domain,
    phase: rotation.phase,
    from: selectors(rotation, 'from'),
    to: selectors(rotation, 'to'),
    started: rotation.started,
    since: rotation.since,
    due: instant(dueAt(rotation)),
    overdue: isOverdue(rotation, now),
    aborted: rotation.phase === 'drop' || rotation.isReversed === true,
    finished: last?.finished ?? null,
  };
}

function restingReport(domain: string, last: FinishedRotation | undefined): RotationReport {
  const { from = [], to = [], finished = null, isAborted = false } = last ?? {};
  const nothing = { phase: null, started: null, since: null, due: null, overdue: false };
  return { domain, ...nothing, from, to, aborted: isAborted, finished };
}

function selectors({ keys }: Rotation, side: 'from' | 'to'): string[] {
  return keys.map((key) => key[side].selector);
}

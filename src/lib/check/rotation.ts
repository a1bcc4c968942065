/** A rotation under way is not a finding; one that does not go on is. */
import type { CheckedPart } from '../report/check.ts';
import { isOverdue } from '../rotate/engine.ts';
import { PHASE_WORDS, type Rotation } from '../rotate/state.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding } from './codes.ts';
import type { RotationFacts } from './key-facts.ts';

export function checkRotation({ path, state }: RotationFacts, now: number): CheckedPart {
  const part = (detail: string, findings: readonly CheckFinding[]) => ({
    part: 'rotation',
    subject: path,
    detail,
    findings,
  });
  if (typeof state === 'string') return part('cannot be read', [unreadable(path, state)]);
  const detail = `${selectors(state, 'from')} -> ${selectors(state, 'to')}: ${state.phase} since ${state.since}`;
  return part(shown(detail, 200), isOverdue(state, now) ? [overdue(path, state)] : []);
}

/** The names that are changing. */
export function selectorsInRotation({ state }: RotationFacts): Set<string> {
  return new Set(typeof state === 'string' ? [] : state.keys.flatMap(({ from, to }) => [from.selector, to.selector]));
}

function selectors({ keys }: Rotation, side: 'from' | 'to'): string {
  return keys.map((key) => key[side].selector).join('+');
}

function overdue(path: string, rotation: Rotation): CheckFinding {
  const { phase, since } = rotation;
  const change = `${selectors(rotation, 'from')} to ${selectors(rotation, 'to')}`;
  return {
    severity: 'warning',
    code: 'rotation-overdue',
    subject: path,
    observed: shown(`the rotation from ${change} has been in ${phase} since ${since}: ${PHASE_WORDS[phase]}`, 400),
    expected: 'a step completed within two days of its due time',
    remedy: 'check that dktool rotate runs from cron, and run it with -v to see what it is waiting for',
  };
}

function unreadable(path: string, problem: string): CheckFinding {
  return {
    severity: 'error',
    code: 'rotation-state-invalid',
    subject: path,
    observed: shown(`the rotation state cannot be read: ${problem}`, 400),
    expected: 'the state that dktool rotate wrote',
    remedy: `restore ${path} from a backup`,
  };
}

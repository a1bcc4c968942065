/**
 * The life of a rotation as a state machine: from its state, facts and the clock to what is to be done next. Pure. Each step
 * can be repeated: whoever was interrupted before the new state was written does the step again, and finds it done.
 */
import type { Facts, Records } from './facts.ts';
import { type Asked, instant, type Phase, type Rotation, secondsOf, type Wish } from './state.ts';

export type Step =
  /** Make the keys that are missing, at the paths of `to`. */
  | { readonly kind: 'make' }
  /** See what every name server shows, and come back. */
  | { readonly kind: 'look'; readonly at: 'from' | 'to' }
  /** Sign a message with the new keys, verify it by what DNS has, and come back. */
  | { readonly kind: 'probe' }
  /** Have the zone changed, then take {@link asked} on. `isAgain`: it was asked for before, and it did not come. */
  | { readonly kind: 'ask'; readonly what: Wish; readonly of: 'from' | 'to'; readonly isAgain: boolean }
  /** Have the new keys sign. */
  | { readonly kind: 'switch' }
  /** Have what signs read its tables again, then take {@link reloaded} on. */
  | { readonly kind: 'reload' }
  /** Put the private halves of the old keys away, then take {@link retired} on. */
  | { readonly kind: 'retire' }
  /** Delete the new keys, which have signed nothing, then take {@link discarded} on. */
  | { readonly kind: 'discard' }
  /** Only the state changes. */
  | { readonly kind: 'move'; readonly rotation: Rotation }
  /** There is nothing to be done now. `until`: seconds since 1970, where time alone is waited for. */
  | { readonly kind: 'wait'; readonly why: string; readonly until: number | undefined }
  /** Nothing can be done before a person has looked at it. */
  | { readonly kind: 'stop'; readonly problem: string; readonly remedy: string }
  | { readonly kind: 'finish' };

const DAY = 86_400;
/** Seconds after which something that was asked for and did not come is asked for again. */
const ASK_AGAIN = DAY;
/** Seconds by which a step may be late: cron runs once a day, and people sleep. */
const GRACE = 2 * DAY;
/** Seconds that a record of unknown TTL may be remembered. */
const UNKNOWN_TTL = DAY;

/** The next step of a rotation. Facts that are needed and absent are asked for by `look` and `probe`. */
export function nextStep(rotation: Rotation, facts: Facts, now: number): Step {
  return STEPS[rotation.phase](rotation, facts, now);
}

const STEPS: Readonly<Record<Phase, (rotation: Rotation, facts: Facts, now: number) => Step>> = {
  make: (rotation, { hasNewKeys }, now) => (hasNewKeys ? move(rotation, 'publish', now) : { kind: 'make' }),
  publish,
  wait,
  switch: switchKeys,
  reload: () => ({ kind: 'reload' }),
  overlap,
  revoke,
  retire,
  rest: (rotation, _facts, now) =>
    waitUntil(secondsOf(rotation.revoked!) + rotation.removeAfter, 'the revoked record to be seen by resolvers', now) ??
    move(rotation, 'remove', now),
  remove,
  drop,
};

function publish(rotation: Rotation, { to, hasNewKeys }: Facts, now: number): Step {
  if (!hasNewKeys) return move(rotation, 'make', now);
  if (to === undefined) return look('to');
  // Whoever was interrupted, or failed late, has published it all the same.
  return to.right === 'none'
    ? ask('publish', 'to')
    : { kind: 'move', rotation: asked(rotation, 'publish', 'hand', now) };
}

function wait(rotation: Rotation, { to, probe, hasNewKeys, signing }: Facts, now: number): Step {
  if (signing.keys === 'other') return astray(signing.problem);
  if (!hasNewKeys) return lostKeys(rotation);
  if (to === undefined) return look('to');
  if (to.right !== 'all') {
    if (rotation.everywhere !== undefined) return { kind: 'move', rotation: { ...rotation, everywhere: undefined } };
    return askAgain(rotation, 'publish', 'to', now) ?? waiting(to.problem);
  }
  if (rotation.everywhere === undefined) return { kind: 'move', rotation: { ...rotation, everywhere: instant(now) } };
  const due = secondsOf(rotation.everywhere) + rotation.negativeTtl;
  const early = waitUntil(due, 'resolvers to forget that the name was not there', now);
  if (early !== undefined) return early;
  if (probe === undefined) return { kind: 'probe' };
  return probe === '' ? move(rotation, 'switch', now) : waiting(probe);
}

function switchKeys(rotation: Rotation, facts: Facts, now: number): Step {
  const { signing, to, probe } = facts;
  if (signing.keys === 'to') return move(rotation, 'reload', now);
  if (signing.keys === 'other') return astray(signing.problem);
  if (!facts.hasNewKeys) return lostKeys(rotation);
  // Also after an interruption: what was right then may have changed since.
  if (to === undefined) return look('to');
  if (to.right !== 'all') return signing.keys === 'both' ? waiting(to.problem) : backToWait(rotation, now);
  if (probe === undefined) return { kind: 'probe' };
  return probe === '' ? { kind: 'switch' } : waiting(probe);
}

function backToWait(rotation: Rotation, now: number): Step {
  return move({ ...rotation, everywhere: undefined }, 'wait', now);
}

function overlap(rotation: Rotation, { signing, to, probe }: Facts, now: number): Step {
  if (signing.keys !== 'to') return notNew(signing);
  const early = waitUntil(secondsOf(rotation.switched!) + rotation.overlap, 'mail signed with the old key', now);
  if (early !== undefined) return early;
  // The old record is what the domain could go back to: it stays until the new one is seen to work.
  if (to === undefined) return look('to');
  if (to.right !== 'all') return waiting(to.problem);
  if (probe === undefined) return { kind: 'probe' };
  return probe === '' ? move(rotation, 'revoke', now) : waiting(probe);
}

function revoke(rotation: Rotation, { signing, from }: Facts, now: number): Step {
  if (signing.keys !== 'to') return notNew(signing);
  if (from === undefined) return look('from');
  // What the record says of its TTL is gone with it.
  if (rotation.oldTtl === undefined)
    return { kind: 'move', rotation: { ...rotation, oldTtl: from.ttl ?? UNKNOWN_TTL } };
  if (from.isRevoked) return move({ ...rotation, revoked: instant(now) }, 'retire', now);
  if (rotation.asked?.what === 'revoke') return askAgain(rotation, 'revoke', 'from', now) ?? waiting(from.shownBy);
  if (from.hasRevocation) return { kind: 'move', rotation: asked(rotation, 'revoke', 'hand', now) };
  return ask('revoke', 'from');
}

function retire(rotation: Rotation, { signing, from }: Facts, now: number): Step {
  if (signing.keys !== 'to') return notNew(signing);
  const due = secondsOf(rotation.revoked!) + (rotation.oldTtl ?? UNKNOWN_TTL);
  const early = waitUntil(due, 'resolvers to forget the old record', now);
  if (early !== undefined) return early;
  if (from === undefined) return look('from');
  if (!from.isRevoked) return move({ ...rotation, revoked: undefined, asked: undefined }, 'revoke', now);
  return { kind: 'retire' };
}

function remove(rotation: Rotation, { from }: Facts, now: number): Step {
  if (from === undefined) return look('from');
  if (from.isAbsent) return { kind: 'finish' };
  if (rotation.asked?.what !== 'remove') return ask('remove', 'from');
  return askAgain(rotation, 'remove', 'from', now) ?? waiting(from.shownBy);
}

function drop(rotation: Rotation, { signing, hasNewKeys, to }: Facts, now: number): Step {
  if (signing.keys !== 'from') {
    const problem =
      signing.keys === 'other' ? signing.problem : 'the new key signs, but its record was to be withdrawn';
    return astray(problem);
  }
  if (hasNewKeys) return { kind: 'discard' };
  if (to === undefined) return look('to');
  const isOnItsWay = rotation.asked?.what === 'publish';
  if (to.isAbsent && !isOnItsWay) return { kind: 'finish' };
  if (rotation.asked?.what !== 'remove') return ask('remove', 'to');
  return askAgain(rotation, 'remove', 'to', now) ?? waiting(to.shownBy);
}

/** Once a change of the zone has been asked for. */
export function asked(rotation: Rotation, what: Wish, by: Asked['by'], now: number): Rotation {
  const next = { ...rotation, asked: { what, by, at: instant(now) } };
  return what === 'publish' && rotation.phase === 'publish' ? inPhase(next, 'wait', now) : next;
}

/** Once what signs has read its tables. */
export function reloaded(rotation: Rotation, now: number): Rotation {
  return inPhase({ ...rotation, switched: instant(now) }, 'overlap', now);
}

/** Once the private keys are put away. */
export function retired(rotation: Rotation, now: number): Rotation {
  return inPhase(rotation, 'rest', now);
}

/**
 * Go back. Before the switch the new keys are dropped; after it they have signed, so they and the old ones change places,
 * and the way back is a rotation of its own. What goes back already goes on going back.
 *
 * @returns `undefined` where it is not safe any more: the old record is being taken away
 */
export function abort(rotation: Rotation, now: number): Rotation | undefined {
  if (rotation.isReversed === true) return rotation;
  switch (rotation.phase) {
    case 'make':
    case 'publish':
    case 'wait':
      return inPhase(rotation, 'drop', now);
    case 'switch':
    case 'reload':
    case 'overlap':
      return turned(rotation, now);
    case 'drop':
      return rotation;
    default:
      return undefined;
  }
}

function turned(rotation: Rotation, now: number): Rotation {
  const keys = rotation.keys.map((key) => ({ ...key, from: key.to, to: key.from }));
  const anew = { switched: undefined, everywhere: undefined, asked: undefined, negativeTtl: 0, isReversed: true };
  return inPhase({ ...rotation, ...anew, keys }, 'wait', now);
}

/** Times that lie ahead become the present: a clock that was set back must not make a rotation wait for the old time. */
export function withClock(rotation: Rotation, now: number): Rotation {
  const present = (at: string) => (secondsOf(at) > now ? instant(now) : at);
  const times = ['since', 'started', 'reminded', 'everywhere', 'switched', 'revoked'] as const;
  const changed = times.flatMap((name) => {
    const at = rotation[name];
    return at !== undefined && present(at) !== at ? [[name, present(at)] as const] : [];
  });
  const { asked: last } = rotation;
  const isLate = last !== undefined && present(last.at) !== last.at;
  if (changed.length === 0 && !isLate) return rotation;
  return { ...rotation, ...Object.fromEntries(changed), ...(isLate && { asked: { ...last, at: present(last.at) } }) };
}

/** When the rotation ought to have gone on; seconds since 1970. */
export function dueAt(rotation: Rotation): number {
  const since = secondsOf(rotation.since);
  const { everywhere, switched, revoked, negativeTtl, oldTtl = UNKNOWN_TTL } = rotation;
  switch (rotation.phase) {
    case 'wait':
      return everywhere === undefined ? since : Math.max(since, secondsOf(everywhere) + negativeTtl);
    case 'overlap':
      return secondsOf(switched!) + rotation.overlap;
    case 'retire':
      return secondsOf(revoked!) + oldTtl;
    case 'rest':
      return secondsOf(revoked!) + rotation.removeAfter;
    default:
      return since;
  }
}

export function isOverdue(rotation: Rotation, now: number): boolean {
  return now > dueAt(rotation) + GRACE;
}

function move(rotation: Rotation, phase: Phase, now: number): Step {
  return { kind: 'move', rotation: inPhase(rotation, phase, now) };
}

function inPhase(rotation: Rotation, phase: Phase, now: number): Rotation {
  return { ...rotation, phase, since: instant(now), reminded: undefined };
}

function look(at: 'from' | 'to'): Step {
  return { kind: 'look', at };
}

function ask(what: Wish, of: 'from' | 'to', isAgain = false): Step {
  return { kind: 'ask', what, of, isAgain };
}

function askAgain({ asked: last }: Rotation, what: Wish, of: 'from' | 'to', now: number): Step | undefined {
  return last === undefined || now - secondsOf(last.at) >= ASK_AGAIN ? ask(what, of, last !== undefined) : undefined;
}

function waiting(why: string): Step {
  return { kind: 'wait', why, until: undefined };
}

function waitUntil(until: number, what: string, now: number): Step | undefined {
  return now < until ? { kind: 'wait', why: `waiting for ${what}`, until } : undefined;
}

function astray(problem: string): Step {
  return { kind: 'stop', problem, remedy: 'set it back to one of the two keys, or end the rotation with --abort' };
}

function notNew(signing: Facts['signing']): Step {
  if (signing.keys === 'other') return astray(signing.problem);
  return {
    kind: 'stop',
    problem: 'the old key signs again, so its record is kept',
    remedy: 'sign with the new key again, or abort the rotation with --abort',
  };
}

function lostKeys({ keys }: Rotation): Step {
  return {
    kind: 'stop',
    problem: `a new key is gone: ${keys.map(({ to }) => to.path).join(', ')}`,
    remedy: 'restore it from a backup, or start again after --abort',
  };
}

/** Why a record is not what it should be, of several keys the first that is not. */
export function combined(records: readonly Records[]): Records {
  const right = records.every((one) => one.right === 'all')
    ? 'all'
    : records.every((one) => one.right === 'none')
      ? 'none'
      : 'some';
  const ttls = records.map(({ ttl }) => ttl);
  return {
    right,
    isRevoked: records.every((one) => one.isRevoked),
    hasRevocation: records.some((one) => one.hasRevocation),
    isAbsent: records.every((one) => one.isAbsent),
    ttl: ttls.includes(undefined) ? undefined : Math.max(...(ttls as number[])),
    problem: records.find(({ problem }) => problem !== '')?.problem ?? '',
    shownBy: (records.find((one) => !one.isAbsent) ?? records[0]!).shownBy,
  };
}

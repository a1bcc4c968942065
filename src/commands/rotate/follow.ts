/** rotate --follow: a host that gets keys and state from another one switches what signs here, and changes nothing else. */
import { basename, dirname, join } from 'node:path';
import type { Context } from '../../console/context.ts';
import { selectorOfPath } from '../../console/keys/key-owner.ts';
import { readRotations } from '../../console/keys/rotation-file.ts';
import { lockFile } from '../../console/streams/lock.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isOverdue } from '../../lib/rotate/engine.ts';
import {
  type FinishedRotation,
  type KeyName,
  PHASES,
  type RotatedKey,
  type Rotation,
  type RotationState,
} from '../../lib/rotate/state.ts';
import { lookAt, probeKeys, readKey } from './name-servers.ts';
import { isThere } from './new-keys.ts';
import type { RotateOptions } from './options.ts';
import { signingNow, switchPlaces } from './place.ts';
import { removeFile, replaceFile } from './replace-file.ts';
import { type Pass, runAfter, type Reporter } from './run.ts';
import { placeOf, type Target } from './targets.ts';

const OK: Pass = { outcome: 'ok', waitsFor: undefined, until: undefined };
const LOCK = { staleAfter: 20, patience: 60, command: 'dktool rotate' };

/** @throws DktoolError, kind temporary, where something cannot be read or changed */
export async function followRotation(
  target: Target,
  now: number,
  options: RotateOptions,
  context: Context,
  { report, note }: Reporter,
): Promise<Pass> {
  const { domain, stateFile } = target;
  const state = readRotations(stateFile);
  const keys = await keysHere(target, state);
  if (keys === undefined) return OK;
  const base = keys[0]!.place.kind === 'link' ? keys[0]!.place.path : keys[0]!.place.file;
  // The command of --after is still to be run: written before the switch, so that no interruption forgets it.
  const pending = `${base}.dktool-follow`;
  const lock = await lockFile(`${pending}.lock`, LOCK, context);
  try {
    const signing = signingNow(domain, keys);
    if (signing.keys === 'other') {
      report(`${domain}: ${signing.problem}`);
      return { ...OK, outcome: 'negative' };
    }
    if (signing.keys !== 'to') {
      const problem = await problemWith(domain, keys, now, options, context);
      if (problem !== undefined) {
        const rotation = state.rotations[domain];
        const isLate = rotation === undefined || isOverdue(rotation, now);
        (isLate ? report : note)(`${domain}: does not follow yet: ${problem}`);
        return { outcome: isLate ? 'negative' : 'ok', waitsFor: problem, until: undefined };
      }
      if (options.after !== undefined) replaceFile(pending, Buffer.from(`${options.after}\n`), 0o600);
      await switchPlaces(domain, keys, context);
      note(`${domain}: ${keys.map(({ to }) => to.selector).join(' and ')} signs from now on`);
    }
    if (isThere(pending)) {
      await runAfter(domain, options, context);
      removeFile(pending);
    }
    return OK;
  } finally {
    lock.release();
  }
}

async function problemWith(
  domain: string,
  keys: readonly RotatedKey[],
  now: number,
  options: RotateOptions,
  context: Context,
): Promise<string | undefined> {
  const missing = keys.find(({ to }) => !isThere(to.path));
  if (missing !== undefined) return `${missing.to.path} has not arrived yet`;
  const { right, problem } = await lookAt(domain, keys, 'to', options, context);
  if (right !== 'all') return problem;
  return (await probeKeys(domain, keys, now, options, context)) || undefined;
}

/** The keys of the rotation that the leading host has switched, with the paths and places of this one. */
async function keysHere({ domain, keys }: Target, state: RotationState): Promise<RotatedKey[] | undefined> {
  const change = Object.hasOwn(state.rotations, domain)
    ? changeOf(state.rotations[domain]!)
    : changeOfFinished(state.finished.find((one) => one.domain === domain));
  if (change === undefined) return undefined;
  const here: RotatedKey[] = [];
  for (const named of keys) {
    const place = placeOf(named);
    const folder = dirname(place.kind === 'link' ? place.path : named.path);
    const at = named.selector ?? selectorOfPath(named.path);
    for (const { from, to } of change) {
      const pair = { from: { ...from, path: join(folder, from.path) }, to: { ...to, path: join(folder, to.path) } };
      const key = { type: 'rsa' as const, place, ...pair };
      const { keys: signing } = signingNow(domain, [key]);
      if (signing === 'other') continue;
      here.push({ ...key, type: isThere(pair.to.path) ? (await readKey(pair.to.path)).type : key.type });
    }
    if (here.at(-1)?.place !== place) {
      throw new DktoolError(
        'rotation-place-unclear',
        `the key ${at} of ${domain} is not among the keys being changed`,
        {
          kind: 'temporary',
          hint: `the leading host changes ${change.map(({ from, to }) => `${from.selector} to ${to.selector}`).join(', ')}`,
        },
      );
    }
  }
  return here;
}

/** Selectors, and names of files in the folder of the keys. */
type Change = readonly Pick<RotatedKey, 'from' | 'to'>[];

/** Before the leading host switches, it can still drop the new key. */
function changeOf({ phase, keys }: Rotation): Change | undefined {
  if (phase === 'drop' || PHASES.indexOf(phase) < PHASES.indexOf('switch')) return undefined;
  return keys.map(({ from, to }) => ({ from: inFolder(from), to: inFolder(to) }));
}

function inFolder({ selector, path }: KeyName): KeyName {
  return { selector, path: basename(path) };
}

/** A host that was away while a whole rotation went by. */
function changeOfFinished(last: FinishedRotation | undefined): Change | undefined {
  if (last === undefined || last.isAborted === true) return undefined;
  return last.files;
}

/** The state file, while its lock is held: every change is on the disk before the next step begins. */
import { basename } from 'node:path';
import { readRotations } from '../../console/keys/rotation-file.ts';
import type { Lock } from '../../console/streams/lock.ts';
import {
  type FinishedRotation,
  formatRotationState,
  instant,
  type KeyName,
  type Rotation,
  type RotationState,
} from '../../lib/rotate/state.ts';
import { replaceFile } from './replace-file.ts';

export class StateBook {
  readonly #path: string;
  readonly #lock: Lock;
  #state: RotationState;

  /** @throws DktoolError, kind temporary, where the file cannot be read or understood */
  constructor(path: string, lock: Lock) {
    this.#path = path;
    this.#lock = lock;
    this.#state = readRotations(path);
  }

  rotation(domain: string): Rotation | undefined {
    return Object.hasOwn(this.#state.rotations, domain) ? this.#state.rotations[domain] : undefined;
  }

  /** Those of a domain, the newest first. */
  finished(domain: string): FinishedRotation[] {
    return this.#state.finished.filter((one) => one.domain === domain);
  }

  save(domain: string, rotation: Rotation): void {
    this.#write({ ...this.#state, rotations: { ...this.#state.rotations, [domain]: rotation } });
  }

  /** The rotation has come to its end. */
  finish(domain: string, rotation: Rotation, now: number): void {
    const { [domain]: _, ...rotations } = this.#state.rotations;
    const { keys, started, phase, isReversed } = rotation;
    const finished: FinishedRotation = {
      domain,
      from: keys.map(({ from }) => from.selector),
      to: keys.map(({ to }) => to.selector),
      started,
      finished: instant(now),
      files: keys.map(({ from, to }) => ({ from: inFolder(from), to: inFolder(to) })),
      ...((phase === 'drop' || isReversed === true) && { isAborted: true }),
    };
    this.#write({ ...this.#state, rotations, finished: [finished, ...this.#state.finished] });
  }

  #write(state: RotationState): void {
    this.#lock.assertHeld();
    replaceFile(this.#path, Buffer.from(formatRotationState(state), 'utf8'), 0o644);
    this.#state = state;
  }
}

function inFolder({ selector, path }: KeyName): KeyName {
  return { selector, path: basename(path) };
}

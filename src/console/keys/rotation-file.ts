/** The state file of rotations, beside the keys. */
import { dirname, join, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { NO_ROTATIONS, parseRotationState, type RotationState } from '../../lib/rotate/state.ts';
import { readOptionalConfigFile } from '../sources/config-file.ts';

export const ROTATION_FILE = 'dktool-rotate.json';

/** @param key path of a key, or of the link to it */
export function rotationFileOf(key: string): string {
  return join(dirname(resolve(key)), ROTATION_FILE);
}

/**
 * @returns without rotations where there is no such file
 * @throws DktoolError, kind temporary, where it cannot be read or understood
 */
export function readRotations(path: string): RotationState {
  const text = readOptionalConfigFile(path, 'rotation state');
  if (text === undefined) return NO_ROTATIONS;
  const state = parseRotationState(Buffer.from(text, 'latin1').toString('utf8'));
  if (typeof state !== 'string') return state;
  throw new DktoolError('rotation-state-invalid', `${path} ${state}`, {
    kind: 'temporary',
    hint: 'restore it from a backup; without it, dktool does not know which keys are being changed',
  });
}

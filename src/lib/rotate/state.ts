/**
 * The state of key rotations: a JSON file beside the keys that a person can read. What its fields mean is written in
 * dktool-rotate(1). Fields that are not known here are kept: rotations are only ever changed by spreading.
 */
import type { KeyType } from '../crypto/public-key.ts';

/** In the order in which a rotation goes through them; `drop` is the way out before anything was signed with the new key. */
export const PHASES = [
  'make',
  'publish',
  'wait',
  'switch',
  'reload',
  'overlap',
  'revoke',
  'retire',
  'rest',
  'remove',
  'drop',
] as const;

/** How far a rotation is. */
export type Phase = (typeof PHASES)[number];

/** What each phase waits for, for a person. */
export const PHASE_WORDS: Readonly<Record<Phase, string>> = {
  make: 'the new key has to be made',
  publish: 'the new record has to be published',
  wait: 'waiting until every name server has the new record',
  switch: 'the new key has to start signing',
  reload: 'the signer has to reload its tables',
  overlap: 'waiting for mail signed with the old key to arrive',
  revoke: 'waiting until every name server has the old record revoked',
  retire: 'waiting until resolvers forget the old record',
  rest: 'the revoked record stays published for a while',
  remove: 'the revoked record has to be removed',
  drop: 'the new record has to be removed',
};

/** A point in time: ISO 8601, UTC, whole seconds. */
export type Instant = string;

/** A key by its selector and its file. */
export interface KeyName {
  readonly selector: string;
  /** Absolute. */
  readonly path: string;
}

/** What decides which key signs. All paths are absolute; `folder`: where relative paths in the file begin. */
export type Place =
  /** A symbolic link to a key in its own folder. */
  | { readonly kind: 'link'; readonly path: string }
  /** Lines of a KeyTable or of dkimkeys. */
  | { readonly kind: 'table'; readonly file: string; readonly folder: string }
  /** Two parameters of a configuration file, by their names in lower case. */
  | {
      readonly kind: 'config';
      readonly file: string;
      readonly folder: string;
      readonly selector: string;
      readonly keyFile: string;
    };

/** A key that gives way to another one. */
export interface RotatedKey {
  readonly type: KeyType;
  readonly from: KeyName;
  readonly to: KeyName;
  readonly place: Place;
}

/** What the zone is asked to change: the record of `to` added, that of `from` revoked or removed; in `drop`, `to` removed. */
export type Wish = 'publish' | 'revoke' | 'remove';

/** A change of the zone that was asked for. */
export interface Asked {
  readonly what: Wish;
  readonly at: Instant;
  /** Who was asked. */
  readonly by: 'command' | 'hand';
}

/** How far the change of a domain's keys is. */
export interface Rotation {
  readonly phase: Phase;
  /** When it entered the phase. */
  readonly since: Instant;
  readonly started: Instant;
  /** They change together: an RSA and an Ed25519 key, or one of them. */
  readonly keys: readonly RotatedKey[];
  /** Seconds for which resolvers may remember that the new names are not there. */
  readonly negativeTtl: number;
  /** Seconds from the switch to the revocation. */
  readonly overlap: number;
  /** Seconds from the revocation to the removal. */
  readonly removeAfter: number;
  readonly asked?: Asked | undefined;
  /** When a person was last reminded of something. */
  readonly reminded?: Instant | undefined;
  /** Since when every name server has shown the new records. */
  readonly everywhere?: Instant | undefined;
  /** When the new keys began to sign. */
  readonly switched?: Instant | undefined;
  /** Since when no name server has shown a valid old record. */
  readonly revoked?: Instant | undefined;
  /** Seconds for which resolvers may remember the old records. */
  readonly oldTtl?: number | undefined;
  /** `--abort` took it back: `from` is the key that was to come. */
  readonly isReversed?: boolean | undefined;
}

/** A rotation that came to its end. */
export interface FinishedRotation {
  readonly domain: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly started: Instant;
  readonly finished: Instant;
  readonly isAborted?: boolean;
  /** The keys, their paths the names of files in the folder; for hosts that follow later. */
  readonly files?: readonly { readonly from: KeyName; readonly to: KeyName }[];
}

/** What a state file holds. */
export interface RotationState {
  /** By domain. */
  readonly rotations: Readonly<Record<string, Rotation>>;
  /** The newest first. */
  readonly finished: readonly FinishedRotation[];
}

export const NO_ROTATIONS: RotationState = { rotations: {}, finished: [] };

const VERSION = 1;

/** Finished rotations that are kept, for the eye. */
const MAX_FINISHED = 100;

export function instant(seconds: number): Instant {
  return new Date(Math.floor(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

/** Seconds since 1970. */
export function secondsOf(at: Instant): number {
  return Date.parse(at) / 1000;
}

export function formatRotationState(state: RotationState): string {
  const { rotations, finished, ...more } = state;
  const whole = { version: VERSION, rotations, finished: finished.slice(0, MAX_FINISHED), ...more };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/**
 * @returns what is wrong with the text, in words that follow the name of the file, where it is not what
 *   `formatRotationState` writes: a rotation that cannot be read must not be begun anew
 */
export function parseRotationState(text: string): RotationState | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (!isObject(value)) return 'is not a JSON object';
  const { version, rotations, finished, ...more } = value;
  if (version !== VERSION) return `has version ${JSON.stringify(version)}, but this dktool supports ${VERSION}`;
  if (!isObject(rotations)) return 'has no rotations';
  for (const [domain, rotation] of Object.entries(rotations)) {
    const problem = rotationProblem(rotation);
    if (problem !== undefined) return `has a rotation of ${domain} ${problem}`;
  }
  const known = Array.isArray(finished) ? finished.filter(isFinished) : [];
  return { ...more, rotations: rotations as RotationState['rotations'], finished: known };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isInstant = (value: unknown) => isText(value) && Number.isFinite(Date.parse(value));
const isSeconds = (value: unknown) => Number.isFinite(value) && (value as number) >= 0;
const maybe = (isValid: (value: unknown) => boolean) => (value: unknown) => value === undefined || isValid(value);
const oneOf = (words: readonly string[]) => (value: unknown) => words.includes(value as string);

const FIELDS: Readonly<Record<keyof Rotation, (value: unknown) => boolean>> = {
  phase: oneOf(PHASES),
  since: isInstant,
  started: isInstant,
  keys: (value) => Array.isArray(value) && value.length > 0 && value.every(isRotatedKey),
  negativeTtl: isSeconds,
  overlap: isSeconds,
  removeAfter: isSeconds,
  asked: maybe(isAsked),
  reminded: maybe(isInstant),
  everywhere: maybe(isInstant),
  switched: maybe(isInstant),
  revoked: maybe(isInstant),
  oldTtl: maybe(isSeconds),
  isReversed: maybe((value) => typeof value === 'boolean'),
};

/** Times that later phases reckon with. */
const NEEDED: Readonly<Partial<Record<Phase, keyof Rotation>>> = {
  overlap: 'switched',
  retire: 'revoked',
  rest: 'revoked',
};

function rotationProblem(rotation: unknown): string | undefined {
  if (!isObject(rotation)) return 'that is not an object';
  const wrong = Object.entries(FIELDS).find(([name, isValid]) => !isValid(rotation[name]));
  if (wrong !== undefined) return `whose ${wrong[0]} is ${JSON.stringify(rotation[wrong[0]]) ?? 'missing'}`;
  const needed = NEEDED[rotation['phase'] as Phase];
  return needed !== undefined && rotation[needed] === undefined ? `without ${needed}` : undefined;
}

function isRotatedKey(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    oneOf(['rsa', 'ed25519'])(value['type']) && [value['from'], value['to']].every(isKeyName) && isPlace(value['place'])
  );
}

function isKeyName(value: unknown): boolean {
  return isObject(value) && isText(value['selector']) && isText(value['path']);
}

function isPlace(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, path, file, folder, selector, keyFile } = value;
  if (kind === 'link') return isText(path);
  return (
    isText(file) && isText(folder) && (kind === 'table' || (kind === 'config' && isText(selector) && isText(keyFile)))
  );
}

function isAsked(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { what, at, by } = value;
  return oneOf(['publish', 'revoke', 'remove'])(what) && isInstant(at) && oneOf(['command', 'hand'])(by);
}

function isFinished(value: unknown): value is FinishedRotation {
  if (!isObject(value)) return false;
  const { domain, from, to, started, finished, files = [] } = value;
  if (!Array.isArray(files) || !files.every((one) => isObject(one) && isKeyName(one['from']) && isKeyName(one['to']))) {
    return false;
  }
  return isText(domain) && Array.isArray(from) && Array.isArray(to) && isInstant(started) && isInstant(finished);
}

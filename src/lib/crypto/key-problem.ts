/** What can be wrong with a key file. */
import { DktoolError } from '../errors.ts';
import type { Hint } from '../hint.ts';

export type KeyProblemCode =
  | 'key-empty'
  | 'key-not-found'
  | 'key-wrong-kind'
  | 'key-type-unsupported'
  | 'key-damaged'
  | 'key-ambiguous'
  | 'key-too-long'
  | 'key-passphrase-needed'
  | 'key-passphrase-wrong'
  | 'key-encryption-unsupported';

export interface KeyProblem {
  readonly code: KeyProblemCode;
  /** A sentence whose subject, the key file, is left out: `is truncated: ...`. Never anything of the key itself. */
  readonly problem: string;
  /** `FILE` in a command stands for the path, which only the caller knows. */
  readonly hint?: string | Hint | undefined;
  /** Of a damaged key: what is left of its DER, to be looked into. */
  readonly remains?: Buffer | undefined;
}

export function isKeyProblem(value: object): value is KeyProblem {
  return 'code' in value;
}

/** @param name how the key is called in the sentence, e.g. `key file 2026a` */
export function keyError(name: string, { code, problem, hint }: KeyProblem): DktoolError {
  // A key that is missing or unusable can be put right while mail waits.
  return new DktoolError(code, `${name} ${problem}`, { kind: 'temporary', hint });
}

/** A kind of input that comes from outside, and what has to hold for every one of them. */
import { DktoolError } from '../../src/lib/errors.ts';

export interface Target {
  /** Such as `key-record`; the name of the file with its corpus. */
  readonly kind: string;
  /** Inputs to begin with, latin1. */
  readonly examples: readonly string[];
  /** What means something in such an input. */
  readonly words: readonly string[];
  /** Of the inputs of other kinds, for one whose runs take long; default 1. */
  readonly share?: number;
  /** Throws where something does not hold. */
  readonly run: (input: Buffer) => unknown;
}

/**
 * What a call returns, or the error that it may throw.
 *
 * @throws whatever else it throws
 */
export async function resultOrError<T>(work: () => T | Promise<T>): Promise<T | DktoolError> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DktoolError) return error;
    throw error;
  }
}

/** Two things are one and the same, as JSON has them. */
export function expectSame(what: string, one: unknown, other: unknown): void {
  const [a, b] = [JSON.stringify(one, plain), JSON.stringify(other, plain)];
  if (a !== b) throw new Error(`${what}: ${a} is not ${b}`);
}

export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}

/** Big numbers, maps, and errors, which JSON does not have. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (value instanceof DktoolError) return { code: value.code, message: value.message };
  return value;
}

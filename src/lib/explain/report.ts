/** The JSON shape of an explanation: stable, fields are only ever added. */
import { textOf } from '../report/text.ts';
import type { Remedy } from './advice.ts';
import type { Change, ChangeKind } from './change.ts';
import type { Explanation, HashedField, Undo } from './explanation.ts';

/** A Change as JSON. */
export interface ChangeReport {
  readonly kind: ChangeKind;
  readonly count?: number;
  readonly at?: string;
  readonly text?: readonly string[];
  readonly field?: string;
  readonly from?: string;
  readonly to?: string;
  readonly by?: string;
  /** `true`: no hash bears it out. */
  readonly guess?: boolean;
}

/** `explanation` of a signature in `verify --explain --json`. */
export interface ExplanationReport {
  readonly part: Explanation['part'];
  readonly proof: Explanation['proof'];
  readonly changes: readonly ChangeReport[];
  /** Absent where nothing is proven, and above 1 MiB. */
  readonly undo?: Undo;
  /** The canonicalisation that would have survived; absent where none would. */
  readonly survives?: string;
  readonly attempts: number;
  readonly bounded: boolean;
  readonly sentence: string;
  readonly remedy: Remedy;
  readonly trail: {
    readonly tags: Readonly<Record<string, string>>;
    readonly key: {
      readonly name: string | null;
      readonly status: string;
      readonly ttl: number | null;
      readonly authenticated: boolean | null;
      readonly bits: number | null;
    };
    readonly fields: readonly HashedField[];
    readonly bodyHash: { readonly expected: string | null; readonly got: string | null };
    readonly headerHash: { readonly expected: string | null; readonly got: string | null };
  };
}

/** An explanation as `verify --explain --json` has it. */
export function explanationReport(explanation: Explanation): ExplanationReport {
  const { part, proof, changes, undo, survives, attempts, bounded, sentence, remedy, trail } = explanation;
  return {
    part,
    proof,
    changes: changes.map(changeReport),
    ...(undo === undefined ? {} : { undo }),
    ...(survives === undefined ? {} : { survives }),
    attempts,
    bounded,
    sentence: textOf(sentence),
    remedy,
    trail: {
      tags: Object.fromEntries(trail.tags.map(([name, value]) => [name, textOf(value)])),
      key: {
        name: textOf(trail.key.name),
        status: trail.key.status,
        ttl: trail.key.ttl ?? null,
        authenticated: trail.key.authenticated ?? null,
        bits: trail.key.bits ?? null,
      },
      fields: trail.fields.map(({ name, instance, count }) => ({ name: textOf(name), instance, count })),
      bodyHash: { expected: trail.bodyHash.expected ?? null, got: trail.bodyHash.got ?? null },
      headerHash: { expected: trail.headerHash.expected ?? null, got: trail.headerHash.got ?? null },
    },
  };
}

function changeReport({ kind, count, at, text, field, from, to, by, isGuess }: Change): ChangeReport {
  return {
    kind,
    ...(count === undefined ? {} : { count }),
    ...(at === undefined ? {} : { at }),
    ...(text === undefined ? {} : { text: text.map((line) => textOf(line)) }),
    ...(field === undefined ? {} : { field: textOf(field) }),
    ...(from === undefined ? {} : { from: textOf(from) }),
    ...(to === undefined ? {} : { to: textOf(to) }),
    ...(by === undefined ? {} : { by: textOf(by) }),
    ...(isGuess === true ? { guess: true } : {}),
  };
}

/** The answer to "why does this signature not pass, and what changed the message?" */
import type { Remedy } from './advice.ts';
import type { BodyStep } from './body/recipe.ts';
import type { Change } from './change.ts';
import type { DiffLine } from './diff.ts';
import type { HeaderEdit } from './header/search.ts';

/** Instances of a field, bottom up: copies of those that came, counted from 1, and values that were there instead. */
export type HeaderStep = { readonly c: readonly [number, number] } | { readonly d: readonly string[] };

/** The way back to what was signed, in the form of DKIM2's recipes. */
export interface Undo {
  /** By field name, in lower case, or as it was spelled where the simple form needs that: all of its instances. */
  readonly h?: Readonly<Record<string, readonly HeaderStep[]>>;
  /** The lines of the body. */
  readonly b?: readonly BodyStep[];
}

/** One field that was hashed: which of how many. */
export interface HashedField {
  /** Lower case. */
  readonly name: string;
  /** Counted bottom up, from 1; 0: h= names it, and it is not there. */
  readonly instance: number;
  readonly count: number;
}

/** What the judgement rests on. */
export interface Trail {
  /** The tags of the signature, as written, b= and bh= among them. */
  readonly tags: readonly (readonly [name: string, value: string])[];
  readonly key: {
    readonly name: string | undefined;
    readonly status: string;
    readonly ttl: number | undefined;
    /** DNSSEC: the AD bit. */
    readonly authenticated: boolean | undefined;
    readonly bits: number | undefined;
  };
  readonly fields: readonly HashedField[];
  /** Base64. `got`: of the body that came. */
  readonly bodyHash: { readonly expected: string | undefined; readonly got: string | undefined };
  /** Base64. `expected`: what RSA gives away of the signature. */
  readonly headerHash: { readonly expected: string | undefined; readonly got: string | undefined };
}

/** What has to be put back for a message to be as it was signed. */
export interface Restoration {
  readonly edits: readonly HeaderEdit[];
  /** LF; `undefined`: the body is as it was signed. */
  readonly body: Buffer | undefined;
}

/** Why a signature does not pass, and what changed the message. Only what a hash bears out is called proven. */
export interface Explanation {
  readonly part: 'body' | 'header' | 'body+header' | 'key' | 'time' | 'none';
  /** Which hash bears the changes out: that of the body, the one inside the signature. */
  readonly proof: 'body-hash' | 'signature' | 'both' | 'none';
  readonly changes: readonly Change[];
  /** Where something is proven and the way back is not longer than 1 MiB. */
  readonly undo: Undo | undefined;
  /** The canonicalisation that would have survived all that is proven, where the one used did not. */
  readonly survives: string | undefined;
  /** Digests that were compared until this was known. */
  readonly attempts: number;
  /** Not everything was tried: a limit was reached. */
  readonly bounded: boolean;
  readonly sentence: string;
  readonly remedy: Remedy;
  readonly trail: Trail;
  /** What came against what was signed, as far as it is proven. */
  readonly diff: readonly DiffLine[];
  readonly restoration: Restoration | undefined;
}

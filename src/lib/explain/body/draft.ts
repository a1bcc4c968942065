/** A body as it may have been when it was signed. */
import type { Change } from '../change.ts';
import type { Base64Style } from './base64.ts';

interface DraftFacts {
  /** What was done to it on the way, if this is it. */
  readonly changes: readonly Change[];
  /** It may also have ended before any of so many last lines, which then were appended; 0: this is all of it. */
  readonly lastLines: number;
}

export interface TextDraft extends DraftFacts {
  readonly kind: 'text';
  /** LF. */
  readonly text: Buffer;
  /** Quoted-printable that may have ended in a soft break. */
  readonly mayEndSoft?: boolean;
  /** How lines read that turn out to have been appended. */
  readonly decode?: (lines: Buffer) => Buffer;
}

export interface Base64Draft extends DraftFacts {
  readonly kind: 'base64';
  /** What is encoded. */
  readonly bytes: Buffer;
  readonly style: Base64Style;
}

/** A body into which lines were put somewhere: each run of lines is tried as the one. */
export interface HoleDraft extends DraftFacts {
  readonly kind: 'hole';
  /** LF. */
  readonly text: Buffer;
  readonly lastLines: 0;
  /** Lines at most that were put in. */
  readonly maxLines: number;
  /** Octets that may be hashed for it. */
  readonly maxOctets: number;
}

export type Draft = TextDraft | Base64Draft | HoleDraft;

export type Drafts = Generator<Draft, void>;

/** What reports share: errors and warnings, and texts of headers and records as JSON can hold them. */
import { octetsAsText } from '../syntax/octets.ts';
import type { ErrorCode, ErrorKind } from '../error-codes.ts';
import type { Warning } from '../verdict.ts';

/** Why an input could not be judged. */
export interface ErrorDetail {
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly detail: string;
}

/** Something about a signature that passes or not all the same. */
export interface WarningReport<Code extends string> {
  readonly code: Code;
  readonly detail: string;
}

export function warningReports<Code extends string>(warnings: readonly Warning<Code>[]): WarningReport<Code>[] {
  return warnings.map(({ code, detail }) => ({ code, detail: textOf(detail) }));
}

/** Octets of a header or a record as text, `null` where there are none. */
export function textOf(latin1: string): string;
export function textOf(latin1: string | undefined): string | null;
export function textOf(latin1: string | undefined): string | null {
  return latin1 === undefined ? null : octetsAsText(latin1);
}

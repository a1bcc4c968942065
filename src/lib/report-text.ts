/** What reports share: texts of headers and records as JSON can hold them. */
import type { Warning } from './verdict.ts';

export interface WarningReport<Code extends string> {
  readonly code: Code;
  readonly detail: string;
}

export function warningReports<Code extends string>(warnings: readonly Warning<Code>[]): WarningReport<Code>[] {
  return warnings.map(({ code, detail }) => ({ code, detail: textOf(detail) }));
}

/** Octets of a header as text: UTF-8 where they are that (RFC 6532), else one character an octet. */
export function textOf(latin1: string): string;
export function textOf(latin1: string | undefined): string | null;
export function textOf(latin1: string | undefined): string | null {
  if (latin1 === undefined) return null;
  if (!/[\u0080-\u00ff]/.test(latin1)) return latin1;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}

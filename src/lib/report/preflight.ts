/** The JSON shape of `verify --preflight`. */
import type { FindingSeverity } from '../finding.ts';
import { worstFirst } from '../finding.ts';
import { NOT_SEEN, PREFLIGHT_CHECKS, type PreflightCode, type PreflightFinding } from '../preflight/checks.ts';

/** `preflight` of `verify --json`. */
export interface PreflightReport {
  /** The worst that was found. */
  readonly result: 'ok' | FindingSeverity;
  /** Everything that was looked at, in a fixed order. */
  readonly checks: readonly {
    readonly code: PreflightCode;
    readonly status: 'ok' | FindingSeverity;
    /** What is well, or what was seen. */
    readonly detail: string;
  }[];
  /** The worst first. */
  readonly findings: readonly PreflightFinding[];
  /** What receivers look at and a message does not show. */
  readonly notSeen: readonly { readonly code: keyof typeof NOT_SEEN; readonly detail: string }[];
}

/** Where the key was found, these have no answer: they are not called well. */
const MOOT: Partial<Record<PreflightCode, readonly PreflightCode[]>> = {
  'body-8bit-unlabelled': ['body-8bit'],
  'not-signed': [
    'simple-header',
    'simple-trailing-blanks',
    'body-length',
    'expires-early',
    'signature-refused',
    'key-short',
    'list-rewrites',
    'unsubscribe-not-signed',
  ],
  'signature-refused': ['key-short', 'unsubscribe-not-signed'],
  'unsubscribe-missing': ['unsubscribe-not-one-click', 'unsubscribe-not-signed'],
  'unsubscribe-not-one-click': ['unsubscribe-not-signed'],
  'from-not-one': ['not-aligned', 'dmarc-missing', 'from-takes-no-mail'],
  'dmarc-missing': ['not-aligned'],
  'dns-unanswered': ['signature-refused', 'not-aligned', 'dmarc-missing', 'from-takes-no-mail', 'key-short'],
};

/**
 * Findings as `verify --json` has them.
 *
 * @param isRead the header block broke no limit: what was not found is well
 */
export function preflightReport(findings: readonly PreflightFinding[], isRead: boolean): PreflightReport {
  const sorted = worstFirst(findings);
  const moot = new Set(sorted.flatMap(({ code }) => MOOT[code] ?? []));
  const codes = Object.keys(PREFLIGHT_CHECKS) as PreflightCode[];
  return {
    result: sorted[0]?.severity ?? 'ok',
    checks: codes.flatMap((code): PreflightReport['checks'][number][] => {
      const found = sorted.find((finding) => finding.code === code);
      if (found !== undefined) {
        return [{ code, status: found.severity, detail: `${found.subject}: ${found.observed}` }];
      }
      return isRead && !moot.has(code) ? [{ code, status: 'ok', detail: PREFLIGHT_CHECKS[code].fine }] : [];
    }),
    findings: sorted,
    notSeen: (Object.keys(NOT_SEEN) as (keyof typeof NOT_SEEN)[]).map((code) => ({ code, detail: NOT_SEEN[code] })),
  };
}

/** What a check of a domain comes to, and its JSON shape: stable, fields are only ever added. */
import { type Finding, type FindingSeverity, worstFirst } from '../finding.ts';
import type { KnownFinding } from '../check/run-state.ts';
import type { KeyRole } from '../check/key-facts.ts';

/** `unknown`: DNS did not answer, which is reported elsewhere or not yet. */
export type CheckResult = 'ok' | 'unknown' | FindingSeverity;

/** From the worst to the best. */
const RESULTS: readonly CheckResult[] = ['error', 'temporary', 'unknown', 'warning', 'note', 'ok'];

export function worstResult(results: readonly CheckResult[]): CheckResult {
  return RESULTS.find((result) => results.includes(result)) ?? 'ok';
}

/** One thing that was looked at. */
export interface CheckedPart {
  /** `key`, `dkim`, `record`, `probe`, `old selector`, `rotation`, `mx`, `spf`, `dmarc`, `adsp`, `domainkeys`, `servers`, `dns`, `configuration`. */
  readonly part: string;
  /** A name in DNS or a path. */
  readonly subject: string;
  /** What was seen, one line; octets of DNS as `\DDD` outside printable ASCII. */
  readonly detail: string;
  readonly findings: readonly Finding[];
  /** What it comes to besides `findings`: `unknown` where DNS gave no answer, `error` where that is reported elsewhere. */
  readonly result?: 'unknown' | 'error' | undefined;
}

/** A key file that was looked at. */
export interface CheckedKey {
  readonly domain: string;
  readonly selector: string;
  readonly path: string;
  readonly role: KeyRole;
  readonly type: 'rsa' | 'ed25519' | undefined;
  readonly bits: number | undefined;
  /** Seconds since 1970 when the file was written. */
  readonly modified: number | undefined;
  /** Its record confirms a signature made with it; `undefined`: DNS gave no answer. */
  readonly isConfirmed: boolean | undefined;
}

/** Everything that was looked at for a domain. */
export interface DomainCheck {
  /** ASCII, lower case; `''`: not a domain, but the lists and tables that name some. */
  readonly domain: string;
  readonly parts: readonly CheckedPart[];
  readonly keys: readonly CheckedKey[];
}

/** All that was found about a domain, worst first. */
export function findingsOf({ parts }: DomainCheck): Finding[] {
  return worstFirst(parts.flatMap(({ findings }) => findings));
}

/** What one part comes to: the worst of its findings. */
export function partResult({ result, findings }: CheckedPart): CheckResult {
  return worstResult([result ?? 'ok', ...findings.map(({ severity }) => severity)]);
}

/** What a domain comes to; what is only a note leaves it `ok`. */
export function domainResult(check: DomainCheck): CheckResult {
  const own = check.parts.some(({ result }) => result === 'unknown') ? 'unknown' : 'ok';
  const result = worstResult([own, ...findingsOf(check).map(({ severity }) => severity)]);
  return result === 'note' ? 'ok' : result;
}

/** One line of `check --json`: a domain, or the lists and tables that name domains. */
export interface CheckReport {
  /** `null`: lists and tables. */
  readonly domain: string | null;
  readonly result: CheckResult;
  readonly findings: readonly Finding[];
  readonly keys: readonly KeyReport[];
  readonly checked: readonly PartReport[];
  /** With --changed, where `findings` are those that are new: what is no longer there. */
  readonly gone?: readonly KnownFinding[];
}

/** A key file. */
export interface KeyReport {
  readonly domain: string;
  readonly selector: string;
  readonly path: string;
  readonly role: KeyRole;
  readonly type: 'rsa' | 'ed25519' | null;
  readonly bits: number | null;
  /** Whole days. */
  readonly age: number | null;
  readonly confirmed: boolean | null;
}

/** One thing that was looked at, and what it came to. */
export interface PartReport {
  readonly part: string;
  readonly subject: string;
  readonly result: CheckResult;
  readonly detail: string;
}

/** A checked domain as `check --json` has it. @param now seconds since 1970, to which ages are counted */
export function checkReport(check: DomainCheck, now: number): CheckReport {
  const findings = findingsOf(check);
  return {
    domain: check.domain === '' ? null : check.domain,
    result: domainResult(check),
    findings: findings.map(({ severity, code, subject, observed, expected, remedy }) => ({
      severity,
      code,
      subject,
      observed,
      expected,
      remedy,
    })),
    keys: check.keys.map(({ domain, selector, path, role, type, bits, modified, isConfirmed }) => ({
      domain,
      selector,
      path,
      role,
      type: type ?? null,
      bits: bits ?? null,
      age: modified === undefined ? null : daysBetween(modified, now),
      confirmed: isConfirmed ?? null,
    })),
    checked: check.parts.map((part) => ({
      part: part.part,
      subject: part.subject,
      result: partResult(part),
      detail: part.detail,
    })),
  };
}

/** Whole days from one time to another, in seconds since 1970; none where the first lies in the future. */
export function daysBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 86_400));
}

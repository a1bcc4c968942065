/** What earlier runs met, held against this one: trouble that is not worth a word yet, and findings that are no news. */
import { createHash } from 'node:crypto';
import { type DomainCheck, findingsOf } from '../../lib/report/check.ts';
import {
  type Changes,
  changesBetween,
  countTrouble,
  type KnownFinding,
  type RunState,
  type TroubleCounts,
  withRun,
} from '../../lib/check/run-state.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { Finding } from '../../lib/finding.ts';
import { statePath, updateState } from './state.ts';
import type { Context } from '../../console/context.ts';

export interface MemoryOptions {
  /** Runs in a row after which DNS trouble is reported. */
  readonly patience: number;
  /** Only what changed is reported. */
  readonly changed: boolean;
  /** Path of the state file. */
  readonly state: string | undefined;
  /** What the command line checks: runs with the same are compared. */
  readonly subject: string;
  /** Whether a finding is reported at all. */
  readonly isReported: (finding: Finding) => boolean;
}

export interface Remembered {
  /** Without the trouble that may go away by itself. */
  readonly checks: readonly DomainCheck[];
  readonly changes: Changes | undefined;
  /** Why the state could not be read or written; then everything is reported. */
  readonly problem: DktoolError | undefined;
}

/** @throws DktoolError, kind permanent, where a state is needed and there is no place for it */
export function needsState(
  { patience, changed, state }: Omit<MemoryOptions, 'subject' | 'isReported'>,
  context: Context,
): void {
  if (patience > 1 || changed) statePath(state, context.env);
}

/**
 * Count this run in.
 *
 * @param now seconds since 1970
 * @param warn takes a sentence where the state is damaged
 */
export async function remember(
  checks: readonly DomainCheck[],
  options: MemoryOptions,
  now: number,
  context: Context,
  warn: (sentence: string) => void,
): Promise<Remembered> {
  const { patience, changed, state } = options;
  if (patience === 1 && !changed) return { checks, changes: undefined, problem: undefined };
  const troubled = troubledDomains(checks);
  const id = createHash('sha256').update(options.subject).digest('hex').slice(0, 16);
  let patient = checks;
  let changes: Changes | undefined;
  const change = (before: RunState): RunState => {
    const trouble = patience === 1 ? before.trouble : countTrouble(before.trouble, troubled);
    patient = patience === 1 ? checks : withPatience(checks, trouble, patience);
    if (!changed) return { ...before, trouble };
    const last = Object.hasOwn(before.runs, id) ? before.runs[id]!.findings : {};
    changes = changesBetween(last, knownFindings(patient, options.isReported), unsureDomains(checks));
    return { trouble, runs: withRun(before.runs, id, { at: Math.floor(now), findings: changes.next }) };
  };
  try {
    await updateState(statePath(state, context.env), change, context, warn);
    return { checks: patient, changes, problem: undefined };
  } catch (problem) {
    if (!(problem instanceof DktoolError)) throw problem;
    return { checks, changes: undefined, problem };
  }
}

export function isTemporary({ severity }: Finding): boolean {
  return severity === 'temporary';
}

export function filtered(check: DomainCheck, isKept: (finding: Finding) => boolean): DomainCheck {
  return { ...check, parts: check.parts.map((part) => ({ ...part, findings: part.findings.filter(isKept) })) };
}

function troubledDomains(checks: readonly DomainCheck[]): Record<string, boolean> {
  const troubled: Record<string, boolean> = Object.create(null) as Record<string, boolean>;
  for (const check of checks) if (check.domain !== '') troubled[check.domain] = findingsOf(check).some(isTemporary);
  return troubled;
}

function withPatience(checks: readonly DomainCheck[], counts: TroubleCounts, patience: number): DomainCheck[] {
  return checks.map((check) =>
    (counts[check.domain] ?? 0) >= patience ? check : filtered(check, (finding) => !isTemporary(finding)),
  );
}

function knownFindings(
  checks: readonly DomainCheck[],
  isReported: (finding: Finding) => boolean,
): Record<string, readonly KnownFinding[]> {
  const known: Record<string, readonly KnownFinding[]> = Object.create(null) as Record<string, readonly KnownFinding[]>;
  for (const check of checks) {
    known[check.domain] = findingsOf(check)
      .filter(isReported)
      .map(({ severity, code, subject, observed }) => ({ severity, code, subject, observed }));
  }
  return known;
}

function unsureDomains(checks: readonly DomainCheck[]): Set<string> {
  const unsure = checks.filter(({ parts }) => parts.some(({ result }) => result === 'unknown'));
  return new Set(unsure.map(({ domain }) => domain));
}

/** What a line of JSON adds to a report: a verdict of verify, an error, or a report. */
import type { ErrorReport, VerifyReport } from '../report/verify.ts';
import { DIMENSIONS, type ArchiveReport, type ChangeCount, type Group } from './dimensions.ts';

/** What a line counts. */
export interface LineCounts {
  readonly messages: number;
  readonly groups: Iterable<Group>;
  readonly changes: Iterable<ChangeCount>;
}

const NOTHING: LineCounts = { messages: 0, groups: [], changes: [] };

/**
 * @param value of JSON
 * @returns `undefined` where it is nothing that a report can be made of
 */
export function countsOf(value: unknown): LineCounts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('report' in value) return isReport(value) ? countsOfReport(value) : undefined;
  if ('messages' in value && 'results' in value) return NOTHING; // the closing line of verify --summary
  if (!('file' in value)) return undefined;
  if (isVerdict(value)) return countsOfVerdict(value);
  return isError(value) ? one({ result: 'error', reason: value.error.code, month: null }, []) : undefined;
}

function one(key: Omit<Group, 'count'>, changes: Iterable<ChangeCount>): LineCounts {
  return { messages: 1, groups: [{ domain: null, selector: null, ...key, count: 1 }], changes };
}

/** The message counts once, by the signature that its result rests on. */
function countsOfVerdict(report: VerifyReport): LineCounts {
  const { result, dkim, domainkeys } = report;
  const signatures = dkim.signatures.length > 0 ? dkim.signatures : domainkeys.signatures;
  const deciding = signatures.find((signature) => signature.result === result);
  const changes = new Map<string, ChangeCount>();
  for (const { explanation } of dkim.signatures) {
    for (const { kind, by = null } of explanation?.changes ?? []) changes.set(`${kind} ${by}`, { kind, by, count: 1 });
  }
  const signer = { domain: deciding?.domain?.toLowerCase() ?? null, selector: deciding?.selector ?? null };
  return one({ ...signer, result, reason: deciding?.reason ?? null, month: monthOf(timeOf(report)) }, changes.values());
}

/** The time that it was judged as of, that of its Date field, or that of a signature. */
function timeOf({ at, date, dkim }: VerifyReport): number | null | undefined {
  return at?.time ?? date ?? dkim.signatures.find(({ timestamp }) => timestamp !== null)?.timestamp;
}

/** Before it there was no such mail; behind it a clock was wrong. */
const [EARLIEST, LATEST] = [Date.UTC(1980, 0, 1) / 1000, Date.UTC(2100, 0, 1) / 1000];

/** `2009-05`, in UTC. */
function monthOf(time: number | null | undefined): string | null {
  if (typeof time !== 'number' || !(time >= EARLIEST && time < LATEST)) return null;
  return new Date(time * 1000).toISOString().slice(0, 7);
}

function countsOfReport({ messages, groups, changes }: ArchiveReport): LineCounts {
  return { messages, groups, changes };
}

function isReport(value: object): value is ArchiveReport {
  const { report, messages, groups, changes } = value as Partial<Record<keyof ArchiveReport, unknown>>;
  return (
    report === 1 &&
    isCount(messages) &&
    Array.isArray(groups) &&
    groups.every(isGroup) &&
    Array.isArray(changes) &&
    changes.every(isChange)
  );
}

function isGroup(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const group = value as Record<string, unknown>;
  return isCount(group['count']) && DIMENSIONS.every((name) => isTextOrNull(group[name] ?? null));
}

function isChange(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, by, count } = value as Record<string, unknown>;
  return typeof kind === 'string' && isTextOrNull(by) && isCount(count);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTextOrNull = (value: unknown) => value === null || typeof value === 'string';

function isVerdict(value: object): value is VerifyReport {
  const { result, dkim, domainkeys } = value as Partial<Record<string, unknown>>;
  return typeof result === 'string' && hasSignatures(dkim) && hasSignatures(domainkeys);
}

function hasSignatures(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Array.isArray((value as { signatures?: unknown }).signatures);
}

function isError(value: object): value is ErrorReport {
  const { error } = value as { error?: { code?: unknown } | null };
  return typeof error === 'object' && error !== null && typeof error.code === 'string';
}

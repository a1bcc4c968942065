/** What one run of `check` leaves for the next: how often in a row DNS was in trouble, and which findings were reported. */

/** Runs in a row, by domain. Domains without trouble are not in it. */
export type TroubleCounts = Readonly<Record<string, number>>;

/** A finding as it is recognised in the next run. */
export interface KnownFinding {
  readonly severity: string;
  readonly code: string;
  readonly subject: string;
  readonly observed: string;
}

/** What one command line reported last. */
export interface LastRun {
  /** Seconds since 1970. */
  readonly at: number;
  /** By domain; `''`: lists and tables. Domains without findings are not in it. */
  readonly findings: Readonly<Record<string, readonly KnownFinding[]>>;
}

export interface RunState {
  readonly trouble: TroubleCounts;
  /** By a digest of what the command line checks: crontab lines that share the file keep their own. */
  readonly runs: Readonly<Record<string, LastRun>>;
}

export const NO_STATE: RunState = { trouble: {}, runs: {} };

/**
 * @param before of earlier runs, domains of other runs among them
 * @param troubled of the domains of this run, whether DNS kept something back
 * @returns the counts after this run, those of other domains unchanged
 */
export function countTrouble(before: TroubleCounts, troubled: Readonly<Record<string, boolean>>): TroubleCounts {
  const after: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [domain, count] of Object.entries(before)) if (!Object.hasOwn(troubled, domain)) after[domain] = count;
  for (const [domain, isTroubled] of Object.entries(troubled)) {
    if (isTroubled) after[domain] = (Object.hasOwn(before, domain) ? before[domain]! : 0) + 1;
  }
  return after;
}

/** Seconds after which what a command line reported is forgotten: it has left the crontab. */
const MAX_AGE = 400 * 86_400;

/** Put what a run reported in the place of what the same command line reported before. */
export function withRun(runs: RunState['runs'], id: string, run: LastRun): RunState['runs'] {
  const kept = Object.entries(runs).filter(([other, { at }]) => other !== id && run.at - at < MAX_AGE);
  return Object.fromEntries([...kept, [id, run]]);
}

export interface Changes {
  /** By domain: those that the last run did not report. */
  isNew(domain: string, finding: KnownFinding): boolean;
  /** Those that the last run reported and this one did not find. */
  readonly gone: readonly { readonly domain: string; readonly finding: KnownFinding }[];
  /** What the next run is compared with. */
  readonly next: LastRun['findings'];
}

/**
 * Hold the findings of a run against those of the last one.
 *
 * @param now by domain, every one that was checked
 * @param unsure domains of which DNS kept something back: what was reported of them may still be there
 */
export function changesBetween(
  before: LastRun['findings'],
  now: Readonly<Record<string, readonly KnownFinding[]>>,
  unsure: ReadonlySet<string>,
): Changes {
  const known = new Set(
    Object.entries(before).flatMap(([domain, own]) => own.map((finding) => keyOf(domain, finding))),
  );
  const gone: { domain: string; finding: KnownFinding }[] = [];
  const next: Record<string, readonly KnownFinding[]> = Object.create(null) as Record<string, readonly KnownFinding[]>;
  for (const [domain, own] of Object.entries(now)) {
    const seen = new Set(own.map((finding) => keyOf(domain, finding)));
    const last = Object.hasOwn(before, domain) ? before[domain]! : [];
    const missing = last.filter((finding) => !seen.has(keyOf(domain, finding)));
    if (!unsure.has(domain)) gone.push(...missing.map((finding) => ({ domain, finding })));
    // Trouble itself is over when it is not there any more.
    const carried = unsure.has(domain) ? missing.filter(({ severity }) => severity !== 'temporary') : [];
    if (own.length + carried.length > 0) next[domain] = [...own, ...carried];
  }
  return { isNew: (domain, finding) => !known.has(keyOf(domain, finding)), gone, next };
}

/**
 * Of the same severity too: what gets worse is worth a line. Numbers, such as the age of a key, may change, and which
 * question got no answer is chance.
 */
function keyOf(domain: string, { severity, code, subject, observed }: KnownFinding): string {
  const facts = severity === 'temporary' ? '' : observed.replaceAll(/\b\d+\b/g, '0');
  return JSON.stringify([domain, severity, code, subject, facts]);
}

const VERSION = 1;

/** More domains with trouble than this are not kept: what such a run has to say is that DNS is down. */
const MAX_DOMAINS = 100_000;

export function formatRunState({ trouble, runs }: RunState): string {
  const kept = Object.fromEntries(Object.entries(trouble).slice(0, MAX_DOMAINS));
  const more = Object.keys(runs).length === 0 ? {} : { runs };
  return `${JSON.stringify({ version: VERSION, trouble: kept, ...more })}\n`;
}

/** @returns `undefined` where the text is not what `formatRunState` writes */
export function parseRunState(text: string): RunState | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, trouble, runs = {} } = (value ?? {}) as { version?: unknown; trouble?: unknown; runs?: unknown };
  const isWhole = version === VERSION && isRecordOf(trouble, isCount) && isRecordOf(runs, isLastRun);
  return isWhole ? { trouble: trouble as TroubleCounts, runs: runs as RunState['runs'] } : undefined;
}

function isRecordOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isItem);
}

function isCount(count: unknown): boolean {
  return Number.isSafeInteger(count) && (count as number) > 0;
}

function isLastRun(run: unknown): boolean {
  const { at, findings } = (run ?? {}) as { at?: unknown; findings?: unknown };
  return Number.isFinite(at) && isRecordOf(findings, (own) => Array.isArray(own) && own.every(isKnownFinding));
}

function isKnownFinding(finding: unknown): boolean {
  const { severity, code, subject, observed } = (finding ?? {}) as Record<string, unknown>;
  return [severity, code, subject, observed].every((field) => typeof field === 'string');
}

/** Trouble that goes away by itself need not be told: how often in a row a domain had some. */

/** Runs in a row, by domain. Domains without trouble are not in it. */
export type TroubleCounts = Readonly<Record<string, number>>;

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

const VERSION = 1;

/** More domains with trouble than this are not kept: what such a run has to say is that DNS is down. */
const MAX_DOMAINS = 100_000;

export function formatTroubleCounts(counts: TroubleCounts): string {
  const kept = Object.fromEntries(Object.entries(counts).slice(0, MAX_DOMAINS));
  return `${JSON.stringify({ version: VERSION, trouble: kept })}\n`;
}

const isCount = (count: unknown) => Number.isSafeInteger(count) && (count as number) > 0;

/** @returns `undefined` where the text is not what `formatTroubleCounts` writes */
export function parseTroubleCounts(text: string): TroubleCounts | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, trouble } = (value ?? {}) as { version?: unknown; trouble?: unknown };
  if (version !== VERSION || typeof trouble !== 'object' || trouble === null) return undefined;
  return Object.values(trouble).every(isCount) ? (trouble as TroubleCounts) : undefined;
}

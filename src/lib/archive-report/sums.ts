/** Sums over the groups of a report. */
import type { ArchiveReport, Dimension, Group } from './dimensions.ts';

/** The words of results, in the order in which they are shown: what is well, what is no matter, what is worth a look. */
export const RESULTS = ['pass', 'none', 'fail', 'policy', 'permerror', 'temperror', 'neutral', 'error'] as const;

export interface Sum {
  /** The values of the dimensions that were asked for; `null`: not known. */
  readonly values: readonly (string | null)[];
  readonly count: number;
  /** The same by result, where the report has that. */
  readonly results: ReadonlyMap<string, number>;
}

/**
 * @param by the dimensions that are kept
 * @param wanted which groups count
 * @returns the most frequent first, then in the order of their values
 */
export function sumsBy(
  { groups }: Pick<ArchiveReport, 'groups'>,
  by: readonly Dimension[],
  wanted: (group: Group) => boolean = () => true,
): Sum[] {
  const sums = new Map<string, { values: (string | null)[]; count: number; results: Map<string, number> }>();
  for (const group of groups) {
    if (!wanted(group)) continue;
    const values = by.map((name) => group[name] ?? null);
    const key = JSON.stringify(values);
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { values, count: 0, results: new Map() };
      sums.set(key, sum);
    }
    sum.count += group.count;
    const result = group.result ?? 'unknown';
    sum.results.set(result, (sum.results.get(result) ?? 0) + group.count);
  }
  return [...sums.entries()]
    .sort(([a, one], [b, two]) => two.count - one.count || (a < b ? -1 : 1))
    .map(([, sum]) => sum);
}

/** Each result that occurs with its number of messages, in the order of RESULTS. */
export function resultSums(report: Pick<ArchiveReport, 'groups'>): [string, number][] {
  const sums = new Map(sumsBy(report, ['result']).map(({ values: [result], count }) => [result ?? 'unknown', count]));
  const known = RESULTS.filter((word) => sums.has(word));
  const others = [...sums.keys()].filter((word) => !(RESULTS as readonly string[]).includes(word)).sort();
  return [...known, ...others].map((word) => [word, sums.get(word)!]);
}

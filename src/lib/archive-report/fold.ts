/** Folds lines of JSON into a report. Reports are such lines too: the order and the grouping of the parts make no difference. */
import { DktoolError } from '../errors.ts';
import { type ArchiveReport, type ChangeCount, type Dimension, DIMENSIONS, type Group } from './dimensions.ts';
import type { LineCounts } from './line.ts';

/** Groups that are kept apart: some 300 MB of memory. Whoever sends mail can make up as many selectors as he likes. */
const MAX_GROUPS = 1_000_000;

export class ReportFold {
  readonly #by: readonly Dimension[];
  readonly #maxGroups: number;
  readonly #groups = new Map<string, number>();
  readonly #changes = new Map<string, number>();
  #messages = 0;

  /** @param by what messages are counted by; everything else is left out */
  constructor(by: readonly Dimension[] = DIMENSIONS, maxGroups = MAX_GROUPS) {
    this.#by = DIMENSIONS.filter((name) => by.includes(name));
    this.#maxGroups = maxGroups;
  }

  /** @throws DktoolError `report-too-large` */
  add({ messages, groups, changes }: LineCounts): void {
    this.#messages += messages;
    for (const group of groups) {
      const key = JSON.stringify(this.#by.map((name) => group[name] ?? null));
      this.#groups.set(key, (this.#groups.get(key) ?? 0) + group.count);
    }
    for (const { kind, by, count } of changes) {
      const key = JSON.stringify([kind, by]);
      this.#changes.set(key, (this.#changes.get(key) ?? 0) + count);
    }
    if (this.#groups.size > this.#maxGroups || this.#changes.size > this.#maxGroups) {
      throw new DktoolError('report-too-large', `there are more than ${this.#maxGroups} groups to count`, {
        kind: 'permanent',
        hint: { code: 'count-by-less' },
      });
    }
  }

  get report(): ArchiveReport {
    return {
      report: 1,
      messages: this.#messages,
      groups: [...this.#groups].sort(byKey).map(([key, count]): Group => {
        const values = JSON.parse(key) as (string | null)[];
        return { ...Object.fromEntries(this.#by.map((name, i) => [name, values[i] ?? null])), count };
      }),
      changes: [...this.#changes].sort(byKey).map(([key, count]): ChangeCount => {
        const [kind, by] = JSON.parse(key) as [string, string | null];
        return { kind, by, count };
      }),
    };
  }
}

function byKey([a]: [string, number], [b]: [string, number]): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

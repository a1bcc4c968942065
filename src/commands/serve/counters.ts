/** What has been done since the start: numbers alone, so that memory stays as it is. */
import { metric, type Sample } from '../../console/terminal/metrics.ts';

/** Counts by name and label. The labels are words of ours: nothing from outside makes a new one. */
export class Counters {
  readonly #counts = new Map<string, Map<string, number>>();

  add(name: CounterName, label = ''): void {
    let counts = this.#counts.get(name);
    if (counts === undefined) this.#counts.set(name, (counts = new Map()));
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }

  get(name: CounterName, label = ''): number {
    return this.#counts.get(name)?.get(label) ?? 0;
  }

  /** Prometheus' text format. @param gauges by their names */
  text(gauges: readonly Gauge[]): string {
    return [
      ...Object.entries(COUNTERS).map(([name, { help, label }]) =>
        metric(name, help, this.#samples(name as CounterName, label), 'counter'),
      ),
      ...gauges.map(({ name, help, value }) => metric(name, help, [{ labels: {}, value }])),
    ].join('');
  }

  #samples(name: CounterName, label: string | undefined): Sample[] {
    const counts = [...(this.#counts.get(name) ?? [])];
    if (counts.length === 0) return label === undefined ? [{ labels: {}, value: 0 }] : [];
    return counts.map(([word, value]) => ({ labels: label === undefined ? {} : { [label]: word }, value }));
  }
}

export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** dktool-serve(8) lists them. */
export const COUNTERS = {
  dktool_serve_connections_total: { help: 'Connections of MTAs.', label: undefined },
  dktool_serve_verified_total: { help: 'Messages that were judged, by the result of DKIM.', label: 'dkim' },
  dktool_serve_dmarc_total: { help: 'Messages that were judged, by the result of DMARC.', label: 'dmarc' },
  dktool_serve_signed_total: { help: 'Messages that were to be signed: signed, or not.', label: 'result' },
  dktool_serve_passed_total: {
    help: 'Messages that went on untouched: nothing was to be done with them.',
    label: undefined,
  },
  dktool_serve_rejected_total: { help: 'Messages that were refused, by the rule of --reject.', label: 'rule' },
  dktool_serve_deferred_total: { help: 'Messages that were put off, by the code of the error.', label: 'code' },
  dktool_serve_forged_total: { help: 'Authentication-Results fields that pretended to be ours.', label: undefined },
  dktool_serve_launched_total: { help: 'Messages of launchers, by the program.', label: 'program' },
  dktool_serve_reloads_total: { help: 'Times that keys were read again, done or failed.', label: 'result' },
} as const satisfies Readonly<Record<string, { readonly help: string; readonly label: string | undefined }>>;

export type CounterName = keyof typeof COUNTERS;

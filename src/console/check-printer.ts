/** Takes checked domains one by one, and writes what is to be written of them. */
import { checkReport, type DomainCheck, findingsOf } from '../lib/check/report.ts';
import type { Finding, FindingSeverity } from '../lib/finding.ts';
import type { ByteSink } from './bytes.ts';
import { type DomainFinding, domainFindingLine, plainTable } from './check-lines.ts';
import { nagiosResult } from './check-nagios.ts';
import { prometheusText } from './check-prometheus.ts';
import { statePath, updateState } from './check-state.ts';
import { type CheckedDomain, type CheckRun, countBySeverity } from './check-totals.ts';
import type { Context } from './context.ts';
import { type Outcome, worst } from './outcome.ts';
import { withOutput } from './output.ts';
import { wantsColor } from './terminal.ts';

export interface CheckView {
  readonly output?: { readonly format?: 'nagios' | 'prometheus'; readonly file?: string };
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  /** `CODE` and `DOMAIN:CODE`, lower case. */
  readonly ignore?: readonly string[];
  readonly failOn: 'error' | 'warning';
  readonly patience: number;
  readonly state?: string;
}

export class CheckPrinter {
  readonly #view: CheckView;
  readonly #context: Context;
  readonly #warn: (sentence: string) => void;
  readonly #table: (check: DomainCheck) => string;
  readonly #checks: DomainCheck[] = [];
  readonly #troubled: Record<string, boolean> = Object.create(null) as Record<string, boolean>;

  private constructor(
    view: CheckView,
    context: Context,
    warn: (sentence: string) => void,
    table: (check: DomainCheck) => string,
  ) {
    this.#view = view;
    this.#context = context;
    this.#warn = warn;
    this.#table = table;
  }

  /** @param warn takes sentences for the operator */
  static async create(view: CheckView, context: Context, warn: (sentence: string) => void): Promise<CheckPrinter> {
    if (view.patience > 1) statePath(view.state, context.env); // fails at once where there is no place
    const { stdout, env } = context;
    const isTable = view.verbose === true && view.output === undefined && !view.json && stdout.isTerminal;
    const { checkTable } = isTable ? await import('./check-table.ts') : { checkTable: undefined };
    const table = await checkTable?.({ color: wantsColor(stdout, 'auto', env), columns: stdout.columns });
    return new CheckPrinter(view, context, warn, table ?? plainTable);
  }

  add(check: DomainCheck): void {
    if (check.domain === '' && check.parts.length === 0) return;
    const seen = filtered(check, (finding) => !this.#isIgnored(check.domain, finding));
    this.#checks.push(this.#isLong ? seen : withoutQuietParts(seen));
    if (check.domain !== '') this.#troubled[check.domain] = findingsOf(seen).some(isTemporary);
  }

  /**
   * Write.
   *
   * @param now seconds since 1970
   * @param took seconds
   * @throws DktoolError, kind temporary, where the output or the state cannot be written
   */
  finish(now: number, took: number): { outcome: Outcome; status?: number } {
    const checks = this.#withPatience();
    const run = runOf(checks, now, took);
    const { output, quiet } = this.#view;
    const nagios = output?.format === 'nagios' ? nagiosResult(run) : undefined;
    const write = (sink: ByteSink) => this.#write(sink, checks, run, nagios?.line);
    if (!quiet) withOutput(output?.file, this.#context, write);
    const outcome = this.#outcomeOf(run);
    return nagios === undefined ? { outcome } : { outcome, status: nagios.status };
  }

  /** What was looked at is told too, and not only what was found. */
  get #isLong(): boolean {
    return this.#view.verbose === true || this.#view.json === true;
  }

  #isIgnored(domain: string, { code }: Finding): boolean {
    const ignored = this.#view.ignore ?? [];
    return ignored.includes(code) || ignored.includes(`${domain}:${code}`);
  }

  #withPatience(): readonly DomainCheck[] {
    const { patience, state } = this.#view;
    if (patience === 1) return this.#checks;
    const path = statePath(state, this.#context.env);
    const counts = updateState(path, this.#troubled, this.#context, this.#warn);
    return this.#checks.map((check) =>
      (counts[check.domain] ?? 0) >= patience ? check : filtered(check, (finding) => !isTemporary(finding)),
    );
  }

  #write(sink: ByteSink, checks: readonly DomainCheck[], run: CheckRun, nagiosLine: string | undefined): void {
    const { output, json, verbose } = this.#view;
    if (nagiosLine !== undefined) return sink.write(nagiosLine);
    if (output?.format === 'prometheus') return sink.write(prometheusText(run));
    if (json) {
      for (const check of checks) sink.write(`${JSON.stringify(checkReport(check, run.now))}\n`);
      return;
    }
    if (verbose) for (const check of checks) sink.write(this.#table(check));
    for (const finding of run.findings) sink.write(domainFindingLine(finding));
  }

  #outcomeOf({ findings }: CheckRun): Outcome {
    const { failOn } = this.#view;
    return worst(
      findings.map(({ finding: { severity } }) => {
        if (severity === 'temporary') return 'temporary';
        return severity === 'error' || failOn === 'warning' ? 'negative' : 'ok';
      }),
    );
  }
}

function isTemporary({ severity }: Finding): boolean {
  return severity === 'temporary';
}

function filtered(check: DomainCheck, isKept: (finding: Finding) => boolean): DomainCheck {
  return { ...check, parts: check.parts.map((part) => ({ ...part, findings: part.findings.filter(isKept) })) };
}

/** Of a long list only what was found is kept. */
function withoutQuietParts(check: DomainCheck): DomainCheck {
  return { ...check, parts: check.parts.filter(({ findings }) => findings.length > 0) };
}

const ORDER: readonly FindingSeverity[] = ['error', 'temporary', 'warning'];
const rank = ({ finding }: DomainFinding) => ORDER.indexOf(finding.severity);

function runOf(checks: readonly DomainCheck[], now: number, took: number): CheckRun {
  const domains: CheckedDomain[] = [];
  const findings: DomainFinding[] = [];
  for (const check of checks) {
    const own = findingsOf(check);
    domains.push({ domain: check.domain, counts: countBySeverity(own), keys: check.keys });
    findings.push(...own.map((finding) => ({ domain: check.domain, finding })));
  }
  return { domains, findings: findings.sort((a, b) => rank(a) - rank(b)), now, took };
}

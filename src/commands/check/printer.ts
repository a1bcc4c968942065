/** Takes checked domains one by one, and writes what is to be written of them. */
import { checkReport, type DomainCheck, findingsOf } from '../../lib/report/check.ts';
import { type Finding, type FindingSeverity, SEVERITIES } from '../../lib/finding.ts';
import type { ByteSink } from '../../console/streams/bytes.ts';
import { type DomainFinding, domainFindingLine, goneLine, plainTable } from './lines.ts';
import { filtered, needsState, remember, type Remembered } from './memory.ts';
import { nagiosResult, nagiosUnknown } from './nagios.ts';
import { prometheusText } from './prometheus.ts';
import { type CheckedDomain, type CheckRun, countBySeverity, resultsByPart } from './totals.ts';
import { complain } from '../../console/terminal/complain.ts';
import type { Context } from '../../console/context.ts';
import { type Outcome, worst } from '../../console/outcome.ts';
import { withOutput } from '../../console/streams/output.ts';
import { findingText } from '../../console/terminal/finding-text.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import { terminalStyle } from '../../console/terminal/terminal.ts';

export const CHECK_FORMATS = ['text', 'json', 'nagios', 'prometheus'] as const;

export interface CheckView {
  readonly format: (typeof CHECK_FORMATS)[number];
  /** A file in place of stdout. */
  readonly output: string | undefined;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** The mildest findings that are printed. */
  readonly severity: 'error' | 'warning' | 'note';
  /** `CODE` and `DOMAIN:CODE`, lower case. */
  readonly ignore: readonly string[];
  readonly failOn: 'error' | 'warning';
  readonly patience: number;
  readonly changed: boolean;
  readonly state: string | undefined;
  /** What the command line checks. */
  readonly subject: string;
}

export class CheckPrinter {
  readonly #view: CheckView;
  readonly #context: Context;
  readonly #warn: (sentence: string) => void;
  readonly #table: (check: DomainCheck) => string;
  readonly #shown: (lines: string) => string;
  readonly #checks: DomainCheck[] = [];

  private constructor(
    view: CheckView,
    context: Context,
    warn: (sentence: string) => void,
    table: (check: DomainCheck) => string,
    shown: (lines: string) => string,
  ) {
    this.#view = view;
    this.#context = context;
    this.#warn = warn;
    this.#table = table;
    this.#shown = shown;
  }

  /** @param warn takes sentences for the operator */
  static async create(view: CheckView, context: Context, warn: (sentence: string) => void): Promise<CheckPrinter> {
    needsState(view, context);
    const { stdout, env } = context;
    const isTable = view.verbose && view.format === 'text' && view.output === undefined && stdout.isTerminal;
    const { checkTable } = isTable ? await import('./table.ts') : { checkTable: undefined };
    const table = await checkTable?.(terminalStyle(stdout, 'auto', env));
    return new CheckPrinter(view, context, warn, table ?? plainTable, await findingText(stdout, 'auto', env));
  }

  add(check: DomainCheck): void {
    if (check.domain === '' && check.parts.length === 0) return;
    const seen = filtered(check, (finding) => !this.#isIgnored(check.domain, finding));
    this.#checks.push(this.#isLong ? seen : withoutDetails(seen));
  }

  /**
   * Write.
   *
   * @param now seconds since 1970
   * @param took seconds
   * @throws DktoolError, kind temporary, where the output cannot be written
   */
  async finish(now: number, took: number): Promise<{ outcome: Outcome; status?: number }> {
    const isReported = (finding: Finding) => this.#isReported(finding);
    const remembered = await remember(this.#checks, { ...this.#view, isReported }, now, this.#context, this.#warn);
    const { problem } = remembered;
    const run = runOf(remembered.checks, isReported, now, took);
    const { format, output, quiet } = this.#view;
    const result = format === 'nagios' ? nagiosResult(run) : undefined;
    const nagios = problem !== undefined && result?.status === 0 ? nagiosUnknown(problem) : result;
    const write = (sink: ByteSink) => this.#write(sink, remembered, run, nagios?.line);
    if (!quiet) withOutput(output, this.#context, write);
    const state = problem === undefined ? 'ok' : complain(problem, 'dktool', this.#context);
    const outcome = worst([this.#outcomeOf(remembered.checks), state]);
    return nagios === undefined ? { outcome } : { outcome, status: nagios.status };
  }

  /** What was looked at is reported too, and not only what was found. */
  get #isLong(): boolean {
    return this.#view.verbose || this.#view.format === 'json';
  }

  #isIgnored(domain: string, { code }: Finding): boolean {
    const { ignore } = this.#view;
    return ignore.includes(code) || ignore.includes(`${domain}:${code}`);
  }

  /** DNS trouble is always reported: it may hide an error. */
  #isReported({ severity }: Finding): boolean {
    return severity === 'temporary' || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(this.#view.severity);
  }

  #write(sink: ByteSink, remembered: Remembered, run: CheckRun, nagiosLine: string | undefined): void {
    const { format, verbose } = this.#view;
    if (nagiosLine !== undefined) return sink.write(nagiosLine);
    if (format === 'prometheus') return sink.write(prometheusText(run));
    if (format === 'json') return this.#writeJson(sink, remembered, run.now);
    if (verbose) for (const check of remembered.checks) sink.write(this.#table(check));
    const { changes } = remembered;
    const shown = sink === this.#context.stdout ? this.#shown : String;
    for (const { domain, finding } of run.findings) {
      if (changes?.isNew(domain, finding) !== false) sink.write(shown(domainFindingLine({ domain, finding })));
    }
    for (const gone of changes?.gone ?? []) sink.write(shown(goneLine(gone)));
  }

  #writeJson(sink: ByteSink, { checks, changes }: Remembered, now: number): void {
    for (const check of checks) {
      const report = checkReport(check, now);
      const findings = report.findings.filter((finding) => this.#isReported(finding));
      if (changes === undefined) {
        sink.write(jsonLine({ ...report, findings }));
        continue;
      }
      const fresh = findings.filter((finding) => changes.isNew(check.domain, finding));
      const gone = changes.gone.filter(({ domain }) => domain === check.domain).map(({ finding }) => finding);
      if (fresh.length + gone.length > 0) sink.write(jsonLine({ ...report, findings: fresh, gone }));
    }
  }

  #outcomeOf(checks: readonly DomainCheck[]): Outcome {
    const fails = this.#view.failOn === 'warning' ? ['error', 'warning'] : ['error'];
    return worst(
      checks.flatMap(findingsOf).map(({ severity }) => {
        if (severity === 'temporary') return 'temporary';
        return fails.includes(severity) ? 'negative' : 'ok';
      }),
    );
  }
}

/** Of a long list only what was found is kept, and what each part came to. */
function withoutDetails(check: DomainCheck): DomainCheck {
  const parts = check.parts.map(({ part, result, findings }) => ({ part, subject: '', detail: '', result, findings }));
  return { ...check, parts };
}

const rank = ({ finding }: { readonly finding: { readonly severity: FindingSeverity } }) =>
  SEVERITIES.indexOf(finding.severity);

function runOf(
  checks: readonly DomainCheck[],
  isReported: (finding: Finding) => boolean,
  now: number,
  took: number,
): CheckRun {
  const domains: CheckedDomain[] = [];
  const findings: DomainFinding[] = [];
  for (const check of checks) {
    const own = findingsOf(check);
    domains.push({
      domain: check.domain,
      counts: countBySeverity(own),
      results: resultsByPart(check),
      keys: check.keys,
    });
    findings.push(...own.filter(isReported).map((finding) => ({ domain: check.domain, finding })));
  }
  return { domains, findings: oncePerFolder(findings).sort((a, b) => rank(a) - rank(b)), now, took };
}

/** A folder with the keys of many domains is wrong once. */
function oncePerFolder(findings: readonly DomainFinding[]): DomainFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ finding: { code, subject } }) => {
    if (!code.startsWith('key-folder-')) return true;
    const key = `${code} ${subject}`;
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}

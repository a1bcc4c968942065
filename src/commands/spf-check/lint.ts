/** `spf-check --lint`: the record of a domain, whoever sends. */
import type { Context } from '../../console/context.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import type { Outcome } from '../../console/outcome.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { type LintView, lintJson, lintLines } from './lint-lines.ts';
import { styleFor } from './painter.ts';
import { type ColorChoice } from '../../console/terminal/terminal.ts';
import { type LintReport, lintSpf } from '../../lib/spf/lint.ts';
import { withTriedRecord } from '../../lib/spf/tried-record.ts';
import { textAsOctets } from '../../lib/syntax/octets.ts';

interface LintOptions extends DnsOptions, LintView {
  readonly record?: string | undefined;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: ColorChoice;
}

/** Judge the policy of a domain; errors in it are a negative answer, warnings are not. */
export async function lintDomain(domain: string, options: LintOptions, context: Context): Promise<Outcome> {
  const resolver = await resolverOf(options, context);
  const { record } = options;
  const report = await lintSpf(
    domain,
    record === undefined ? resolver : withTriedRecord(resolver, domain, textAsOctets(record), '--record'),
  );
  if (!options.quiet) {
    const { stdout } = context;
    const style = await styleFor(stdout, options.color, false, context.env);
    const view = { networks: options.networks ?? false, columns: style.columns };
    stdout.write(options.json ? lintJson(report, view) : lintLines(report, view, style.paint));
  }
  return outcomeOf(report);
}

function outcomeOf({ findings }: LintReport): Outcome {
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  if (errors.length === 0) return 'ok';
  if (errors.every((code) => code === 'no-record')) return 'nothing';
  // Only what DNS kept back: once it answers, the judgement may be another
  return errors.every((code) => code === 'dns-error') ? 'temporary' : 'negative';
}

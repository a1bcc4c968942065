/** dmarc-check FILE: what DMARC makes of a message, and what is wrong with the record that applies. */
import type { Context } from '../../console/context.ts';
import { dmarcJudge } from '../../console/dmarc/judge.ts';
import { dmarcLines } from '../../console/dmarc/lines.ts';
import { reportInputError } from '../../console/streams/input-error.ts';
import { inputsOf } from '../../console/streams/input.ts';
import type { Outcome } from '../../console/outcome.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import { InputJudge } from '../../console/verify/judge.ts';
import { spfJudge } from '../../console/spf/judge.ts';
import type { DmarcResult } from '../../lib/dmarc/evaluate.ts';
import { dmarcMessageReport, type DmarcReport } from '../../lib/report/dmarc.ts';
import { lintDmarc } from '../../lib/dmarc/lint.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import { lintedOutcome, lintLines } from './lint-lines.ts';
import type { DmarcCheckOptions } from './options.ts';
import type { Paint } from './painter.ts';

const OUTCOMES: Readonly<Record<DmarcResult, Outcome>> = {
  pass: 'ok',
  fail: 'negative',
  permerror: 'negative',
  none: 'nothing',
  temperror: 'temporary',
};

/** @param args of the command line: without any, the message is on stdin and tcpserver's environment is about it */
export function messageChecker(
  args: readonly string[],
  resolver: Resolver,
  options: DmarcCheckOptions,
  paint: Paint,
  context: Context,
): (arg: string) => Promise<Outcome> {
  const now = options.now ?? context.now();
  const { spf, ip, hop, trusted, legacy } = options;
  const env = args.length === 0 ? context.env : undefined;
  const judge = new InputJudge(resolver, {
    now,
    legacy,
    spf: spf || ip !== undefined ? spfJudge(options, { hop, trusted }, env, resolver, now) : undefined,
    dmarc: dmarcJudge(resolver),
  });
  return async (arg) => {
    const [input] = inputsOf([arg], context);
    const judged = await judge.judge(input!);
    if ('error' in judged) return reportInputError(arg, judged.error, options, context);
    const { verdict, report } = judged.dmarc!;
    const { discovery } = verdict;
    const findings = options.lint && discovery !== undefined ? await lintDmarc(discovery, resolver) : [];
    if (!options.quiet) {
      context.stdout.write(
        options.json
          ? jsonLine(dmarcMessageReport(arg, report, findings))
          : [...messageLines(arg, report), ...lintLines(discovery?.found, findings, paint)].join(''),
      );
    }
    return lintedOutcome(OUTCOMES[report.result], findings);
  };
}

function* messageLines(file: string, report: DmarcReport): Iterable<string> {
  const name = printable(file);
  for (const line of dmarcLines(name, report, true)) yield `${line}\n`;
  const { organizationalDomain } = report;
  if (organizationalDomain !== null) yield `${name}: organizational domain: ${printable(organizationalDomain)}\n`;
}

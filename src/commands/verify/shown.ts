/** What came of an input: its outcome, and what it counts as. */
import { type Outcome, worst } from '../../console/outcome.ts';
import type { JudgedMessage } from '../../console/verify/judge.ts';
import type { CrossCheckReport } from '../../lib/report/cross-check.ts';
import type { PreflightReport } from '../../lib/report/preflight.ts';
import type { ErrorReport, VerifyReport } from '../../lib/report/verify.ts';
import type { ResultWord } from '../../lib/verdict.ts';
import type { VerifyRunOptions } from './run-options.ts';
import { errorKey, type TallyKey, tallyKey } from './tally.ts';

type OutcomeOptions = Pick<VerifyRunOptions, 'failOn'>;

/** What came of one input. */
export interface Shown {
  readonly outcome: Outcome;
  /** As what it counts: see tally.ts. */
  readonly key: TallyKey;
}

/** What decides the outcome of a message: of a verdict, or of its line of --json. */
interface Deciding {
  readonly result: ResultWord;
  readonly dmarc?: { readonly result: ResultWord; readonly reason: string } | undefined;
  readonly crossCheck?: CrossCheckReport | undefined;
  readonly preflight?: PreflightReport | undefined;
}

export function shownOfMessage(
  { verdict, dmarc, crossCheck, preflight }: JudgedMessage,
  options: OutcomeOptions,
): Shown {
  const deciding = { result: verdict.result, dmarc: dmarc?.verdict, crossCheck, preflight };
  return { outcome: outcomeBy(deciding, options), key: keyOf(tallyKey(verdict), deciding, options) };
}

/** The same, from a line of --json. */
export function shownOfLine(line: VerifyReport | ErrorReport, options: OutcomeOptions): Shown {
  if (!('result' in line)) return { outcome: line.error.kind, key: errorKey(line.error) };
  return { outcome: outcomeBy(line, options), key: keyOf(tallyKey(line), line, options) };
}

/** By DMARC where that decides. */
function keyOf(key: TallyKey, { dmarc }: Deciding, { failOn }: OutcomeOptions): TallyKey {
  if (failOn !== 'dmarc' || dmarc === undefined) return key;
  return { reason: `${dmarc.result} ${dmarc.reason}`, signer: key.signer };
}

/** With --preflight its findings decide, not the signatures: those are among the findings. */
function outcomeBy(deciding: Deciding, options: OutcomeOptions): Outcome {
  const { crossCheck, preflight } = deciding;
  const own =
    preflight === undefined ? outcomeOf(decidingResult(deciding, options)) : preflightOutcome(preflight, options);
  return worst([own, crossCheck?.agrees === false ? 'negative' : 'ok']);
}

function preflightOutcome({ findings }: PreflightReport, { failOn }: OutcomeOptions): Outcome {
  const outcomes = findings.map(({ severity }): Outcome => {
    if (severity === 'temporary') return 'temporary';
    return severity === 'error' || (severity === 'warning' && failOn === 'warning') ? 'negative' : 'ok';
  });
  return worst(outcomes);
}

/** The result that the exit status reports. */
export function decidingResult({ result, dmarc }: Deciding, { failOn }: OutcomeOptions): ResultWord {
  return failOn === 'dmarc' && dmarc !== undefined ? dmarc.result : result;
}

export function outcomeOf(result: ResultWord): Outcome {
  if (result === 'pass') return 'ok';
  if (result === 'none') return 'nothing';
  return result === 'temperror' ? 'temporary' : 'negative';
}

/** Worth a look: judged and refused, or not judged. An unsigned message is neither good nor bad. */
export function isFailure(outcome: Outcome): boolean {
  return outcome !== 'ok' && outcome !== 'nothing';
}

/** verify --explain: what changed the message, where a signature does not pass. */
import type { Explainer } from '../../../console/verify/judge.ts';
import type { Effort } from '../../../lib/explain/effort.ts';
import { explainMessage } from '../../../lib/explain/explain.ts';
import type { KeyCache } from '../../../lib/keys/lookup.ts';

export interface ExplainSettings {
  readonly effort: Effort;
  /** Seconds since 1970. */
  readonly now: number;
  readonly keys: KeyCache;
}

export function explainer(settings: ExplainSettings): Explainer {
  return ({ header }, body, { dkim }, answers) => {
    const isAllWell = dkim.signatures.every(({ result }) => result === 'pass');
    if (header === undefined || isAllWell) return { explanations: [], body };
    return { explanations: explainMessage({ header, body, verdicts: dkim.signatures, answers, ...settings }), body };
  };
}

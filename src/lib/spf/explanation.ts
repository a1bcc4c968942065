/** The text that goes with a fail (RFC 7208 section 6.2). */
import type { Steps } from '../steps.ts';
import { bestValidatedName, type Evaluation, type ResultOrigin, macroValues, targetOf } from './evaluation.ts';
import { isStop } from './lookups.ts';
import { expandText } from './macro.ts';
import { isProblem, type MacroString, parseMacroString, usesMacro } from './macro-string.ts';
import { isAscii } from './target-name.ts';
import { reverseName } from '../syntax/ip-address.ts';

export interface Explanation {
  readonly text: string;
  /** The domain that publishes it; `undefined` for the receiver's own words. */
  readonly domain: string | undefined;
}

/**
 * RFC 7208 section 6.2 lets implementations limit the length. An SMTP reply line holds 512 octets (RFC 5321 section
 * 4.5.3.1.5); this is two of them, and keeps a 64 KB TXT record full of `%{s}` from growing further.
 */
const MAX_EXPLANATION = 1000;

const DEFAULT_EXPLANATION = 'The domain %{o} does not allow %{c} to send its mail';

/**
 * @param decision where the fail comes from: after a redirect the last record, never an included one
 * @param fallback the caller's own default
 */
export function* explain(
  state: Evaluation,
  decision: ResultOrigin | undefined,
  fallback: string = DEFAULT_EXPLANATION,
): Steps<Explanation> {
  const published = decision === undefined ? undefined : yield* publishedText(state, decision);
  if (published !== undefined) return { text: published, domain: decision!.domain };
  const parsed = parsedFallback(fallback);
  const text = isProblem(parsed) ? fallback : yield* expandForPeople(state, parsed, decision?.domain ?? '');
  return { text: text ?? fallback, domain: undefined };
}

let last: { readonly source: string; readonly parsed: ReturnType<typeof parseMacroString> } | undefined;

/** Read once, not at every fail of a batch. */
function parsedFallback(source: string): ReturnType<typeof parseMacroString> {
  if (last?.source !== source) last = { source, parsed: parseMacroString(source, 'explain-string') };
  return last.parsed;
}

/** Any trouble is as if there were no exp= at all. Look-ups are not counted: the result stands already. */
function* publishedText(state: Evaluation, { record, domain }: ResultOrigin): Steps<string | undefined> {
  const spec = record?.explanation?.value;
  if (spec === undefined) return undefined;
  const free: Evaluation = { ...state, lookups: state.lookups.fresh() };
  const target = yield* targetOf(free, spec, domain, []);
  if (isStop(target) || 'skip' in target) return undefined;
  const records = yield* state.lookups.uncounted(target.name, 'TXT', []);
  if (records.length !== 1) return undefined; // RFC 7208 section 6.2: none, or more than one
  const parsed = parseMacroString(records[0]!.join(''), 'explain-string');
  return isProblem(parsed) ? undefined : yield* expandForPeople(state, parsed, domain);
}

/** `undefined` where macros brought in what is not printable US-ASCII. */
function* expandForPeople(state: Evaluation, text: MacroString, domain: string): Steps<string | undefined> {
  let validatedName = 'unknown';
  if (usesMacro(text, 'p')) {
    const free: Evaluation = { ...state, lookups: state.lookups.fresh() };
    const names = yield* free.lookups.uncounted(reverseName(state.ip), 'PTR', []);
    const best = yield* bestValidatedName(free, names, domain, []);
    if (typeof best === 'string') validatedName = best;
  }
  const expanded = expandText(text, macroValues(state, domain, validatedName), MAX_EXPLANATION);
  return isAscii(expanded) && !/[\u0000-\u001f\u007f]/.test(expanded) && expanded !== '' ? expanded : undefined;
}

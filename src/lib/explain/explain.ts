/**
 * Why signatures of a message do not pass, and what changed it on its way. Every change that is claimed is proven by a hash
 * that was signed, or said to be a guess. Pure: no I/O, no clock.
 */
import { dkimKeyCandidates, type UsableDkimKey } from '../keys/dkim-lookup.ts';
import { parseSignature, type Signature } from '../dkim/signature.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { KeyCache } from '../keys/lookup.ts';
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import type { KeyAnswers } from '../signature/method.ts';
import { remedyFor } from './advice.ts';
import { findSignedBodies } from './body/explain-body.ts';
import { guessedChanges } from './body/guesses.ts';
import { linesOf, withLf } from './body/lines.ts';
import { describe, type Description, fieldsIn, structureOf } from './body/mime.ts';
import { recipeFor } from './body/recipe.ts';
import type { FoundBody, WantedHash } from './body/trial.ts';
import { canonicalBody } from './body/canonical.ts';
import { type Change, CHANGE_KINDS } from './change.ts';
import { bodyDiff, type DiffLine } from './diff.ts';
import { Budget, type Effort } from './effort.ts';
import type { Explanation, Restoration, Undo } from './explanation.ts';
import { type BodyHints, explainHeader, type HeaderFindings } from './header/explain-header.ts';
import { unfolded } from './header/option.ts';
import { keyFinding, timeFinding } from './key-findings.ts';
import { sentenceFor } from './sentence.ts';
import { BodyDigests, trailOf } from './trail.ts';
import { headerUndo } from './undo.ts';
import { authorOf } from './who.ts';

/** A message with its verdicts, and what they rest on. */
export interface ExplainInput {
  readonly header: HeaderBlock;
  /** As it came. */
  readonly body: Buffer;
  /** Of the DKIM-Signature fields, top to bottom. */
  readonly verdicts: readonly DkimVerdict[];
  /** What DNS said, for the keys of signatures that did not pass. */
  readonly answers: KeyAnswers;
  readonly keys: KeyCache;
  /** Seconds since 1970. */
  readonly now: number;
  readonly effort: Effort;
}

interface Case {
  readonly field: HeaderField;
  readonly verdict: DkimVerdict;
  readonly signature: Signature;
  readonly wanted: WantedHash;
}

/** Signatures of one message that are explained: as many as are judged. */
const MAX_EXPLAINED = 32;

/** @returns for each verdict its explanation; `undefined` for one that passed, and beyond the limit of signatures */
export function explainMessage(input: ExplainInput): readonly (Explanation | undefined)[] {
  const budget = new Budget(input.effort, input.body.length);
  const cases = casesOf(input);
  const broken = cases.filter((one) => one?.verdict.bodyHash === 'mismatch') as Case[];
  const description = descriptionOf(input.header);
  const bodies = findSignedBodies(
    input.body,
    description,
    broken.map(({ wanted }) => wanted),
    budget,
  );
  const body = withLf(input.body);
  const digests = new BodyDigests(body);
  let guesses: readonly Change[] | undefined;
  return input.verdicts.map((verdict, i) => {
    if (verdict.result === 'pass' || i >= MAX_EXPLAINED) return undefined;
    const one = cases[i];
    if (one === undefined) return unreadable(input, i, verdict, digests, budget);
    const at = broken.indexOf(one);
    const found = at === -1 ? undefined : bodies[at];
    if (at !== -1 && found === undefined) guesses ??= guessedChanges(input.header, input.body, description);
    return explainOne(input, one, { found, guesses: guesses ?? [], body, digests, description }, budget);
  });
}

function descriptionOf(header: HeaderBlock): Description {
  const fields = new Map<string, string>();
  for (const name of ['content-type', 'content-transfer-encoding']) {
    const [field] = header.named(name);
    if (field !== undefined) fields.set(name, unfolded(header, field));
  }
  return describe(fields);
}

/** What can be read of the signatures that did not pass, at their places. */
function casesOf({ header, verdicts }: ExplainInput): readonly (Case | undefined)[] {
  const fields = header.named('dkim-signature');
  return verdicts.slice(0, MAX_EXPLAINED).map((verdict, i) => {
    const field = fields[i];
    if (field === undefined || verdict.result === 'pass') return undefined;
    const parsed = parseSignature(header.value(field));
    if (!parsed.ok) return undefined;
    const { signature } = parsed;
    const { bodyCanonicalization: canonicalization, hash, bodyLength: limit, bodyHash: digest } = signature;
    return { field, verdict, signature, wanted: { canonicalization, hash, limit, digest } };
  });
}

interface BodySide {
  readonly found: FoundBody | undefined;
  readonly guesses: readonly Change[];
  /** LF, as it came. */
  readonly body: Buffer;
  readonly digests: BodyDigests;
  readonly description: Description;
}

function explainOne(
  input: ExplainInput,
  { field, verdict, signature }: Case,
  side: BodySide,
  budget: Budget,
): Explanation {
  const { header } = input;
  const answer = input.answers.get(signature.keyName);
  const keys = answer === undefined ? [] : usableKeys(dkimKeyCandidates(answer, signature, input.keys));
  const isBodyBroken = verdict.bodyHash === 'mismatch';
  const isHeaderBroken = verdict.signature === 'invalid' && keys.length > 0;
  const headerSide = isHeaderBroken ? explainHeader(header, field, signature, keys, hintsOf(side), budget) : undefined;
  const changes = [
    ...(isBodyBroken ? bodyChanges(side) : []),
    ...(headerSide?.changes ?? []),
    ...[keyFinding(verdict, answer), timeFinding(verdict, input.now)].filter((one) => one !== undefined),
  ].map((change) => named(change, header));
  const proof = proofOf(isBodyBroken && side.found !== undefined, headerSide?.isProven === true);
  const partial = { isBodyBroken, isHeaderBroken: isHeaderBroken && !isKeyFault(headerSide), changes, proof };
  const part = partOf(partial, headerSide);
  const undo = undoOf(header, side, isBodyBroken, headerSide, signature.headerCanonicalization === 'simple');
  const survives = survivesOf(signature, side, headerSide);
  return {
    part,
    proof,
    changes,
    undo,
    survives,
    attempts: budget.attempts,
    bounded: budget.isBounded,
    sentence: sentenceFor(proof, changes, verdict.detail),
    remedy: remedyFor(changes, survives !== undefined),
    trail: trailOf(header, field, signature, verdict, answer, side.digests, headerSide?.digest),
    diff: diffOf(header, side, undo, headerSide),
    restoration: restorationOf(isBodyBroken, side, isHeaderBroken, headerSide),
  };
}

function usableKeys(candidates: ReturnType<typeof dkimKeyCandidates>): UsableDkimKey[] {
  return candidates.filter((candidate) => candidate.ok);
}

function bodyChanges({ found, guesses }: BodySide): readonly Change[] {
  if (found !== undefined) return found.changes;
  return guesses.length > 0 ? guesses : [{ kind: 'body-changed', isGuess: true }];
}

function named(change: Change, header: HeaderBlock): Change {
  // Keys and times are nobody's doing on the way.
  const { advice } = CHANGE_KINDS[change.kind];
  const by = change.by ?? (advice === 'key' || advice === 'time' ? undefined : authorOf(change, header));
  return by === undefined ? change : { ...change, by };
}

/** What the body was helps to guess what the header said of it. */
function hintsOf({ found, body, description }: BodySide): BodyHints {
  const changes = found?.changes ?? [];
  const from = (kind: Change['kind']) => changes.flatMap((change) => (change.kind === kind ? (change.from ?? []) : []));
  const wrapper = changes.find(({ kind }) => kind === 'message-wrapped')?.at;
  const isMixed = description.contentType.type === 'multipart/mixed';
  const index = wrapper === undefined ? 0 : Number(wrapper.slice('part '.length)) - 1;
  const part = isMixed ? structureOf(body, description).children[index] : undefined;
  const wrapped = part && fieldsIn(body.toString('latin1', part.headerStart, part.headerEnd));
  return { wrapped, encodings: from('transfer-encoding-changed'), charsets: from('charset-changed') };
}

const isKeyFault = (side: HeaderFindings | undefined) =>
  side?.changes.some(({ kind }) => kind === 'wrong-key' || kind === 'signature-damaged') === true;

function proofOf(body: boolean, header: boolean): Explanation['proof'] {
  if (body && header) return 'both';
  return body ? 'body-hash' : header ? 'signature' : 'none';
}

function partOf(
  {
    isBodyBroken,
    isHeaderBroken,
    changes,
  }: { isBodyBroken: boolean; isHeaderBroken: boolean; changes: readonly Change[] },
  headerSide: HeaderFindings | undefined,
): Explanation['part'] {
  if (isBodyBroken) return isHeaderBroken ? 'body+header' : 'body';
  if (isHeaderBroken) return 'header';
  if (isKeyFault(headerSide)) return 'key';
  const kinds = changes.map(({ kind }) => kind);
  if (kinds.some((kind) => kind.startsWith('key-'))) return 'key';
  return kinds.some((kind) => kind === 'signature-expired' || kind === 'signature-too-early') ? 'time' : 'none';
}

function undoOf(
  header: HeaderBlock,
  { found, body }: BodySide,
  isBodyBroken: boolean,
  headerSide: HeaderFindings | undefined,
  isSimple: boolean,
): Undo | undefined {
  const b = isBodyBroken && found !== undefined ? recipeFor(body, found.text) : undefined;
  const h = headerSide?.isProven === true ? headerUndo(header, headerSide.edits, isSimple) : undefined;
  if (b === undefined && h === undefined) return undefined;
  return { ...(h === undefined ? {} : { h }), ...(b === undefined ? {} : { b }) };
}

function diffOf(
  header: HeaderBlock,
  side: BodySide,
  undo: Undo | undefined,
  headerSide: HeaderFindings | undefined,
): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  for (const { field, text } of headerSide?.edits ?? []) {
    if (text !== undefined) lines.push({ sign: '-', text: text.slice(0, 300) });
    if (field !== undefined) {
      lines.push({
        sign: '+',
        text: header.bytes.toString('latin1', field.start, Math.min(field.end, field.start + 300)),
      });
    }
  }
  const changes = side.found?.changes ?? [];
  // Lines of base64 against lines of text tell a reader nothing.
  if (changes.some(({ kind }) => kind === 'transfer-encoding-changed' || kind === 'charset-changed')) {
    for (const { text = [] } of changes) for (const line of text.slice(0, 10)) lines.push({ sign: '+', text: line });
    return lines;
  }
  return undo?.b === undefined ? lines : [...lines, ...bodyDiff(linesOf(side.body), undo.b)];
}

/** Whether relaxed, which ignores blanks and folds, would have survived what is proven. */
function survivesOf(
  { headerCanonicalization, bodyCanonicalization }: Signature,
  { found, body }: BodySide,
  headerSide: HeaderFindings | undefined,
): string | undefined {
  const isHeaderSpared =
    headerSide === undefined ||
    (headerSide.isProven &&
      headerCanonicalization === 'simple' &&
      headerSide.changes.every(({ kind }) => SPACE_KINDS.has(kind)));
  const isBodySpared = found === undefined || (bodyCanonicalization === 'simple' && sameRelaxed(found.text, body));
  if (found === undefined && headerSide === undefined) return undefined;
  return isHeaderSpared && isBodySpared ? 'relaxed/relaxed' : undefined;
}

const SPACE_KINDS: ReadonlySet<Change['kind']> = new Set(['field-refolded', 'field-space-changed']);

function sameRelaxed(one: Buffer, other: Buffer): boolean {
  const first = Buffer.from(canonicalBody('relaxed', one, 0).bytes);
  return first.equals(canonicalBody('relaxed', other, 0).bytes);
}

function restorationOf(
  isBodyBroken: boolean,
  { found }: BodySide,
  isHeaderBroken: boolean,
  headerSide: HeaderFindings | undefined,
): Restoration | undefined {
  const isWhole = (!isBodyBroken || found !== undefined) && (!isHeaderBroken || headerSide?.isProven === true);
  if (!isWhole || (!isBodyBroken && !isHeaderBroken)) return undefined;
  return { edits: headerSide?.edits ?? [], body: found?.text };
}

/** A signature that cannot be read, or is not judged: its verdict says why. */
function unreadable(
  { header, now }: ExplainInput,
  i: number,
  verdict: DkimVerdict,
  digests: BodyDigests,
  budget: Budget,
): Explanation {
  const field = header.named('dkim-signature')[i];
  const time = timeFinding(verdict, now);
  const changes: Change[] = time === undefined ? [] : [time];
  return {
    part: time === undefined ? 'none' : 'time',
    proof: 'none',
    changes,
    undo: undefined,
    survives: undefined,
    attempts: budget.attempts,
    bounded: budget.isBounded,
    sentence: verdict.detail,
    remedy: remedyFor(changes),
    trail: field === undefined ? NO_TRAIL : trailOf(header, field, undefined, verdict, undefined, digests, undefined),
    diff: [],
    restoration: undefined,
  };
}

const NO_TRAIL = {
  tags: [],
  key: { name: undefined, status: 'not asked for', ttl: undefined, authenticated: undefined, bits: undefined },
  fields: [],
  bodyHash: { expected: undefined, got: undefined },
  headerHash: { expected: undefined, got: undefined },
} as const;

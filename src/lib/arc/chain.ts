/** From the ARC fields of a header block to a chain of sets (RFC 8617 sections 4.2 and 5.2, steps 1 to 3). */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { endOfComment } from '../syntax/structured-field.ts';
import { parseTagList } from '../syntax/tag-list.ts';
import type { SignatureTags } from '../signature/tags.ts';
import { signatureFacts } from './signature.ts';
import { type ArcInstance, type ArcSignatureVerdict, type ArcVerdict, arcVerdict } from './verdict.ts';

/** Section 4.2.1: instances are 1 to 50. */
export const MAX_SETS = 50;
/** Octets of all ARC fields. Each seal covers all sets before it; a real set has some 3 KB. */
export const MAX_CHAIN_OCTETS = 1024 * 1024;

/** A field with its tags. */
export interface TaggedField {
  readonly field: HeaderField;
  readonly tags: SignatureTags;
}

/** One set, complete. */
export interface ArcSet {
  readonly instance: number;
  readonly results: HeaderField;
  readonly messageSignature: TaggedField;
  readonly seal: TaggedField;
}

const NAMES = {
  results: 'ARC-Authentication-Results',
  messageSignature: 'ARC-Message-Signature',
  seal: 'ARC-Seal',
} as const;
const KINDS = Object.keys(NAMES) as (keyof typeof NAMES)[];

type PartialSet = Pick<ArcSet, 'instance'> & { -readonly [Part in Exclude<keyof ArcSet, 'instance'>]?: ArcSet[Part] };

/** Whether a message has anything of ARC. */
export function hasArcFields(header: HeaderBlock): boolean {
  return KINDS.some((kind) => header.named(NAMES[kind].toLowerCase()).length > 0);
}

/** The chain, oldest set first, or the verdict where the fields are none, or no chain that could be validated. */
export function arcChain(header: HeaderBlock): readonly ArcSet[] | ArcVerdict {
  const fields = KINDS.flatMap((kind) => header.named(NAMES[kind].toLowerCase()).map((field) => ({ kind, field })));
  if (fields.length === 0) return arcVerdict('no-chain', 'the message has no ARC fields');
  if (fields.length > 3 * MAX_SETS) {
    return arcVerdict(
      'too-many-sets',
      `the message has ${fields.length} ARC fields, more than ${MAX_SETS} sets can have`,
    );
  }
  const octets = fields.reduce((sum, { field }) => sum + field.end - field.start, 0);
  if (octets > MAX_CHAIN_OCTETS) {
    return arcVerdict('chain-over-limit', `the ARC fields have ${octets} octets, more than ${MAX_CHAIN_OCTETS}`);
  }
  const sets = new Map<number, PartialSet>();
  let problem: ArcVerdict | undefined;
  for (const { kind, field } of fields) problem ??= put(sets, kind, field, header);
  const chain = problem ?? checked(sets);
  return 'result' in chain ? { ...chain, instances: uncheckedInstances(sets, header) } : chain;
}

function put(
  sets: Map<number, PartialSet>,
  kind: keyof typeof NAMES,
  field: HeaderField,
  header: HeaderBlock,
): ArcVerdict | undefined {
  const value = header.value(field);
  const tags = kind === 'results' ? undefined : parseTagList(value);
  if (tags !== undefined && !tags.ok) {
    return arcVerdict('instance-invalid', `an ${NAMES[kind]} is not a tag list: ${tags.problem}`);
  }
  const written = tags === undefined ? resultsInstance(value)?.written : tags.tags.get('i')?.value;
  const instance = written !== undefined && INSTANCE.test(written) ? Number(written) : 0;
  if (instance < 1 || instance > MAX_SETS) {
    const found = written === undefined ? 'has no i=' : `has i=${written.slice(0, 40)}`;
    return arcVerdict('instance-invalid', `an ${NAMES[kind]} ${found}: instances are 1 to ${MAX_SETS}`);
  }
  const set = sets.get(instance) ?? { instance };
  sets.set(instance, set);
  // Step 3A: exactly one of each.
  if (set[kind] !== undefined) return arcVerdict('set-incomplete', `set ${instance} has two ${NAMES[kind]} fields`);
  if (kind === 'results') set.results = field;
  else set[kind] = { field, tags: tags!.tags };
  return undefined;
}

/** position = 1*2DIGIT */
const INSTANCE = /^[0-9]{1,2}$/;

interface ResultsInstance {
  /** position, as written */
  readonly written: string;
  /** Offset behind the semicolon that ends the instance. */
  readonly end: number;
}

/** arc-info = instance [CFWS] ";" authres-payload; instance = [CFWS] "i" [CFWS] "=" [CFWS] position (section 4.1.1). */
function resultsInstance(value: string): ResultsInstance | undefined {
  let at = behindCfws(value, 0);
  for (const expected of 'i=') {
    if (value[at] !== expected) return undefined;
    at = behindCfws(value, at + 1);
  }
  const start = at;
  while (isDigit(value.charCodeAt(at))) at++;
  const semicolon = behindCfws(value, at);
  if (at === start || value[semicolon] !== ';') return undefined;
  return { written: value.slice(start, at), end: semicolon + 1 };
}

/** Offset behind blanks, folds and comments. */
function behindCfws(value: string, start: number): number {
  let at = start;
  for (;;) {
    while (isBlank(value.charCodeAt(at))) at++;
    const end = value[at] === '(' ? endOfComment(value, at) : -1;
    if (end === -1) return at;
    at = end;
  }
}

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isBlank = (code: number) => code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;

/** The authres-payload behind the instance, unfolded. */
export function resultsPayload(value: string): string {
  const payload = value.slice(resultsInstance(value)?.end ?? 0);
  return payload.replace(/\r?\n[ \t]*/g, ' ').trim();
}

/** Sets that form no chain, as far as they can be read: who sealed them is worth knowing all the same. */
function uncheckedInstances(sets: ReadonlyMap<number, PartialSet>, header: HeaderBlock): ArcInstance[] {
  const sorted = [...sets.values()].sort((a, b) => a.instance - b.instance);
  return sorted.map(({ instance, results, messageSignature, seal }) => ({
    instance,
    chainStatus: seal?.tags.get('cv')?.value ?? '',
    messageSignature: uncheckedSignature(messageSignature),
    seal: uncheckedSignature(seal),
    authenticationResults: results === undefined ? '' : resultsPayload(header.value(results)),
  }));
}

function uncheckedSignature(tagged: TaggedField | undefined): ArcSignatureVerdict {
  const found =
    tagged === undefined
      ? ({ result: 'fail', reason: 'field-missing', detail: 'the field is missing' } as const)
      : ({ result: 'unchecked', reason: 'not-checked', detail: 'not checked: the sets do not form a chain' } as const);
  return { ...found, ...signatureFacts(tagged?.tags), keyBits: undefined };
}

function checked(sets: ReadonlyMap<number, PartialSet>): readonly ArcSet[] | ArcVerdict {
  const count = Math.max(...sets.keys());
  const newest = sets.get(count)!;
  // Step 2; where the newest set has no seal, step 3 says so.
  if (newest.seal?.tags.get('cv')?.value === 'fail') {
    return arcVerdict('chain-failed-before', `the chain had failed when set ${count} was added (cv=fail)`);
  }
  const chain: ArcSet[] = [];
  for (let instance = 1; instance <= count; instance++) {
    const { results, messageSignature, seal } = sets.get(instance) ?? { instance };
    if (results === undefined && messageSignature === undefined && seal === undefined) {
      return arcVerdict('instance-missing', `set ${instance} of ${count} is missing`); // step 3B
    }
    if (results === undefined || messageSignature === undefined || seal === undefined) {
      const missing = KINDS.find((kind) => sets.get(instance)?.[kind] === undefined)!;
      return arcVerdict('set-incomplete', `set ${instance} has no ${NAMES[missing]}`); // step 3A
    }
    // Step 3C
    const [status, wanted] = [seal.tags.get('cv')?.value, instance === 1 ? 'none' : 'pass'];
    if (status !== wanted) {
      const found = status === undefined ? 'no cv=' : `cv=${status.slice(0, 40)}`;
      return arcVerdict('chain-status-wrong', `the seal of set ${instance} has ${found}; it must have cv=${wanted}`);
    }
    chain.push({ instance, results, messageSignature, seal });
  }
  return chain;
}

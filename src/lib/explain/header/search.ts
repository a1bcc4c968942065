/** The header fields that were signed, found among guesses: one changed field, two, then the usual ones together. */
import type { Hash } from 'node:crypto';
import { ByteBuilder } from '../../canonicalize/byte-builder.ts';
import { appendCrlf, type Canonicalization, canonicalizeHeaderField } from '../../canonicalize/header.ts';
import type { HeaderField } from '../../header/header-block.ts';
import type { Budget } from '../effort.ts';
import { emptyHash, type HeaderJudge } from './digest-judge.ts';
import type { HeaderContext, Option, Instance } from './option.ts';
import { optionsFor, simpleWritings } from './options.ts';

/** What one instance was, where it was not what came. */
export interface Chosen {
  readonly instance: Instance;
  readonly option: Option;
}

export interface FoundHeader {
  readonly chosen: readonly Chosen[];
  /** The signature's own field was folded anew; as it was, with b= empty. */
  readonly own?: string;
}

interface Choice {
  readonly option: Option | undefined;
  /** Canonical, with its CRLF; empty where there is no field. */
  readonly bytes: Buffer;
}

/** A instance with its choices, which are made when they are asked for. */
class Row {
  readonly instance: Instance;
  /** What came. */
  readonly received: Choice;
  readonly #made: Choice[] = [];
  readonly #seen: Set<string>;
  readonly #form: Canonicalization;
  #options: Iterator<Option> | undefined;

  constructor(instance: Instance, received: Buffer, form: Canonicalization, options: Iterable<Option>) {
    this.instance = instance;
    this.received = { option: undefined, bytes: received };
    this.#seen = new Set([received.toString('latin1')]);
    this.#form = form;
    this.#options = options[Symbol.iterator]();
  }

  /** The choice of that number, from 0 on; `undefined` where there are not so many. */
  choice(at: number): Choice | undefined {
    while (this.#made.length <= at && this.#options !== undefined) this.#makeOne(this.#options);
    return this.#made[at];
  }

  *choices(limit: number): Generator<Choice> {
    for (let at = 0; at < limit; at++) {
      const choice = this.choice(at);
      if (choice === undefined) return;
      yield choice;
    }
  }

  #makeOne(options: Iterator<Option>): void {
    const next = options.next();
    if (next.done === true || this.#made.length >= MAX_OPTIONS) {
      this.#options = undefined;
      return;
    }
    const { text } = next.value;
    const bytes = text === undefined ? NOTHING : canonical(this.#form, Buffer.from(text, 'latin1'), true);
    const key = bytes.toString('latin1');
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#made.push({ option: next.value, bytes });
  }
}

const NOTHING = Buffer.alloc(0);

/** Guesses for one field. */
const MAX_OPTIONS = 400;
/** Instances that are guessed at; h= of a hostile message has thousands. */
const MAX_SLOTS = 64;
/** Guesses of each field that are tried with those of others: at first, with one other, with several. */
const [FEW, PAIRED, COMBINED] = [5, 60, 12];

/** Usual fields that are combined. */
const MOST_ROWS = 8;

/** Fields that lists and filters change, and most often together. */
const USUAL = [
  'subject',
  'content-type',
  'content-transfer-encoding',
  'from',
  'reply-to',
  'to',
  'cc',
  'mime-version',
  'sender',
];

export class HeaderSearch {
  readonly #judge: HeaderJudge;
  readonly #budget: Budget;
  readonly #form: Canonicalization;
  readonly #rows: Row[];
  readonly #own: Buffer;
  readonly #ownText: string;
  readonly #attemptsLeft: () => boolean;

  /**
   * @param instances in the order of h=
   * @param own the signature's own field, b= empty, without its line end
   */
  constructor(
    instances: readonly Instance[],
    own: Buffer,
    form: Canonicalization,
    judge: HeaderJudge,
    context: HeaderContext,
    budget: Budget,
  ) {
    this.#judge = judge;
    this.#budget = budget;
    this.#form = form;
    this.#own = canonical(form, own, false);
    this.#ownText = own.toString('latin1');
    this.#attemptsLeft = budget.headerAllowance(judge.cost);
    this.#rows = instances.map((instance, i) => {
      const { field } = instance;
      const received =
        field === undefined ? NOTHING : canonical(form, context.header.bytes.subarray(field.start, field.end), true);
      return new Row(instance, received, form, i < MAX_SLOTS ? optionsFor(context, instance) : []);
    });
  }

  find(): FoundHeader | undefined {
    return (
      this.#single() ??
      this.#writtenAnew() ??
      this.#pairs(FEW) ??
      this.#together(FEW) ??
      this.#pairs(PAIRED) ??
      this.#together(COMBINED)
    );
  }

  /** Each field alone, those that are changed most often first. */
  #single(): FoundHeader | undefined {
    const before: Hash[] = [];
    const running = emptyHash(this.#judge);
    for (const { received } of this.#rows) {
      before.push(running.copy());
      running.update(received.bytes);
    }
    for (const at of this.#byLikelihood()) {
      for (const choice of this.#rows[at]!.choices(MAX_OPTIONS)) {
        const hash = before[at]!.copy().update(choice.bytes);
        for (let later = at + 1; later < this.#rows.length; later++) hash.update(this.#rows[later]!.received.bytes);
        if (this.#fits(hash)) return this.#found([[at, choice]]);
        if (!this.#attemptsLeft()) return undefined;
      }
    }
    return undefined;
  }

  /** All fields folded or spelled in one way, the signature's own too: the simple form sees it. */
  #writtenAnew(): FoundHeader | undefined {
    if (this.#form !== 'simple') return undefined;
    const ownWritings = [...simpleWritings(this.#ownText)];
    const rowWritings = this.#rows.map(({ instance, received }) => {
      const text = instance.field === undefined ? undefined : received.bytes.toString('latin1').slice(0, -2);
      return text === undefined ? [] : [...simpleWritings(text)];
    });
    for (const [i, [, own]] of ownWritings.entries()) {
      const ownBytes = canonical(this.#form, Buffer.from(own, 'latin1'), false);
      const untouched = emptyHash(this.#judge);
      for (const { received } of this.#rows) untouched.update(received.bytes);
      if (this.#fits(untouched, ownBytes)) return { chosen: [], own };
      for (const withOwn of [true, false]) {
        const hash = emptyHash(this.#judge);
        const changed: [number, Choice][] = [];
        for (const [at, { instance, received }] of this.#rows.entries()) {
          const writing = rowWritings[at]![i];
          const text = writing?.[1];
          if (writing === undefined || text === received.bytes.toString('latin1').slice(0, -2)) {
            hash.update(received.bytes);
            continue;
          }
          const bytes = canonical(this.#form, Buffer.from(text!, 'latin1'), true);
          changed.push([at, { option: { text: text!, change: { kind: writing[0], field: instance.name } }, bytes }]);
          hash.update(bytes);
        }
        if (this.#fits(hash, withOwn ? ownBytes : this.#own)) {
          return withOwn ? { ...this.#found(changed), own } : this.#found(changed);
        }
      }
      if (!this.#attemptsLeft()) return undefined;
    }
    return undefined;
  }

  /** Two fields. */
  #pairs(limit: number): FoundHeader | undefined {
    const rows = this.#byLikelihood();
    for (const [a, first] of rows.entries()) {
      for (const second of rows.slice(a + 1)) {
        const found = this.#product([first, second], limit);
        if (found !== undefined) return found;
        if (!this.#attemptsLeft()) return undefined;
      }
    }
    return undefined;
  }

  /** All that lists change at once. */
  #together(limit: number): FoundHeader | undefined {
    const rows = this.#byLikelihood().filter((at) => USUAL.includes(this.#rows[at]!.instance.name));
    for (const size of [3, 4, 5, 6]) {
      for (const some of subsets(rows.slice(0, MOST_ROWS), size)) {
        const found = this.#product(some, Math.max(2, Math.floor((limit * 3) / size)));
        if (found !== undefined) return found;
        if (!this.#attemptsLeft()) return undefined;
      }
    }
    return undefined;
  }

  /** Rows that have guesses, the usual ones first. */
  #byLikelihood(): number[] {
    const rank = (at: number) => {
      const usual = USUAL.indexOf(this.#rows[at]!.instance.name);
      return usual === -1 ? USUAL.length : usual;
    };
    const rows: number[] = [];
    for (const [at, row] of this.#rows.entries()) if (row.choice(0) !== undefined) rows.push(at);
    return rows.sort((a, b) => rank(a) - rank(b));
  }

  /** Every combination of the first choices of some rows, all of them changed. */
  #product(rows: readonly number[], limit: number): FoundHeader | undefined {
    const sorted = [...rows].sort((a, b) => a - b);
    const picked: [number, Choice][] = [];
    const walk = (hash: Hash, from: number, depth: number): FoundHeader | undefined => {
      if (depth === sorted.length) {
        for (let i = from; i < this.#rows.length; i++) hash.update(this.#rows[i]!.received.bytes);
        return this.#fits(hash) ? this.#found(picked) : undefined;
      }
      const row = sorted[depth]!;
      for (let i = from; i < row; i++) hash.update(this.#rows[i]!.received.bytes);
      for (const choice of this.#rows[row]!.choices(limit)) {
        picked.push([row, choice]);
        const found = walk(hash.copy().update(choice.bytes), row + 1, depth + 1);
        if (found !== undefined) return found;
        picked.pop();
        if (!this.#attemptsLeft()) return undefined;
      }
      return undefined;
    };
    return walk(emptyHash(this.#judge), 0, 0);
  }

  #fits(hash: Hash, own = this.#own): boolean {
    this.#budget.attempts++;
    this.#budget.octets += 2048;
    return this.#judge.fits(hash.update(own));
  }

  #found(picked: readonly (readonly [number, Choice])[]): FoundHeader {
    return { chosen: picked.map(([at, { option }]) => ({ instance: this.#rows[at]!.instance, option: option! })) };
  }
}

/** All choices of so many of them, in their order. */
function* subsets<T>(items: readonly T[], size: number): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = 0; i + size <= items.length; i++) {
    for (const rest of subsets(items.slice(i + 1), size - 1)) yield [items[i]!, ...rest];
  }
}

const builder = new ByteBuilder();

function canonical(form: Canonicalization, field: Buffer, withEnd: boolean): Buffer {
  builder.length = 0;
  canonicalizeHeaderField(form, field, 0, field.length, builder);
  if (withEnd) appendCrlf(builder);
  return Buffer.from(builder.bytes);
}

/** Fields that go, or get other octets, for a message to be as it was signed. */
export type HeaderEdit =
  | { readonly field: HeaderField; readonly text: string | undefined }
  /** A field that is not there any more. */
  | { readonly field: undefined; readonly text: string };

export function editsOf({ chosen }: FoundHeader): HeaderEdit[] {
  const edits: HeaderEdit[] = [];
  for (const { instance, option } of chosen) {
    if (option.removes !== undefined) edits.push({ field: option.removes, text: undefined });
    else if (instance.field !== undefined) edits.push({ field: instance.field, text: option.text });
    else if (option.text !== undefined) edits.push({ field: undefined, text: option.text });
  }
  return edits;
}

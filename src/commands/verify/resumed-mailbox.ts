/** verify --resume: which messages of a mailbox are in the output, for one reading of it. */

export interface PlacedMessage {
  readonly id?: string | undefined;
  readonly offset?: number | undefined;
}

/** Messages of an mbox that are missing in the middle, by their numbers. */
interface Gap {
  readonly prefix: string;
  from: number;
  to: number;
}

/** What tells a message of a mailbox from the others. */
export const keyOf = ({ id, offset }: PlacedMessage) => `${id ?? ''}@${offset ?? ''}`;

/**
 * The messages from the first to the last line of a mailbox: those between them were judged too. Where all that were judged
 * have a line and are numbered, as in an mbox, the ones that somebody took out are known.
 */
export class ResumedMailbox {
  readonly #isNumbered: boolean;
  readonly #first: string;
  #last: string;
  #number: Numbered | undefined;
  #gaps: Gap[] = [];

  /** @param isNumbered whether numbers in ids count */
  constructor(place: PlacedMessage, isNumbered: boolean) {
    this.#isNumbered = isNumbered;
    this.#first = this.#last = keyOf(place);
    this.#number = this.#numberOf(place);
    this.#addGap(this.#number, 1);
  }

  /** The last one, as it is shown to people. */
  get last(): string {
    return this.#last;
  }

  isLast(place: PlacedMessage): boolean {
    return keyOf(place) === this.#last;
  }

  /** It was taken out of the output. */
  isMissing(place: PlacedMessage): boolean {
    return this.#gapOf(this.#numberOf(place)) !== undefined;
  }

  /** Take a line that fills a gap. @returns whether it does */
  fill(place: PlacedMessage): boolean {
    const numbered = this.#numberOf(place);
    const gap = this.#gapOf(numbered);
    if (gap === undefined) return false;
    const { number } = numbered!;
    const rest = [
      { ...gap, to: number - 1 },
      { ...gap, from: number + 1 },
    ].filter(({ from, to }) => from <= to);
    this.#gaps = this.#gaps.flatMap((one) => (one === gap ? rest : [one]));
    return true;
  }

  /** Take the next line. @returns whether it can be the next: otherwise the mailbox was read a second time */
  goOn(place: PlacedMessage): boolean {
    const key = keyOf(place);
    const next = this.#numberOf(place);
    const isSame = next !== undefined && next.prefix === this.#number?.prefix;
    if (key === this.#first || (isSame && next.number <= this.#number!.number)) return false;
    this.#addGap(next, isSame ? this.#number!.number + 1 : 1);
    this.#last = key;
    this.#number = next;
    return true;
  }

  #addGap(next: Numbered | undefined, from: number): void {
    if (next !== undefined && next.number > from) this.#gaps.push({ prefix: next.prefix, from, to: next.number - 1 });
  }

  #gapOf(numbered: Numbered | undefined): Gap | undefined {
    if (numbered === undefined) return undefined;
    const { prefix, number } = numbered;
    return this.#gaps.find((gap) => gap.prefix === prefix && gap.from <= number && number <= gap.to);
  }

  #numberOf({ id, offset }: PlacedMessage): Numbered | undefined {
    if (!this.#isNumbered || offset === undefined) return undefined;
    const match = /^(.*:)?(\d{1,15})$/s.exec(id ?? '');
    return match === null ? undefined : { prefix: match[1] ?? '', number: Number(match[2]) };
  }
}

/** `list.mbox:17` is number 17 of `list.mbox:`. */
interface Numbered {
  readonly prefix: string;
  readonly number: number;
}

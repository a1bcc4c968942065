/** Holds drafts of a body against the hashes that were signed (RFC 6376 section 3.7). A match is a proof. */
import { createHash, type Hash } from 'node:crypto';
import type { HashAlgorithm } from '../../canonicalize/body-hasher.ts';
import type { Canonicalization } from '../../canonicalize/header.ts';
import type { Change } from '../change.ts';
import type { Budget } from '../effort.ts';
import { encodeBase64, lineOctets } from './base64.ts';
import { type CanonicalBody, canonicalBody } from './canonical.ts';
import type { Base64Draft, Draft, HoleDraft, TextDraft } from './draft.ts';
import { linesOf, textOfLines } from './lines.ts';

/** A body hash that a signature has. */
export interface WantedHash {
  readonly canonicalization: Canonicalization;
  readonly hash: HashAlgorithm;
  /** l= */
  readonly limit: number | undefined;
  /** bh= decoded. */
  readonly digest: Buffer;
}

export interface FoundBody {
  /** The body as it was signed, LF. */
  readonly text: Buffer;
  readonly changes: readonly Change[];
}

/** What has the same canonical form and hash. */
interface Channel {
  readonly canonicalization: Canonicalization;
  readonly hash: HashAlgorithm;
  readonly limit: number | undefined;
  /** Digests as latin1. */
  readonly missing: Set<string>;
}

/** Lines shown of what was appended. */
const SHOWN_LINES = 40;
const LF = 0x0a;
const CRLF = Buffer.from('\r\n');
const SOFT_END = Buffer.from('=\r\n');

export class BodyTrial {
  readonly #channels: Channel[] = [];
  readonly #found = new Map<string, FoundBody>();
  readonly #budget: Budget;

  constructor(wanted: Iterable<WantedHash>, budget: Budget) {
    this.#budget = budget;
    for (const { canonicalization, hash, limit, digest } of wanted) {
      let channel = this.#channels.find(
        (one) => one.canonicalization === canonicalization && one.hash === hash && one.limit === limit,
      );
      if (channel === undefined) {
        channel = { canonicalization, hash, limit, missing: new Set() };
        this.#channels.push(channel);
      }
      channel.missing.add(digest.toString('latin1'));
    }
  }

  /** Every hash was found. */
  get isDone(): boolean {
    return this.#channels.every(({ missing }) => missing.size === 0);
  }

  /** Whether a form is among those that are still looked for: what it ignores need not be tried. */
  wants(canonicalization: Canonicalization): boolean {
    return this.#channels.some((one) => one.missing.size > 0 && one.canonicalization === canonicalization);
  }

  foundFor({ canonicalization, hash, limit, digest }: WantedHash): FoundBody | undefined {
    return this.#found.get(`${canonicalization} ${hash} ${limit} ${digest.toString('latin1')}`);
  }

  /** Try each draft until all is found or the budget is spent. */
  run(drafts: Iterable<Draft>): void {
    if (this.isDone || this.#budget.isSpent) return;
    for (const draft of drafts) {
      if (draft.kind === 'text') this.#tryText(draft);
      else if (draft.kind === 'base64') this.#tryBase64(draft);
      else this.#tryHoles(draft);
      if (this.isDone) return;
      if (this.#budget.isSpent) {
        this.#budget.isBounded = true;
        return;
      }
    }
  }

  #tryText(draft: TextDraft): void {
    let canonical: CanonicalBody | undefined;
    let form: Canonicalization | undefined;
    for (const channel of this.#channels) {
      if (channel.missing.size === 0) continue;
      if (canonical === undefined || form !== channel.canonicalization) {
        form = channel.canonicalization;
        canonical = canonicalBody(form, draft.text, draft.lastLines);
        this.#budget.octets += draft.text.length;
      }
      this.#budget.octets += canonical.bytes.length;
      if (channel.limit !== undefined) this.#tryBeginning(draft, channel, canonical.bytes, channel.limit);
      else if (draft.lastLines === 0) this.#tryWhole(draft, channel, canonical.bytes);
      else this.#tryEnds(draft, channel, canonical);
    }
  }

  #tryWhole(draft: TextDraft, channel: Channel, bytes: Buffer): void {
    this.#compare(createHash(channel.hash).update(bytes), channel, () => ({
      text: draft.text,
      changes: draft.changes,
    }));
  }

  /** l= (RFC 6376 section 3.5): so many octets are signed, which have to be there. */
  #tryBeginning(draft: TextDraft, channel: Channel, bytes: Buffer, limit: number): void {
    if (limit <= bytes.length) this.#tryWhole(draft, channel, bytes.subarray(0, limit));
  }

  /** Each beginning that ends with a line, the longest last: one pass, a copy of the running digest at each. */
  #tryEnds(draft: TextDraft, channel: Channel, { bytes, ends, fromTop }: CanonicalBody): void {
    // Nothing at all, all of it appended (RFC 6376 sections 3.4.3 and 3.4.4).
    if (fromTop) this.#compareEnd(createHash(channel.hash).update(empty(channel)), channel, draft, 0);
    if (ends.length === 0) this.#tryWhole(draft, channel, bytes);
    const running = createHash(channel.hash);
    let from = 0;
    for (let i = 0; i < ends.length && channel.missing.size > 0; i++) {
      const to = ends.canonical[i]! - CRLF.length;
      running.update(bytes.subarray(from, to));
      from = to;
      const end = ends.text[i]!;
      this.#compareEnd(running.copy().update(CRLF), channel, draft, end);
      if (draft.mayEndSoft === true) this.#trySoftEnd(running.copy().update(SOFT_END), channel, draft, end);
    }
  }

  #trySoftEnd(hash: Hash, channel: Channel, draft: TextDraft, end: number): void {
    this.#compare(hash, channel, () => {
      const line = draft.text.subarray(0, draft.text[end - 1] === LF ? end - 1 : end);
      const text = Buffer.concat([line, Buffer.from('=\n')]);
      return { text, changes: withAppended(draft, draft.text.subarray(end)) };
    });
  }

  #compareEnd(hash: Hash, channel: Channel, draft: TextDraft, end: number): void {
    this.#compare(hash, channel, () => ({
      text: draft.text.subarray(0, end),
      changes: withAppended(draft, draft.text.subarray(end)),
    }));
  }

  /** What is encoded may have ended before any of the last lines, with its line end or without. */
  #tryBase64(draft: Base64Draft): void {
    const { bytes, style, lastLines } = draft;
    this.#budget.octets += bytes.length * 2;
    const cuts = lastLines === 0 ? [bytes.length] : cutsOf(bytes, lastLines);
    const width = lineOctets(style);
    for (const channel of this.#channels) {
      if (channel.missing.size === 0) continue;
      if (channel.limit !== undefined) {
        const text = encodeBase64(bytes, style);
        this.#tryText({ kind: 'text', text, changes: draft.changes, lastLines: 0 });
        continue;
      }
      const running = createHash(channel.hash);
      let done = 0;
      for (const cut of cuts) {
        // Full lines first; in one long line, whole groups of three octets.
        for (; done + width <= cut; done += width) {
          running.update(bytes.toString('base64', done, done + width), 'latin1').update(CRLF);
        }
        if (width === Infinity && cut - done >= 3) {
          const whole = cut - ((cut - done) % 3);
          running.update(bytes.toString('base64', done, whole), 'latin1');
          done = whole;
        }
        const hash = running.copy();
        const isOpen = width === Infinity && done > 0;
        if (cut > done || isOpen) hash.update(bytes.toString('base64', done, cut), 'latin1').update(CRLF);
        if (cut === 0) hash.update(empty(channel));
        this.#compare(hash, channel, () => ({
          text: encodeBase64(bytes.subarray(0, cut), style),
          changes: withAppended(draft, bytes.subarray(cut)),
        }));
        if (channel.missing.size === 0) break;
      }
      this.#budget.octets += bytes.length * 1.4;
    }
  }

  /** Each run of lines that may have been put in: the digest of what is before it, continued behind it. */
  #tryHoles({ text, changes, maxLines, maxOctets }: HoleDraft): void {
    for (const channel of this.#channels) {
      if (channel.missing.size === 0 || channel.limit !== undefined) continue;
      const { bytes } = canonicalBody(channel.canonicalization, text, 0);
      const starts = lineStarts(bytes);
      let left = maxOctets;
      const before = createHash(channel.hash);
      for (let first = 0; first < starts.length - 1 && left > 0; first++) {
        if (first > 0) before.update(bytes.subarray(starts[first - 1], starts[first]));
        const end = Math.min(first + maxLines, starts.length - 1);
        for (let next = first + 1; next <= end; next++) {
          const rest = bytes.subarray(starts[next]);
          left -= rest.length + COPY_COST;
          this.#budget.octets += rest.length;
          const hole = next;
          this.#compare(before.copy().update(rest), channel, () => withoutLines(text, changes, first, hole));
          if (channel.missing.size === 0) break;
        }
      }
    }
  }

  #compare(hash: Hash, channel: Channel, found: () => FoundBody): void {
    this.#budget.attempts++;
    const digest = hash.digest('binary');
    if (!channel.missing.has(digest)) return;
    channel.missing.delete(digest);
    const { canonicalization, hash: algorithm, limit } = channel;
    this.#found.set(`${canonicalization} ${algorithm} ${limit} ${digest}`, found());
  }
}

/** A copy of a digest costs as much as so many octets. */
const COPY_COST = 1_000;

function lineStarts(canonical: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at < canonical.length; at = canonical.indexOf(LF, at) + 1) starts.push(at);
  return starts;
}

function withoutLines(text: Buffer, changes: readonly Change[], first: number, next: number): FoundBody {
  const lines = linesOf(text);
  const taken = lines.slice(first, next);
  const kind =
    first === 0
      ? 'lines-prepended'
      : taken.every((line) => line.trim() === '')
        ? 'blank-lines-added'
        : 'lines-inserted';
  const change: Change = { kind, count: next - first, at: first === 0 ? 'top' : `line ${first + 1}`, text: taken };
  return { text: textOfLines([...lines.slice(0, first), ...lines.slice(next)]), changes: [...changes, change] };
}

function empty({ canonicalization }: Channel): Buffer {
  return canonicalization === 'simple' ? CRLF : CRLF.subarray(0, 0);
}

/** Offsets before and behind the line ends of the last lines, ascending, and the end. */
function cutsOf(bytes: Buffer, lastLines: number): number[] {
  const cuts = new Set<number>([bytes.length]);
  let at = bytes.length;
  for (let left = lastLines; left > 0 && at > 0; left--) {
    cuts.add(at);
    if (bytes[at - 1] === 0x0a) {
      cuts.add(at - 1);
      if (bytes[at - 2] === 0x0d) cuts.add(at - 2);
    }
    at = at >= 2 ? bytes.lastIndexOf(0x0a, at - 2) + 1 : 0;
  }
  return [...cuts].sort((a, b) => a - b);
}

/** The changes of a draft, and that these lines were appended. */
function withAppended(draft: Draft, rest: Buffer): readonly Change[] {
  const decoded = draft.kind === 'text' && draft.decode !== undefined ? draft.decode(rest) : rest;
  const lines = linesOf(decoded).map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  // Empty lines at the end count for nothing (RFC 6376 section 3.4.3); blanks in them do in the simple form.
  if (lines.every((line) => line === '')) return draft.changes;
  if (lines.every((line) => line.trim() === '')) {
    return [...draft.changes, { kind: 'blank-lines-added', at: 'end', count: lines.length }];
  }
  const change: Change = {
    kind: 'lines-appended',
    count: lines.length,
    at: 'end',
    text: lines.slice(0, SHOWN_LINES),
  };
  return [...draft.changes, change];
}

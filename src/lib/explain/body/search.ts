/** In which order a body's past is guessed: what is likely and cheap first. Each guess is only a draft until its hash fits. */
import type { Change } from '../change.ts';
import type { Draft, Drafts } from './draft.ts';
import { footerStarts } from './guesses.ts';
import { insertedIntoHtml, insertedIntoLeaves } from './leaf-edits.ts';
import { decodedLeaves, leafRecodings, rewrapped } from './leaf-recodings.ts';
import { withoutRewriters } from './links.ts';
import { linesOf } from './lines.ts';
import { type Structure, structureOf } from './mime.ts';
import { aroundBoundaries, headerRewrites, unfoldings, unwrappings, type View, withoutParts } from './part-edits.ts';
import { type Content, charsetRecodings, contentOf, type Extent, otherRecodings, usualRecodings } from './recode.ts';
import { joinedLines, repairsOf, type Repaired } from './repairs.ts';

/** Lines at the end that are tried as appended where a draft is one of many. */
const FEW = 60;
/** Octets hashed for lines that may have been put in anywhere: some thousand tries of a short mail. */
const HOLE_OCTETS = 24 * 1024 * 1024;
/** Lines on top that are tried as put there. */
const TOP_LINES = 40;
/** The same of text that was encoded behind it; and lines at its end that are tried as a footer. */
const [RECODED_TOP_LINES, FEW_RECODED] = [8, 24];
/** Views of one message that are followed: parts taken out, parts taken for the whole. */
const MAX_VIEWS = 24;

/** A view that has been looked into. */
interface Node extends View {
  readonly structure: Structure;
  /** Of a body without parts. */
  readonly content: Content | undefined;
}

export interface SearchContext {
  /** A hash of the simple form is looked for, which sees blanks. */
  readonly isSimple: () => boolean;
  readonly lastLines: number;
}

function nodeOf(view: View): Node {
  const structure = structureOf(view.text, view.description);
  return { ...view, structure, content: structure.children.length > 0 ? undefined : contentOfView(view) };
}

function contentOfView({ text, description: { contentType, encoding } }: View): Content {
  const charset = (contentType.parameters.get('charset') ?? 'us-ascii').toLowerCase();
  return contentOf({ body: text, encoding, charset });
}

/** All drafts of a body, as it came first. */
export function* draftsOf(root: View, context: SearchContext): Drafts {
  yield draft(root, context.lastLines);
  const nodes = [nodeOf(root)];
  const parted = withRuleApart(root.text);
  if (parted !== undefined) {
    nodes.push(nodeOf({ ...root, text: parted }));
    yield draft(nodes[1]!, context.lastLines);
  }
  for (const phase of [usual, structural]) for (const node of nodes) yield* phase(node, nodes, context);
  for (const phase of [decoded, repaired, recoded, headers, inserted, rare]) {
    for (const node of nodes) yield* phase(node, nodes, context);
  }
}

const draft = ({ text, changes }: Repaired, lastLines = 0): Draft => ({ kind: 'text', text, changes, lastLines });

const after = (changes: readonly Change[], { text, changes: more }: Repaired): Repaired => ({
  text,
  changes: [...changes, ...more],
});

type Phase = (node: Node, nodes: Node[], context: SearchContext) => Drafts;

/** Decoded, or in the other usual encoding. */
const usual: Phase = function* ({ content, changes }) {
  if (content !== undefined) yield* usualRecodings(content, changes);
};

/** Parts added, the message wrapped: what is found becomes a view that later phases look into. */
const structural: Phase = function* (node, nodes, { lastLines }) {
  const { structure, description } = node;
  if (node.structure.children.length === 0) return;
  const add = (view: View): Node | undefined => {
    if (nodes.length >= MAX_VIEWS) return undefined;
    const added = nodeOf(view);
    nodes.push(added);
    return added;
  };
  const isDeep = node.changes.length > 1;
  let count = 0;
  for (const without of withoutParts(node.text, structure)) {
    const view = { ...after(node.changes, without), description };
    yield draft(view, FEW);
    if (!isDeep && count++ < 3) add(view);
  }
  for (const inner of unwrappings(node.text, structure)) {
    const view = { ...inner, changes: [...node.changes, ...inner.changes] };
    yield draft(view, lastLines);
    const added = isDeep ? undefined : add(view);
    if (added?.content !== undefined) yield* usualRecodings(added.content, added.changes);
  }
  for (const one of aroundBoundaries(node.text, structure)) yield draft(after(node.changes, one), FEW);
};

/** Lines escaped, cut, doubled and the like. */
const repaired: Phase = function* (node, _, { isSimple, lastLines }) {
  for (const one of repairsOf(node.text, isSimple())) {
    const view = after(node.changes, one);
    yield draft(view, lastLines);
    if (one.changes[0]?.kind !== 'from-line-escaped') continue;
    // What a list flattens comes with such lines, whatever else was done to it.
    if (node.content !== undefined) {
      const content = contentOfView({ ...view, description: node.description });
      yield* usualRecodings(content, view.changes);
      yield* otherRecodings(content, view.changes, { styles: 40 });
      yield* charsetRecodings(content, view.changes, { styles: 20 });
      yield* prependedThenRecoded(content, view.changes);
    }
    const structure = structureOf(view.text, node.description);
    for (const without of withoutParts(view.text, structure)) yield draft(after(view.changes, without), FEW);
    for (const inner of unwrappings(view.text, structure)) yield draft(after(view.changes, inner), lastLines);
  }
  const unlinked = withoutRewriters(node.text.toString('latin1'));
  const text = Buffer.from(unlinked, 'latin1');
  if (!text.equals(node.text)) yield draft(after(node.changes, { text, changes: [{ kind: 'links-rewritten' }] }), FEW);
};

/** The rule above a footer that was put behind a last line without an end, on a line of its own. */
function withRuleApart(text: Buffer): Buffer | undefined {
  const latin1 = text.toString('latin1');
  const parted = latin1.replace(/([^\n_])(_{20,}\n)/g, '$1\n$2');
  return parted === latin1 ? undefined : Buffer.from(parted, 'latin1');
}

/** In quoted-printable of the likelier kinds. */
const recoded: Phase = function* ({ content, changes }) {
  if (content !== undefined) yield* otherRecodings(content, changes, { styles: 60 });
};

/** The text parts of a multipart as they were before they were encoded for a 7-bit way. */
const decoded: Phase = function* (node) {
  for (const one of decodedLeaves(node.text, node.structure)) yield draft(after(node.changes, one), 0);
};

/** Header lines of parts written anew, and parts in other encodings. */
const headers: Phase = function* (node) {
  for (const one of headerRewrites(node.text, node.structure)) yield draft(after(node.changes, one), 8);
  for (const one of unfoldings(node.text, node.structure)) yield draft(after(node.changes, one), 8);
  for (const one of rewrapped(node.text, node.structure)) yield draft(after(node.changes, one), 8);
  for (const one of leafRecodings(node.text, node.structure)) yield draft(after(node.changes, one), 0);
};

/** Lines on top, lines within, and both ends of parts. */
const inserted: Phase = function* (node) {
  if (node.changes.length < 2) {
    for (let count = 1; count <= 2; count++) {
      const text = Buffer.concat([Buffer.from('\n'.repeat(count)), node.text]);
      yield draft(after(node.changes, { text, changes: [{ kind: 'blank-lines-removed', at: 'top', count }] }), FEW);
    }
    let at = 0;
    for (let count = 1; count <= TOP_LINES; count++) {
      const lf = node.text.indexOf(0x0a, at);
      if (lf === -1) break;
      at = lf + 1;
      const lines = node.text.toString('latin1', 0, Math.min(at, 8192)).split('\n').slice(0, count);
      const isBlank = lines.every((line) => line.trim() === '');
      const change: Change = isBlank
        ? { kind: 'blank-lines-added', at: 'top', count }
        : { kind: 'lines-prepended', at: 'top', count, text: lines };
      const view = after(node.changes, { text: node.text.subarray(at), changes: [change] });
      yield draft(view, count <= 16 ? FEW : 0);
    }
  }
  if (node.content !== undefined) yield* prependedThenRecoded(node.content, node.changes);
  const isHtml = node.description.contentType.type === 'text/html';
  if (node.content !== undefined && isHtml) yield* insertedIntoHtml(node.content, node.changes);
  for (const one of insertedIntoLeaves(node.text, node.structure)) yield draft(after(node.changes, one), 0);
};

/** Lines on top, at the end too perhaps, and then all of it encoded: as lists do with header and footer. */
function* prependedThenRecoded(content: Content, changes: readonly Change[]): Drafts {
  const { bytes } = content;
  let at = 0;
  for (let count = 1; count <= RECODED_TOP_LINES; count++) {
    const lf = bytes.indexOf(0x0a, at);
    if (lf === -1) break;
    at = lf + 1;
    const lines = bytes.toString('latin1', 0, Math.min(at, 8192)).split(/\r?\n/).slice(0, count);
    const done: readonly Change[] = [...changes, { kind: 'lines-prepended', at: 'top', count, text: lines }];
    const rest: Content = { ...content, bytes: bytes.subarray(at) };
    const extent: Extent = { styles: count <= 3 ? 40 : 8, tail: FEW_RECODED, isUsualWidth: count > 3 };
    yield* usualRecodings(rest, done, extent);
    yield* otherRecodings(rest, done, extent);
    if (count <= 3) yield* charsetRecodings(rest, done, { ...extent, styles: 12, isUsualWidth: true });
  }
}

/** Patches of files with CRLF lose the CR when they are decoded: in their hunks, or in all lines. */
function* withCarriageReturns(bytes: Buffer): Generator<Buffer> {
  const text = bytes.toString('latin1');
  if (!text.includes('\n@@ ') || text.includes('\r\n')) return;
  yield Buffer.from(text.replace(/\n([-+ ][^\n]*)/g, '\n$1\r'), 'latin1');
  yield Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1');
}

/** Lines put in somewhere; and so below a footer that shows itself. */
function* holes(text: Buffer, changes: readonly Change[]): Drafts {
  const settings = { kind: 'hole', lastLines: 0, maxLines: 40, maxOctets: HOLE_OCTETS } as const;
  yield { ...settings, text, changes };
  for (const start of footerStarts(text)) {
    const lines = linesOf(text.subarray(start));
    const footer: Change = { kind: 'lines-appended', at: 'end', count: lines.length, text: lines };
    yield { ...settings, text: text.subarray(0, start), changes: [...changes, footer] };
  }
}

/** What is dear to try, or seldom. */
const rare: Phase = function* ({ content, changes, text }) {
  if (changes.length < 2) yield* holes(text, changes);
  for (const one of joinedLines(text)) yield draft(after(changes, one), FEW);
  if (content === undefined) return;
  yield* charsetRecodings(content, changes, { styles: 40 });
  for (const bytes of withCarriageReturns(content.bytes)) {
    const done: readonly Change[] = [...changes, { kind: 'carriage-returns-removed' }];
    yield* otherRecodings({ ...content, bytes }, done, { styles: 12 });
  }
  const unlinked = withoutRewriters(content.bytes.toString('latin1'));
  const bytes = Buffer.from(unlinked, 'latin1');
  if (!bytes.equals(content.bytes)) {
    const done: readonly Change[] = [...changes, { kind: 'links-rewritten' }];
    yield* usualRecodings({ ...content, bytes }, done);
    yield* otherRecodings({ ...content, bytes }, done, { styles: 40 });
  }
  yield* otherRecodings(content, changes);
};

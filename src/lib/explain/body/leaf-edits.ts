/** Lines that were put into the text parts of a message: into one, or the same into text and HTML. */
import type { Change } from '../change.ts';
import { encodeBase64 } from './base64.ts';
import type { Drafts } from './draft.ts';
import { asBody, spliced, type Splice, type TextLeaf, textLeaves } from './leaves.ts';
import { withCrlf, withLf } from './lines.ts';
import type { Structure } from './mime.ts';
import { stylesFor, traitsOf } from './qp-styles.ts';
import { decodeQuotedPrintable, encodeQuotedPrintable } from './quoted-printable.ts';
import { type Content, otherRecodings, usualRecodings } from './recode.ts';
import type { Repaired } from './repairs.ts';

const SHOWN_LINES = 40;

/** Lines put into a text part, an HTML part, or the same into both. */
export function* insertedIntoLeaves(text: Buffer, structure: Structure): Generator<Repaired> {
  const leaves = textLeaves(text, structure);
  const edits = leaves.map((leaf) => [...bodyEdits(text, leaf)]);
  for (const [i, leaf] of leaves.entries()) {
    for (const edit of edits[i]!) {
      yield { text: spliced(text, [splice(leaf, edit.body)]), changes: [edit.change] };
    }
  }
  const plain = leaves.findIndex(({ isHtml }) => !isHtml);
  const html = leaves.findIndex(({ isHtml }) => isHtml);
  if (plain === -1 || html === -1 || plain > html) return;
  const byWords = new Map<string, BodyEdit[]>();
  for (const edit of edits[html]!) {
    const key = `${edit.change.kind} ${wordsOf(edit.words)}`;
    byWords.set(key, [...(byWords.get(key) ?? []), edit]);
  }
  for (const first of edits[plain]!) {
    const words = wordsOf(first.words);
    if (words === '') continue;
    const one = splice(leaves[plain]!, first.body);
    for (const second of byWords.get(`${first.change.kind} ${words}`) ?? []) {
      const both = [one, splice(leaves[html]!, second.body)];
      yield { text: spliced(text, both), changes: [first.change, second.change] };
    }
  }
}

function splice({ part }: TextLeaf, bytes: Buffer): Splice {
  return { start: part.bodyStart, end: part.end, bytes };
}

/** Letters and digits alone, tags and character references left out: for holding text against HTML. */
function wordsOf(text: string): string {
  return text
    .replace(/<[^<>]{0,2000}>|&[a-z#0-9]{1,8};/gi, ' ')
    .replace(/https?:\/\/\S+/g, ' ')
    .replace(/[^A-Za-z0-9\x80-\xff]+/g, '')
    .toLowerCase();
}

interface Edit {
  readonly bytes: Buffer;
  readonly change: Change;
  /** What was taken out, latin1. */
  readonly words: string;
}

interface BodyEdit extends Omit<Edit, 'bytes'> {
  /** Encoded as the part is. */
  readonly body: Buffer;
}

/** What is left of a part as it came, for each edit: of its text encoded again, or of its lines as they are. */
function* bodyEdits(text: Buffer, leaf: TextLeaf): Generator<BodyEdit> {
  const encode = encoderOf(text, leaf);
  if (encode !== undefined) {
    for (const { bytes, change, words } of editsOf(leaf.content, leaf.isHtml))
      yield { body: encode(bytes), change, words };
  }
  if (leaf.content.encoding !== 'quoted-printable') return;
  // Many programs put their lines in without encoding the rest again.
  const received = text.subarray(leaf.part.bodyStart, leaf.part.end);
  for (const { bytes, change, words } of lineEdits(received, leaf.isHtml)) yield { body: bytes, change, words };
}

/** Lines of HTML at the end between which what was put in may begin and end. */
const [LINES_FROM, LINES_TO] = [60, 12];

/** Runs of encoded lines taken out near the end. */
function* lineEdits(received: Buffer, isHtml: boolean): Generator<Edit> {
  const lines = received.toString('latin1').split('\n');
  const last = lines.length;
  for (let end = last; end >= last - (isHtml ? LINES_TO : 3) && end > 0; end--) {
    for (let start = end - 1; start >= Math.max(1, last - LINES_FROM); start--) {
      const taken = lines.slice(start, end);
      const words = decodeQuotedPrintable(Buffer.from(taken.join('\n'), 'latin1')).toString('latin1');
      const bytes = Buffer.from([...lines.slice(0, start), ...lines.slice(end)].join('\n'), 'latin1');
      const at = `end of text/${isHtml ? 'html' : 'plain'}`;
      yield { bytes, change: { kind: 'lines-appended', count: taken.length, at, text: words.split('\n') }, words };
    }
  }
}

/** A body of one HTML text into which lines were put before its end, whatever encoding it came in. */
export function* insertedIntoHtml(content: Content, changes: readonly Change[]): Drafts {
  for (const edit of editsOf(content, true)) {
    const done = [...changes, edit.change];
    const rest: Content = { ...content, bytes: content.bytes.includes('\r\n') ? withCrlf(edit.bytes) : edit.bytes };
    if (content.encoding === '8bit') yield { kind: 'text', text: edit.bytes, changes: done, lastLines: 0 };
    else yield* usualRecodings(rest, done);
    yield* otherRecodings(rest, done, { styles: 3 });
  }
}

const TRIED_LINES = 30;
/** Octets of HTML at both ends in which tags are looked at. */
const HTML_WINDOW = 6_000;
const MAX_EDITS = 400;

function* editsOf(content: Content, isHtml: boolean): Generator<Edit> {
  const text = withLf(content.bytes).toString('latin1');
  const where = isHtml ? 'text/html' : 'text/plain';
  const edit = (start: number, end: number, kind: Change['kind']): Edit => {
    const words = text.slice(start, end);
    const lines = words.split('\n').filter((line) => line !== '');
    return {
      bytes: Buffer.from(text.slice(0, start) + text.slice(end), 'latin1'),
      change: {
        kind,
        count: lines.length,
        at: `${kind === 'lines-appended' ? 'end' : 'top'} of ${where}`,
        text: lines.slice(0, SHOWN_LINES),
      },
      words,
    };
  };
  if (isHtml) yield* htmlEdits(text, edit);
  let at = text.length;
  for (let left = TRIED_LINES; left > 0 && at > 0; left--) {
    at = at >= 2 ? text.lastIndexOf('\n', at - 2) + 1 : 0;
    if (at > 0) yield edit(at - 1, text.length, 'lines-appended');
    if (at > 0) yield edit(at, text.length, 'lines-appended');
  }
  at = 0;
  for (let left = TRIED_LINES; left > 0; left--) {
    const lf = text.indexOf('\n', at);
    if (lf === -1) break;
    at = lf + 1;
    yield edit(0, at, 'lines-prepended');
  }
}

/** From a tag to the end of the body element, and from its start to a tag. */
function* htmlEdits(text: string, edit: (start: number, end: number, kind: Change['kind']) => Edit): Generator<Edit> {
  const lower = text.toLowerCase();
  const ends = [lower.lastIndexOf('</body>'), lower.lastIndexOf('</html>'), text.length].filter((at) => at > 0);
  let count = 0;
  for (const end of ends) {
    for (
      let at = text.lastIndexOf('<', end - 1);
      at > end - HTML_WINDOW && at > 0;
      at = text.lastIndexOf('<', at - 1)
    ) {
      yield edit(at, end, 'lines-appended');
      if (text[at - 1] === '\n') yield edit(at - 1, end, 'lines-appended');
      if (text[end - 1] === '\n') yield edit(at, end - 1, 'lines-appended');
      if (++count > MAX_EDITS) break;
    }
  }
  const body = lower.indexOf('<body');
  const start = body === -1 ? 0 : text.indexOf('>', body) + 1;
  const starts = text[start] === '\n' ? [start, start + 1] : [start];
  count = 0;
  for (const from of starts) {
    for (let at = text.indexOf('>', from); at !== -1 && at < from + HTML_WINDOW; at = text.indexOf('>', at + 1)) {
      yield edit(from, at + 1, 'lines-prepended');
      if (text[at + 1] === '\n') yield edit(from, at + 2, 'lines-prepended');
      if (++count > MAX_EDITS) break;
    }
  }
}

/** How the part is encoded, as a function: only where the one that is found writes just what came. */
function encoderOf(text: Buffer, { part, content }: TextLeaf): ((bytes: Buffer) => Buffer) | undefined {
  const received = text.subarray(part.bodyStart, part.end);
  if (content.encoding === '8bit') return (bytes) => bytes;
  if (content.encoding === 'base64') {
    const hasCrlf = content.bytes.includes('\r\n');
    return (bytes) => asBody(encodeBase64(hasCrlf ? withCrlf(bytes) : bytes, { columns: 76 }));
  }
  const lf = withLf(content.bytes);
  let count = 0;
  for (const style of stylesFor(traitsOf(lf))) {
    if (encodeQuotedPrintable(lf, style).equals(received)) return (bytes) => encodeQuotedPrintable(bytes, style);
    if (++count > 60) break;
  }
  return undefined;
}

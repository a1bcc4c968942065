/** Changes of the MIME structure taken back: parts, their header lines, the lines around boundaries. */
import type { Change } from '../change.ts';
import { describe, type Description, fieldsIn, type Part, type Structure } from './mime.ts';
import type { Repaired } from './repairs.ts';

/** A body as it may have been, and what its header said of it then. */
export interface View extends Repaired {
  readonly description: Description;
  /** In front of the body of a message that was wrapped: its header lines, as far as they are known. */
  readonly wrapped?: ReadonlyMap<string, string>;
}

/** Parts at both ends that are tried as added, and as the message that was wrapped. */
const TRIED_PARTS = 12;
const SHOWN_LINES = 40;

const linesIn = (text: Buffer, start: number, end: number) =>
  text
    .toString('latin1', start, Math.min(end, start + 8192))
    .split('\n')
    .slice(0, SHOWN_LINES);

/** The body without one part, and without the first and the last. */
export function* withoutParts(text: Buffer, { children, closeStart, end }: Structure): Generator<Repaired> {
  const count = children.length;
  if (count < 2) return;
  const next = (i: number) => children[i + 1]?.delimiterStart ?? (closeStart === -1 ? end : closeStart);
  const change = (i: number): Change => {
    const part = children[i]!;
    const at = i === count - 1 ? 'end' : i === 0 ? 'top' : `part ${i + 1}`;
    return { kind: 'part-added', count: 1, at, text: linesIn(text, part.bodyStart, part.end) };
  };
  const without = (i: number) => [text.subarray(0, children[i]!.delimiterStart), text.subarray(next(i))];
  const order = [count - 1, 0, ...Array.from({ length: count - 2 }, (_, i) => i + 1)].slice(0, TRIED_PARTS);
  for (const i of order) yield { text: Buffer.concat(without(i)), changes: [change(i)] };
  if (count < 3) return;
  const [first, last] = [children[0]!, children[count - 1]!];
  const pieces = [
    text.subarray(0, first.delimiterStart),
    text.subarray(next(0), last.delimiterStart),
    text.subarray(next(count - 1)),
  ];
  yield { text: Buffer.concat(pieces), changes: [change(0), change(count - 1)] };
  for (let dropped = 2; dropped <= Math.min(4, count - 1); dropped++) {
    const from = children[count - dropped]!.delimiterStart;
    const changes = Array.from({ length: dropped }, (_, i) => change(count - dropped + i));
    yield { text: Buffer.concat([text.subarray(0, from), text.subarray(next(count - 1))]), changes };
  }
}

/** Each part as the whole message that it was; of a message within the message, its body. */
export function* unwrappings(text: Buffer, { children }: Structure): Generator<View> {
  for (const [i, part] of children.slice(0, TRIED_PARTS).entries()) {
    const changes: Change[] = [{ kind: 'message-wrapped', at: `part ${i + 1}`, count: children.length }];
    const inner = text.subarray(part.bodyStart, part.end);
    if (part.contentType.type === 'message/rfc822') {
      const blank = inner.indexOf('\n\n');
      if (blank === -1) continue;
      const wrapped = fieldsIn(inner.toString('latin1', 0, Math.min(blank, 65_536)));
      yield { text: inner.subarray(blank + 2), changes, description: describe(wrapped), wrapped };
    } else {
      const wrapped = fieldsIn(text.toString('latin1', part.headerStart, part.headerEnd));
      yield { text: inner, changes, description: part, wrapped };
    }
  }
}

/** All parts, at any depth, top to bottom. */
export function* allParts(structure: Pick<Structure, 'children'>): Generator<Part> {
  for (const child of structure.children) {
    yield child;
    yield* allParts(child);
  }
}

type HeaderRewrite = (header: string) => string;

/** `X-MS-`, `X-Microsoft-` and the like with their folds: Exchange puts them into the headers of parts. */
const EXCHANGE_LINES =
  /(?<![^\n])X-(?:MS|Microsoft|Exchange|OriginatorOrg|ClientProxied|EXCLAIMER)[^\n]*\n(?:[ \t][^\n]*\n)*/gi;

const UNKNOWN_WORDS = /(=\?unknown-8bit\?[bq]\?[!->@-~]*\?=(?:\s+(?==\?unknown-8bit))?)/gi;

/** The octets of such an encoded word, latin1. */
function octetsOf(word: string): string {
  const [, , encoding = '', text = ''] = word.trim().split('?');
  if (encoding.toLowerCase() === 'b') return Buffer.from(text, 'base64').toString('latin1');
  return text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const HEADER_REWRITES: readonly (readonly [Change['kind'], HeaderRewrite])[] = [
  ['part-fields-added', (header) => header.replace(EXCHANGE_LINES, '')],
  // Python 3 on octets from 0x80 up that nobody gave a charset.
  ['part-fields-changed', (header) => header.replace(UNKNOWN_WORDS, (_, text: string) => octetsOf(text))],
  ['part-fields-added', (header) => header.replace(/(?<![^\n])X-[^\n]*\n(?:[ \t][^\n]*\n)*/gi, '')],
  ['part-fields-changed', (header) => header.replace(/: +\n/g, ':\n')],
  ['part-fields-changed', (header) => header.replace(/: +\t/g, ':\n\t')],
  ['part-fields-changed', (header) => header.replace(/: +(\t| )/g, ':\n$1')],
  ['part-fields-changed', (header) => header.replace(/(?<![^\n])([!-9;-~]+): /g, '$1:')],
  ['part-fields-changed', (header) => header.replace(/;\n[ \t]+/g, '; ')],
  ['part-fields-changed', (header) => header.replace(/; +/g, ';\n\t')],
  ['part-fields-changed', (header) => header.replace(/; +/g, ';\n ')],
  ['part-fields-changed', (header) => header.replace(/;\n\t/g, ';\n ')],
  ['part-fields-changed', (header) => header.replace(/;\n /g, ';\n\t')],
  [
    'part-fields-changed',
    (header) =>
      header.replace(/\b(boundary|charset|name|filename|type|micalg|protocol|format|delsp)="([!-~]*)"/gi, '$1=$2'),
  ],
  ['part-fields-changed', (header) => header.replace(/\bboundary="([!-~]*)"/gi, 'boundary=$1')],
  ['part-fields-changed', (header) => header.replace(/\bcharset="([!-~]*)"/gi, 'charset=$1')],
  ['part-fields-changed', (header) => header.replace(/\b(boundary|charset|name|filename)=([^"\s;]+)/gi, '$1="$2"')],
  [
    'part-fields-changed',
    (header) =>
      header.replace(
        /\bcharset=("?)([!-~]+?)("?)(?=[;\n])/gi,
        (_, a: string, name: string, b: string) => `charset=${a}${name.toUpperCase()}${b}`,
      ),
  ],
  [
    'part-fields-changed',
    (header) =>
      header.replace(
        /\bcharset=("?)([!-~]+?)("?)(?=[;\n])/gi,
        (_, a: string, name: string, b: string) => `charset=${a}${name.toLowerCase()}${b}`,
      ),
  ],
  ['part-fields-changed', (header) => header.replace(/(?<![^\n])MIME-Version:[^\n]*\n/gi, '')],
  ['part-fields-changed', (header) => header.replace(/(?<![^\n])Content-Disposition: inline\n/gi, '')],
  ['part-fields-changed', (header) => header.replace(/(?<![^\n])Content-Transfer-Encoding: [78]bit\n/gi, '')],
];

/** All part headers written in another way. */
export function* headerRewrites(text: Buffer, structure: Structure): Generator<Repaired> {
  const parts = [...allParts(structure)];
  if (parts.length === 0) return;
  for (const [kind, rewrite] of HEADER_REWRITES) {
    const pieces: Buffer[] = [];
    let from = 0;
    let count = 0;
    for (const { headerStart, headerEnd } of parts) {
      const header = text.toString('latin1', headerStart, headerEnd);
      const rewritten = rewrite(header);
      if (rewritten === header) continue;
      count++;
      pieces.push(text.subarray(from, headerStart), Buffer.from(rewritten, 'latin1'));
      from = headerEnd;
    }
    if (count === 0) continue;
    pieces.push(text.subarray(from));
    yield { text: Buffer.concat(pieces), changes: [{ kind, count }] };
  }
}

/** Folds in part headers of which some may have been made on the way. */
const MAX_FOLDS = 8;

/** Some of the folds in part headers taken out. */
export function* unfoldings(text: Buffer, structure: Structure): Generator<Repaired> {
  const folds: { readonly start: number; readonly end: number }[] = [];
  for (const { headerStart, headerEnd } of allParts(structure)) {
    for (const { 0: fold, index } of text.toString('latin1', headerStart, headerEnd).matchAll(/\n[ \t]+/g)) {
      folds.push({ start: headerStart + index, end: headerStart + index + fold.length });
      if (folds.length > MAX_FOLDS) return;
    }
  }
  for (let chosen = (1 << folds.length) - 1; chosen > 0; chosen--) {
    const pieces: Buffer[] = [];
    let from = 0;
    folds.forEach(({ start, end }, i) => {
      if ((chosen & (1 << i)) === 0) return;
      pieces.push(text.subarray(from, start), Buffer.from(' '));
      from = end;
    });
    pieces.push(text.subarray(from));
    yield { text: Buffer.concat(pieces), changes: [{ kind: 'part-fields-changed' }] };
  }
}

/** What stands in front of the first part for readers without MIME, and is dropped by some programs. */
const PREAMBLES: readonly string[] = [
  'This is a multi-part message in MIME format.',
  'This is a multipart message in MIME format.',
  'This is a multi-part message in MIME format...',
  'This is a cryptographically signed message in MIME format.',
  'This is an OpenPGP/MIME signed message (RFC 4880 and 3156)',
  'This is a MIME-formatted message.  If you see this text it means that your\nE-mail software does not support MIME-formatted messages.',
  'This is an S/MIME signed message',
  'This is a multipart MIME message.',
];

/** Empty lines around boundaries put in or taken out, and the lines before the first one. */
export function* aroundBoundaries(text: Buffer, structure: Structure): Generator<Repaired> {
  const first = structure.children[0];
  if (first === undefined) return;
  const preamble = text.toString('latin1', 0, Math.min(first.delimiterStart, 4096));
  const rest = text.subarray(first.delimiterStart);
  const before = (lines: string): Buffer => Buffer.concat([Buffer.from(lines, 'latin1'), rest]);
  if (/^\n+$/.test(preamble)) {
    yield { text: rest, changes: [{ kind: 'blank-lines-added', at: 'top', count: preamble.length }] };
  }
  const short: Change = { kind: 'blank-lines-removed', at: 'top', count: 1 };
  yield { text: before(`${preamble}\n`), changes: [short] };
  if (preamble !== '') yield { text: Buffer.concat([Buffer.from('\n'), text]), changes: [short] };
  if (preamble.startsWith('\n') && preamble.trim() !== '') {
    yield { text: text.subarray(1), changes: [{ kind: 'blank-lines-added', at: 'top', count: 1 }] };
  }
  for (const offsets of delimiterSets(structure)) yield* blankLines(text, offsets);
  if (structure.closeStart !== -1) {
    const change: Change = { kind: 'boundary-line-changed', at: 'end' };
    yield { text: text.subarray(0, structure.closeStart), changes: [change] };
  } else {
    const boundary = structure.contentType.parameters.get('boundary') ?? '';
    const close = Buffer.from(`${text.at(-1) === 0x0a ? '' : '\n'}--${boundary}--\n`, 'latin1');
    yield { text: Buffer.concat([text, close]), changes: [{ kind: 'boundary-line-changed', at: 'end' }] };
    yield {
      text: Buffer.concat([text, Buffer.from('\n'), close]),
      changes: [{ kind: 'boundary-line-changed', at: 'end' }],
    };
  }
  for (const lines of PREAMBLES) {
    if (preamble.includes(lines)) continue;
    const change: Change = { kind: 'boundary-line-changed', at: 'top', from: lines };
    yield { text: before(`${lines}\n`), changes: [change] };
    yield { text: before(`${lines}\n\n`), changes: [change] };
  }
}

const closeOf = ({ closeStart }: Pick<Structure, 'closeStart'>) => (closeStart === -1 ? [] : [closeStart]);

/** Delimiter lines that some program may have set apart: all, those of one multipart, the closing ones. */
function delimiterSets(structure: Structure): ReadonlySet<number>[] {
  const multiparts = [structure, ...allParts(structure)].filter(({ children }) => children.length > 0).slice(0, 6);
  const opens = multiparts.map(({ children }) => children.map(({ delimiterStart }) => delimiterStart));
  const closes = multiparts.map(closeOf);
  const own = opens.map((starts, i) => [...starts, ...closes[i]!]);
  const sets = [
    own.flat(),
    ...own,
    ...own.map((starts) => starts.slice(1)),
    closes.flat(),
    ...closes,
    opens.flat(),
    ...opens,
  ];
  return sets.filter((set) => set.length > 0).map((set) => new Set(set));
}

/** The text with an empty line less, and one more, before each of these offsets. */
function* blankLines(text: Buffer, offsets: ReadonlySet<number>): Generator<Repaired> {
  if (offsets.size === 0) return;
  const sorted = [...offsets].filter((at) => at > 0).sort((a, b) => a - b);
  const rebuilt = (isAdded: boolean): Repaired | undefined => {
    const pieces: Buffer[] = [];
    let from = 0;
    let count = 0;
    for (const at of sorted) {
      const hasBlank = text[at - 1] === 0x0a && text[at - 2] === 0x0a;
      if (!isAdded && !hasBlank) continue;
      count++;
      pieces.push(text.subarray(from, isAdded ? at : at - 1));
      if (isAdded) pieces.push(Buffer.from('\n'));
      from = at;
    }
    if (count === 0) return undefined;
    pieces.push(text.subarray(from));
    const kind = isAdded ? 'blank-lines-removed' : 'blank-lines-added';
    return { text: Buffer.concat(pieces), changes: [{ kind, count, at: 'boundaries' }] };
  };
  for (const isAdded of [false, true]) {
    const repaired = rebuilt(isAdded);
    if (repaired !== undefined) yield repaired;
  }
}

/** Changes of lines that leave a sign of themselves, taken back. Each is linear in the size of the text. */
import type { Change, ChangeKind } from '../change.ts';

export interface Repaired {
  readonly text: Buffer;
  readonly changes: readonly Change[];
}

type Rewrite = (text: string) => string;

interface Repair {
  readonly kind: ChangeKind;
  readonly rewrite: Rewrite;
  /** Of no use where only relaxed hashes are looked for: that form ignores the change. */
  readonly simpleOnly?: boolean;
}

/** Lines of this length and more were at the limit of some program: 998 octets (RFC 5321 section 4.5.3.1.6), or 990. */
const NEAR_LIMIT = 980;
/** Sendmail breaks at 2,047 where nothing else is set. */
const LONGEST = 2049;

const REPAIRS: readonly Repair[] = [
  { kind: 'from-line-escaped', rewrite: (text) => text.replace(/(?<![^\n])>(>*From )/g, '$1') },
  { kind: 'carriage-returns-added', rewrite: (text) => eachLine(text, (line) => stripEnd(line, '\r')) },
  { kind: 'line-ends-doubled', rewrite: everySecondLine },
  { kind: 'line-ends-doubled', rewrite: (text) => text.replaceAll('\n\n', '\n') },
  { kind: 'long-lines-broken', rewrite: (text) => joinBroken(text, /^ /, '') },
  { kind: 'long-lines-broken', rewrite: (text) => joinBroken(text, /^/, '') },
  { kind: 'long-lines-broken', rewrite: (text) => joinBroken(text, /^ /, '!') },
  { kind: 'long-lines-broken', rewrite: (text) => joinBroken(text, /^/, '!') },
  { kind: 'dots-doubled', rewrite: (text) => text.replace(/(?<![^\n])\.\./g, '.') },
  { kind: 'dots-removed', rewrite: (text) => text.replace(/(?<![^\n])\./g, '..') },
  {
    kind: 'trailing-space-removed',
    rewrite: (text) => text.replace(/(?<![^\n])--(?![^\n])/g, '-- '),
    simpleOnly: true,
  },
  {
    kind: 'trailing-space-removed',
    rewrite: (text) => text.replace(/(?<![^\n])(>+|--)(?![^\n])/g, '$1 '),
    simpleOnly: true,
  },
  { kind: 'trailing-space-removed', rewrite: (text) => text.replace(/(?<=\n)(?=\n[^\n])/g, ' '), simpleOnly: true },
  {
    kind: 'trailing-space-added',
    rewrite: (text) => eachLine(text, (line) => stripEnd(line, ' \t')),
    simpleOnly: true,
  },
  { kind: 'tabs-changed', rewrite: (text) => tabbed(text, 8), simpleOnly: true },
  { kind: 'tabs-changed', rewrite: (text) => tabbed(text, 4), simpleOnly: true },
  { kind: 'tabs-changed', rewrite: unexpand, simpleOnly: true },
  { kind: 'tabs-changed', rewrite: (text) => text.replace(/(?<![^\n]) (?=[^ \n])/g, '\t'), simpleOnly: true },
];

const eachLine = (text: string, rewrite: (line: string) => string) => text.split('\n').map(rewrite).join('\n');

/** Without these characters at its end. */
function stripEnd(line: string, characters: string): string {
  let end = line.length;
  while (end > 0 && characters.includes(line[end - 1]!)) end--;
  return line.slice(0, end);
}

/** Leading spaces as tabs of a width. */
function tabbed(text: string, width: number): string {
  return eachLine(text, (line) => {
    let spaces = 0;
    while (line[spaces] === ' ') spaces++;
    const tabs = Math.floor(spaces / width);
    return tabs === 0 ? line : '\t'.repeat(tabs) + line.slice(tabs * width);
  });
}

/** The widths at which programs wrap text. */
const WRAPS: readonly number[] = [72, 76, 78, 80, 79, 74, 75, 77, 73, 71, 70, 68, 65];

/** The text with one kind of change taken back, for each kind that left a sign. @param isSimple simple hashes count */
export function* repairsOf(text: Buffer, isSimple: boolean): Generator<Repaired> {
  const latin1 = text.toString('latin1');
  for (const { kind, rewrite, simpleOnly = false } of REPAIRS) {
    if (simpleOnly && !isSimple) continue;
    const repaired = rewrite(latin1);
    if (repaired !== latin1)
      yield { text: Buffer.from(repaired, 'latin1'), changes: [changeOf(kind, latin1, repaired)] };
  }
  yield* someFromLines(latin1);
}

/** Lines joined that were wrapped at one width: the first word of each would not have fitted on the one before. */
export function* joinedLines(text: Buffer): Generator<Repaired> {
  const lines = text.toString('latin1').split('\n');
  for (const width of WRAPS) {
    if (!lines.some((line) => line.length > width - 12 && line.length <= width)) continue;
    const joined = unwrap(lines, width);
    if (joined.length === lines.length) continue;
    const change: Change = { kind: 'lines-wrapped', count: lines.length - joined.length, to: `${width} columns` };
    yield { text: Buffer.from(joined.join('\n'), 'latin1'), changes: [change] };
  }
}

function changeOf(kind: ChangeKind, received: string, repaired: string): Change {
  const [now, then] = [received.split('\n'), repaired.split('\n')];
  if (now.length !== then.length) return { kind, count: Math.abs(now.length - then.length) };
  let count = 0;
  let first = -1;
  for (let i = 0; i < now.length; i++) {
    if (now[i] === then[i]) continue;
    count++;
    if (first === -1) first = i;
  }
  return { kind, count, at: `line ${first + 1}`, from: then[first]!.slice(0, 200), to: now[first]!.slice(0, 200) };
}

/** Some of the `>From ` lines may have been so from the start, in quoted text. */
function* someFromLines(text: string): Generator<Repaired> {
  const places = [...text.matchAll(/(?<![^\n])>From /g)].map(({ index }) => index);
  if (places.length < 2 || places.length > 5) return;
  for (let chosen = 1; chosen < (1 << places.length) - 1; chosen++) {
    let repaired = '';
    let from = 0;
    places.forEach((at, i) => {
      if ((chosen & (1 << i)) === 0) return;
      repaired += text.slice(from, at);
      from = at + 1;
    });
    repaired += text.slice(from);
    yield { text: Buffer.from(repaired, 'latin1'), changes: [changeOf('from-line-escaped', text, repaired)] };
  }
}

/** Where each second line is empty, without those. */
function everySecondLine(text: string): string {
  const lines = text.split('\n');
  if (lines.length < 4) return text;
  for (let i = 1; i < lines.length; i += 2) if (lines[i] !== '') return text;
  return lines.filter((_, i) => i % 2 === 0).join('\n') + (lines.length % 2 === 0 ? '\n' : '');
}

/**
 * Lines that were cut at the limit, joined.
 *
 * @param start what the line behind begins with, which was put in
 * @param end what the cut line ends with, which was put in
 */
function joinBroken(text: string, start: RegExp, end: string): string {
  const joined: string[] = [];
  let piece: string[] = [];
  for (const line of text.split('\n')) {
    if (piece.length > 0 && !start.test(line)) {
      joined.push(piece.join(''));
      piece = [];
    }
    const isCut = line.length >= NEAR_LIMIT && line.length <= LONGEST && line.endsWith(end);
    const rest = piece.length > 0 ? line.replace(start, '') : line;
    piece.push(isCut ? rest.slice(0, rest.length - end.length) : rest);
    if (isCut) continue;
    joined.push(piece.join(''));
    piece = [];
  }
  if (piece.length > 0) joined.push(piece.join('') + end);
  return joined.join('\n');
}

/** As unexpand(1) with -a has it. */
function unexpand(text: string): string {
  return eachLine(text, (line) => {
    if (!line.includes('  ')) return line;
    let out = '';
    for (let at = 0; at < line.length; at += 8) {
      const cell = line.slice(at, at + 8);
      const kept = stripEnd(cell, ' ');
      out += cell.length === 8 && cell.length - kept.length >= 2 ? `${kept}\t` : cell;
    }
    return out;
  });
}

function unwrap(lines: readonly string[], width: number): string[] {
  const joined: string[] = [];
  let previous = '';
  for (const line of lines) {
    const space = line.indexOf(' ');
    const word = space === -1 ? line : line.slice(0, space);
    const fits = previous.length + 1 + word.length <= width;
    if (previous === '' || line === '' || fits || line.startsWith(' ')) joined.push(line);
    else joined.push(`${joined.pop()!.trimEnd()} ${line}`);
    previous = line;
  }
  return joined;
}

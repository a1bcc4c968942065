/** All guesses for one field that a signature covers. */
import type { HeaderField } from '../../header/header-block.ts';
import { addressListOptions, fromOptions } from './address-options.ts';
import { encodingOptions, typeOptions, versionOptions } from './content-options.ts';
import { type HeaderContext, type Option, type Instance, spelled, unfolded, valueOf, valueOptions } from './option.ts';
import { subjectOptions } from './subject-options.ts';
import { decodeWords, encodeWords } from './words.ts';

/** Octets of a field whose value is looked into. */
const MAX_VALUE = 16 * 1024;

const MAKERS: Readonly<Record<string, (context: HeaderContext, instance: Instance) => Generator<Option>>> = {
  subject: subjectOptions,
  from: fromOptions,
  sender: addressListOptions,
  'reply-to': addressListOptions,
  to: addressListOptions,
  cc: addressListOptions,
  'content-type': typeOptions,
  'content-transfer-encoding': encodingOptions,
  'mime-version': versionOptions,
  'message-id': messageIdOptions,
};

/** The likeliest first. */
export function* optionsFor(context: HeaderContext, instance: Instance): Generator<Option> {
  const { header } = context;
  yield* copyOptions(context, instance);
  // Signed once more than it is there, so that nobody adds one.
  if (instance.field === undefined && header.named(instance.name).length > 0) return;
  // Lists add these, and have an original of none.
  if (instance.name === 'reply-to' || instance.name === 'cc' || instance.name === 'sender')
    yield* instanceOptions(context, instance);
  const isShort = instance.field === undefined || instance.field.end - instance.field.start <= MAX_VALUE;
  const maker = MAKERS[instance.name];
  if (maker !== undefined && isShort) yield* maker(context, instance);
  yield* instanceOptions(context, instance);
  if (instance.field === undefined) return;
  const text = header.bytes.toString('latin1', instance.field.start, instance.field.end);
  if (isShort) {
    if (maker === undefined) yield* wordOptions(context, instance);
    yield* foldOptions(context, instance, text);
  } else yield* joinedOptions(context, instance, text);
}

/** z= (RFC 6376 section 3.5) says how a field was: a hint, since nobody checks it, until the signature fits. */
function* copyOptions({ copies, header }: HeaderContext, instance: Instance): Generator<Option> {
  const now =
    instance.field === undefined
      ? undefined
      : header.bytes.toString('latin1', instance.field.start, instance.field.end);
  for (const copy of copies.get(instance.name) ?? []) {
    if (copy === now) continue;
    const change = { kind: 'field-changed', field: copy.slice(0, copy.indexOf(':')), from: copy } as const;
    yield { text: copy, change };
  }
}

function* messageIdOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const fields = ['x-google-original-message-id', 'x-original-message-id', 'x-microsoft-original-message-id'];
  const values = fields.flatMap((name) => valueOf(context, name) ?? []);
  yield* valueOptions(context, instance, 'message-id-replaced', values);
}

/** The field was not there, or another one of its name was meant. */
function* instanceOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const { field } = instance;
  if (field === undefined) return;
  const name = spelled(context, instance);
  const others = context.header.named(instance.name).filter((other) => other !== field);
  const to = unfolded(context.header, field).slice(0, 200);
  for (const other of others.slice(0, 8)) {
    const text = context.header.bytes.toString('latin1', other.start, other.end);
    yield { text, removes: field, change: { kind: 'field-duplicated', field: name, to } };
  }
  // Nobody signs a message without one.
  if (instance.name !== 'from')
    yield { text: undefined, removes: field, change: { kind: 'field-added', field: name, to } };
}

function* wordOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const text = decodeWords(unfolded(context.header, instance.field as HeaderField));
  if (text !== undefined)
    yield* valueOptions(context, instance, 'field-reencoded', encodeWords(text, instance.name.length));
}

const lineEndOf = (text: string) => (text.includes('\r\n') ? '\r\n' : '\n');

/** Folds and blanks; most of them count in the simple form only. */
function* foldOptions(context: HeaderContext, instance: Instance, text: string): Generator<Option> {
  const field = spelled(context, instance);
  const seen = new Set([text]);
  const writings = context.isSimple ? [...joinedWritings(text), ...simpleWritings(text)] : joinedWritings(text);
  for (const [kind, writing] of writings) {
    if (seen.has(writing)) continue;
    seen.add(writing);
    yield { text: writing, change: { kind, field } };
  }
}

function* joinedOptions(context: HeaderContext, instance: Instance, text: string): Generator<Option> {
  for (const [kind, writing] of joinedWritings(text)) {
    if (writing !== text) yield { text: writing, change: { kind, field: spelled(context, instance) } };
  }
}

type Writing = readonly ['field-refolded' | 'field-space-changed' | 'field-case-changed' | 'long-lines-broken', string];

/** A line of so many octets was cut at the limit of SMTP, in the middle of a word perhaps. */
const NEAR_LIMIT = 980;

function* joinedWritings(text: string): Generator<Writing> {
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => line.length >= NEAR_LIMIT)) return;
  let joined = '';
  for (const [i, line] of lines.entries()) {
    const isCut = i > 0 && lines[i - 1]!.length >= NEAR_LIMIT;
    joined += i === 0 ? line : isCut ? line.slice(1) : lineEndOf(text) + line;
  }
  yield ['long-lines-broken', joined];
  yield ['long-lines-broken', text.replace(/\r?\n[ \t]/g, '')];
}

const [FOLD, LONGEST_FOLDED] = [/\r?\n[ \t]+/g, 20_000];

/** One field as other programs fold it and space it. */
export function* simpleWritings(text: string): Generator<Writing> {
  if (text.length > LONGEST_FOLDED) return;
  const end = lineEndOf(text);
  yield ['field-refolded', text.replace(FOLD, ' ')];
  for (const indent of ['\t', ' ', '        ', '    ', '  ', '\t\t'])
    yield ['field-refolded', text.replace(FOLD, end + indent)];
  const flat = text.replace(FOLD, ' ');
  for (const indent of ['\t', ' ', '        ', '    ', '  ']) {
    yield ['field-refolded', flat.replace(/([,;]) +/g, `$1${end}${indent}`)];
    for (const width of [78, 76, 72, 80, 75, 79]) yield ['field-refolded', folded(flat, width, end + indent)];
    for (const width of [78, 76]) yield ['field-refolded', folded(flat, width, end + indent, ',')];
  }
  yield ['field-space-changed', text.replace(/^([^:]+):[ \t]*/, '$1:')];
  yield ['field-space-changed', text.replace(/^([^:]+):[ \t]*/, '$1: ')];
  yield ['field-space-changed', text.replace(/^([^:]+):[ \t]*/, '$1:  ')];
  yield ['field-space-changed', text.replace(/^([^:]+):[ \t]*/, '$1:\t')];
  yield ['field-space-changed', `${text} `];
  yield ['field-space-changed', text.trimEnd()];
  yield ['field-refolded', text.replace(/^([^:]+):[ \t]*/, `$1:${end} `)];
  yield ['field-refolded', text.replace(/^([^:]+):[ \t]*/, `$1:${end}\t`)];
  const colon = text.indexOf(':');
  const name = text.slice(0, colon);
  for (const other of spellings(name)) yield ['field-case-changed', other + text.slice(colon)];
}

function* spellings(name: string): Generator<string> {
  yield name.toLowerCase();
  yield name.toLowerCase().replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
  yield name.replace(/^Mime/i, 'MIME').replace(/Id$/i, 'ID');
  yield name.replace(/^MIME/i, 'Mime').replace(/ID$/i, 'Id');
  yield name.toUpperCase();
}

/** @param before where a fold may be made: before a blank that follows this, or any blank */
function folded(text: string, width: number, fold: string, before = ''): string {
  const words = text.split(' ');
  let out = words[0]!;
  let column = out.length;
  for (let i = 1; i < words.length; i++) {
    const word = words[i]!;
    const mayFold = before === '' ? i > 1 : words[i - 1]!.endsWith(before);
    if (mayFold && column + 1 + word.length > width) {
      out += fold + word;
      column = fold.trimStart().length + 1 + word.length;
    } else {
      out += ` ${word}`;
      column += 1 + word.length;
    }
  }
  return out;
}

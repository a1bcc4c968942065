/** From, Reply-To, To, Cc and their like before lists rewrote them. */
import type { HeaderBlock } from '../../header/header-block.ts';
import { type HeaderContext, type Option, type Instance, unfolded, valueOf, valueOptions } from './option.ts';
import { decodeWords, encodeWords } from './words.ts';

interface Mailbox {
  /** As it stands in the list. */
  readonly raw: string;
  /** Without quotes. */
  readonly name: string;
  readonly address: string;
}

/** Addresses of one field that are looked at. */
const MAX_ADDRESSES = 60;

/** The members of an address list; commas within quotes, comments and angle brackets do not part. */
export function mailboxesIn(value: string): Mailbox[] {
  const members: string[] = [];
  let from = 0;
  let isQuoted = false;
  let depth = 0;
  for (let at = 0; at <= value.length; at++) {
    const character = value[at];
    if (isQuoted && character === '\\') at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '<' || character === '(')) depth++;
    else if (!isQuoted && (character === '>' || character === ')')) depth--;
    else if (character === undefined || (character === ',' && !isQuoted && depth <= 0)) {
      const raw = value.slice(from, at).trim();
      if (raw !== '') members.push(raw);
      from = at + 1;
      if (members.length >= MAX_ADDRESSES) break;
    }
  }
  return members.map(mailbox);
}

function mailbox(raw: string): Mailbox {
  const open = raw.lastIndexOf('<');
  if (open === -1) return { raw, name: '', address: raw.replace(/\(.*\)$/, '').trim() };
  const name = raw.slice(0, open).trim();
  const address = raw.slice(open + 1).replace(/>.*$/, '');
  return { raw, name: name.replace(/^"(.*)"$/, '$1').replace(/\\(["\\])/g, '$1'), address };
}

/** Fields in which lists keep the author that they took out of From. */
const AUTHOR_FIELDS = [
  'x-original-from',
  'x-original-sender',
  'original-from',
  'reply-to',
  'cc',
  'x-mailfrom',
  'x-from',
  'author',
];
/** What lists put behind the name. */
const VIA = /[ \t]+(?:via|\(via|\[via|on behalf of)[ \t].*$/i;

export function* fromOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const values = new Set<string>();
  const munged = instance.field === undefined ? '' : unfolded(context.header, instance.field);
  const [list] = mailboxesIn(munged);
  const listName = list?.name ?? '';
  const names = [listName.replace(VIA, '').replace(/^['"]|['"]$/g, ''), (decodeWords(listName) ?? '').replace(VIA, '')];
  for (const field of AUTHOR_FIELDS) {
    const value = valueOf(context, field);
    if (value === undefined) continue;
    if (field.includes('original') || field === 'x-from') values.add(value);
    for (const one of mailboxesIn(value).slice(0, 4)) {
      values.add(one.raw);
      for (const name of [one.name, ...names]) for (const form of forms(name, one.address)) values.add(form);
    }
  }
  yield* valueOptions(context, instance, 'from-rewritten', values);
  yield* reencoded(context, instance, munged);
}

/** A name and an address as programs write them, latin1. */
function* forms(name: string, address: string): Generator<string> {
  if (name === '') {
    yield address;
    yield `<${address}>`;
    return;
  }
  const written = /[^\x00-\xff]/.test(name) ? Buffer.from(name, 'utf8').toString('latin1') : name;
  yield `${written} <${address}>`;
  yield `"${written}" <${address}>`;
  yield `${address} (${written})`;
  yield address;
  yield `<${address}>`;
  if (/[^\x20-\x7e]/.test(name)) for (const word of encodeWords(name, 'From'.length)) yield `${word} <${address}>`;
}

function* reencoded(context: HeaderContext, instance: Instance, value: string): Generator<Option> {
  const members = mailboxesIn(value);
  if (members.length !== 1) return;
  const [{ name, address }] = members as [Mailbox];
  const text = decodeWords(name);
  const values: string[] = [];
  if (text !== undefined) {
    for (const word of encodeWords(text, instance.name.length))
      values.push(`${word} <${address}>`, `"${word}" <${address}>`);
  } else if (name !== '') values.push(`${name} <${address}>`, `"${name}" <${address}>`);
  else values.push(address, `<${address}>`);
  yield* valueOptions(context, instance, 'field-reencoded', values);
}

export function* addressListOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  const original = valueOf(context, `x-original-${instance.name}`);
  if (original !== undefined) yield* valueOptions(context, instance, 'field-changed', [original]);
  if (instance.field === undefined) return;
  const value = unfolded(context.header, instance.field);
  yield* valueOptions(context, instance, 'field-space-changed', spacings(value));
  yield* valueOptions(context, instance, 'field-case-changed', [value.toLowerCase(), lowerDomains(value)]);
  yield* reencoded(context, instance, value);
  const raws = mailboxesIn(value).map(({ raw }) => raw);
  yield* valueOptions(context, instance, 'addresses-reordered', rearranged(context.header, instance, raws));
}

function* spacings(value: string): Generator<string> {
  yield value.replace(/,[ \t]*/g, ', ');
  yield value.replace(/,[ \t]*/g, ',');
  yield value.replace(/"([A-Za-z0-9 ]+)"(?= *<)/g, '$1');
  yield value.replace(/(^|, *)([A-Za-z0-9][A-Za-z0-9 .]*?)(?= *<)/g, '$1"$2"');
  yield value.replace(/<([^<>]*)>/g, '$1');
}

const lowerDomains = (value: string) => value.replace(/@[A-Za-z0-9.-]+/g, (domain) => domain.toLowerCase());

const join = (list: readonly string[]) => list.join(', ');

/** One address less, one moved, the list backwards, and those of the other recipient field in front or behind. */
function* rearranged(header: HeaderBlock, instance: Instance, raws: readonly string[]): Generator<string> {
  const other = header.named(instance.name === 'to' ? 'cc' : 'to')[0];
  const others = other === undefined ? [] : mailboxesIn(unfolded(header, other)).map(({ raw }) => raw);
  for (const one of others.slice(0, 10)) {
    yield join([...raws, one]);
    yield join([one, ...raws]);
  }
  if (raws.length > 1) for (let i = 0; i < raws.length; i++) yield join(raws.filter((_, at) => at !== i));
  yield join(raws.toReversed());
  yield join([...raws].sort());
  for (let i = 1; i < raws.length; i++) yield join([...raws.slice(i), ...raws.slice(0, i)]);
  if (others.length > 0) yield join(raws.filter((raw) => !others.includes(raw)));
}

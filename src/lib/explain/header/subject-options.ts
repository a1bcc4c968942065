/** Subjects before lists and filters put their tags in. */
import { type HeaderContext, type Option, type Instance, unfolded, valueOptions } from './option.ts';
import { decodeWords, encodeWords } from './words.ts';

/** What filters put in front. */
const MARKS =
  /^(?:\*{3,5} ?[A-Z -]{3,20} ?\*{3,5}|\[(?:S|SPAM|EXT|EXTERNAL|EXTERNAL EMAIL|SUSPICIOUS|WARNING|CAUTION)\]|\{[A-Za-z ]{3,20}\?\}|(?:EXTERNAL|EXT|SPAM):)[ :-]*/i;
const TAG = /\[[^\][]{1,80}\][ \t]*/g;
/** Prefixes of replies, in several languages. */
const REPLY = /^(?:(?:re|aw|sv|vs|antw|r|odp|ynt|fwd?|wg|tr)(?:\[\d+\])?[ \t]*:[ \t]*)+/i;
const PREFIXES = [
  'Re: ',
  '',
  'RE: ',
  'Re:',
  're: ',
  'Re: Re: ',
  'Aw: ',
  'AW: ',
  'SV: ',
  'VS: ',
  'Antw: ',
  'Fwd: ',
  'FW: ',
  'Fw: ',
];

export function* subjectOptions(context: HeaderContext, instance: Instance): Generator<Option> {
  if (instance.field === undefined) return;
  const value = unfolded(context.header, instance.field);
  yield* valueOptions(context, instance, 'subject-tagged', untagged(value));
  const text = decodeWords(value);
  if (text === undefined) return;
  const texts = [...new Set(untagged(text))].slice(0, 6);
  for (const one of texts) yield* valueOptions(context, instance, 'subject-tagged', encodeWords(one, 'Subject'.length));
  yield* valueOptions(context, instance, 'field-reencoded', encodeWords(text, 'Subject'.length));
}

/** The subject without its tags, one or all of them; and with the reply prefix that the list may have changed. */
function* untagged(value: string): Generator<string> {
  const unmarked = value.replace(MARKS, '');
  if (unmarked !== value) yield unmarked;
  const replied = value.replace(REPLY, (prefix) => prefix.replace(MARKS, ''));
  const prefix = REPLY.exec(value)?.[0] ?? '';
  const afterReply = value.slice(prefix.length);
  if (MARKS.test(afterReply)) yield prefix + afterReply.replace(MARKS, '');
  if (replied !== value) yield replied;
  const tags = [...value.matchAll(TAG)].slice(0, 4);
  for (const { 0: tag, index } of tags) {
    const without = value.slice(0, index) + value.slice(index + tag.length);
    yield without;
    yield without.trim();
    yield (value.slice(0, index).trimEnd() + value.slice(index + tag.length)).trim();
    const rest = without.replace(REPLY, '');
    for (const other of PREFIXES) yield other + rest;
    // Mailman moves the tag behind the prefix of a reply.
    for (const other of PREFIXES) if (other !== '') yield `${tag.trimEnd()} ${other}${rest}`;
    for (const other of PREFIXES) if (other !== '') yield `${other}${tag.trimEnd()} ${rest}`;
    yield `${tag.trimEnd()} ${rest}`;
  }
  if (tags.length > 1) {
    yield value.replace(TAG, '').trim();
    yield prefix + afterReply.replace(TAG, '').trim();
  }
}

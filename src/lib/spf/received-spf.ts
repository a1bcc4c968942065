/** The Received-SPF header field (RFC 7208 section 9.1), out and in, in the form that SpamAssassin and pyspf read back. */
import { foldWords } from '../header/fold.ts';
import { contentOf, endOfComment, endOfQuoted, skipBlanks } from '../syntax/structured-field.ts';
import { SPF_RESULTS, type SpfResult, type SpfVerdict } from './verdict.ts';

/** A Received-SPF field, read or to be written (RFC 7208 section 9.1). */
export interface ReceivedSpf {
  readonly result: SpfResult;
  /** Printable US-ASCII, single spaces; empty for none. */
  readonly comment: string;
  /** In their order; keys in lower case, values printable US-ASCII. */
  readonly pairs: readonly (readonly [key: string, value: string])[];
}

/** RFC 5322 section 2.1.1 allows 998; a longest address (RFC 5321 section 4.5.3.1) has 320. */
const MAX_VALUE = 320;
const MAX_COMMENT = 600;
/** RFC 5322 section 2.1.1: lines SHOULD be no longer. */
const LINE = 78;

/**
 * What the field says of a verdict (RFC 7208 section 9.1).
 *
 * @param receiver the checking host, `undefined` where it has no name to give
 */
export function receivedSpfOf(verdict: SpfVerdict, receiver?: string): ReceivedSpf {
  const { result, identity, sender, ip, helo } = verdict;
  const judged = result !== 'none' && result !== 'permerror' && result !== 'temperror';
  const facts: [string, string | undefined][] = [
    ['client-ip', ip],
    ['envelope-from', identity === 'mailfrom' ? sender : undefined],
    ['helo', helo === '' ? undefined : helo],
    ['receiver', receiver],
    ['identity', identity],
    // RFC 7208 section 9.1: the word "default" where no mechanism matched
    ['mechanism', judged ? (verdict.mechanism ?? 'default') : undefined],
    ['problem', result === 'permerror' || result === 'temperror' ? verdict.detail : undefined],
  ];
  const pairs = facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
  const prefix = receiver === undefined ? '' : `${receiver}: `;
  return {
    result,
    comment: clean(prefix + commentOf(verdict), MAX_COMMENT),
    pairs: pairs.map(([key, value]) => [key, clean(value, MAX_VALUE)] as const),
  };
}

function commentOf({ result, sender, ip, domain, detail }: SpfVerdict): string {
  switch (result) {
    case 'pass':
      return `domain of ${sender} designates ${ip} as permitted sender`;
    case 'fail':
      return `domain of ${sender} does not designate ${ip} as permitted sender`;
    case 'softfail':
      return `domain of transitioning ${sender} does not designate ${ip} as permitted sender`;
    case 'neutral':
      return `${ip} is neither permitted nor denied by domain of ${sender}`;
    case 'none':
      return `domain of ${sender} does not designate permitted sender hosts`;
    case 'temperror':
      return `temporary error in processing domain of ${domain}: ${detail}`;
    default:
      return `permanent error in processing domain of ${domain}: ${detail}`;
  }
}

/** RFC 7208 section 9.1: no invalid characters, not excessively long, nothing malicious that the sender provided. */
function clean(text: string, limit: number): string {
  const printable = visible(text).replace(/ +/g, ' ').trim();
  return printable.length > limit ? `${printable.slice(0, limit - 3)}...` : printable;
}

/** What is read from one field may be written into another: no octet of it may end a line there. */
function visible(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;

/**
 * The field as text, folded at 78 columns, with its final line end.
 *
 * @param lineEnd of the message that it goes into
 */
export function formatReceivedSpf({ result, comment, pairs }: ReceivedSpf, lineEnd = '\n'): string {
  const words = comment === '' ? [] : `(${visible(comment).replace(/[()\\]/g, '\\$&')})`.split(' ');
  const values = pairs.map(([key, value], i) => {
    const written = DOT_ATOM.test(value) ? value : `"${visible(value).replace(/["\\]/g, '\\$&')}"`;
    return `${visible(key)}=${written}${i === pairs.length - 1 ? '' : ';'}`;
  });
  const field = [`Received-SPF: ${result}`, ...words, ...values];
  return foldWords(field, { width: LINE, fold: `${lineEnd} `, indent: 1, start: 0 }) + lineEnd;
}

/**
 * Read a field that somebody wrote.
 *
 * @param value what is behind the colon, latin1, folds included
 * @returns `undefined` where it does not begin with one of the result words
 */
export function parseReceivedSpf(value: string): ReceivedSpf | undefined {
  const text = value.replace(/\r?\n(?=[ \t])/g, '');
  const word = /^[ \t]*([A-Za-z]+)/.exec(text);
  const result = SPF_RESULTS.find((known) => known === word?.[1]?.toLowerCase());
  if (word === null || result === undefined) return undefined;
  const scanner = new FieldScanner(text, word[0].length);
  const comment = scanner.comment() ?? '';
  return { result, comment, pairs: scanner.pairs() };
}

/** Pairs in one field that are read; more are no field of a mail server. */
const MAX_PAIRS = 50;

class FieldScanner {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  /** A comment, its nesting kept, its escapes undone; one that does not end is over at the end of the field. */
  comment(): string | undefined {
    this.#at = skipBlanks(this.#text, this.#at);
    if (this.#text[this.#at] !== '(') return undefined;
    return this.#part(endOfComment(this.#text, this.#at));
  }

  pairs(): [string, string][] {
    const pairs: [string, string][] = [];
    while (this.#at < this.#text.length && pairs.length < MAX_PAIRS) {
      this.#at = skipBlanks(this.#text, this.#at);
      if (this.comment() !== undefined) continue;
      const start = this.#at;
      while (/[^=;\s("]/.test(this.#text[this.#at] ?? ';')) this.#at++;
      const key = this.#text.slice(start, this.#at).toLowerCase();
      this.#at = skipBlanks(this.#text, this.#at);
      if (this.#text[this.#at] === '=' && key !== '') {
        this.#at++;
        this.#at = skipBlanks(this.#text, this.#at);
        pairs.push([key, this.#text[this.#at] === '"' ? this.#quoted() : this.#bare()]);
      } else if (this.#at === start || this.#text[this.#at] === ';') {
        this.#at++;
      }
    }
    return pairs;
  }

  #quoted(): string {
    return this.#part(endOfQuoted(this.#text, this.#at));
  }

  /** @param end behind the part that begins here; -1: it does not end */
  #part(end: number): string {
    const text = contentOf(this.#text, this.#at, end);
    this.#at = end === -1 ? this.#text.length : end;
    return text;
  }

  /** Real fields hold bare addresses and IPv6 addresses too, so anything up to a blank or `;` is taken. */
  #bare(): string {
    const start = this.#at;
    while (/[^;\s]/.test(this.#text[this.#at] ?? ';')) this.#at++;
    return this.#text.slice(start, this.#at);
  }
}

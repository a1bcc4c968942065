/**
 * Received fields as mail servers really write them: who came in, by which name. The grammar of RFC 5321 section 4.4 puts
 * the client's address into a comment and leaves its form to the server, so the forms are those of qmail, Postfix,
 * Sendmail, Exim, Exchange and their kin.
 */
import { type IpAddress, parseIpAddress } from '../syntax/ip-address.ts';
import { endOfComment } from '../syntax/structured-field.ts';

export interface ReceivedHop {
  /** The client's address, `undefined` where none can be read. */
  readonly ip: IpAddress | undefined;
  /** What it said in HELO, `undefined` where the field does not tell. */
  readonly helo: string | undefined;
  /** The name that the server found for the address. */
  readonly clientName: string | undefined;
  /** The envelope sender, where the field tells it (`envelope-from`); empty for the null sender. */
  readonly sender: string | undefined;
  /** The client logged in: this was a submission. */
  readonly authenticated: boolean;
  /** There is a `from` clause; without one the message was handed over inside the host. */
  readonly isFromClient: boolean;
}

/** A word or a comment (its text without the outer parentheses). */
interface Token {
  readonly kind: 'word' | 'comment';
  readonly text: string;
}

/** Longer than any Received field of a mail server; the rest of a longer one is not looked at. */
const MAX_FIELD = 16_384;

/**
 * Read one Received field.
 *
 * @param value what is behind the colon, latin1, folds included
 */
export function parseReceived(value: string): ReceivedHop {
  const tokens = tokenize(value.slice(0, MAX_FIELD));
  const isFromClient = isWord(tokens[0], 'from');
  const by = tokens.findIndex((token, i) => i > 0 && isWord(token, 'by'));
  const clause = isFromClient ? tokens.slice(1, by < 0 ? tokens.length : by) : [];
  const client = clientOf(clause);
  const rest = tokens.slice(clause.length);
  return {
    ...client,
    sender: senderOf(tokens),
    authenticated: isAuthenticated(clause, rest),
    isFromClient,
  };
}

function tokenize(value: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < value.length; ) {
    const character = value[at]!;
    if (/\s/.test(character)) {
      at++;
    } else if (character === '(') {
      const end = endOfComment(value, at); // one that does not end is over at the end of the field
      const text = value.slice(at + 1, end === -1 ? value.length : end - 1);
      tokens.push({ kind: 'comment', text: text.replace(/\s+/g, ' ') });
      at = end === -1 ? value.length : end;
    } else if (character === ';') {
      break; // the date
    } else {
      const start = at;
      while (at < value.length && !/[\s(;]/.test(value[at]!)) at++;
      tokens.push({ kind: 'word', text: value.slice(start, at) });
    }
  }
  return tokens;
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toLowerCase() === word;
}

type Client = Pick<ReceivedHop, 'ip' | 'helo' | 'clientName'>;

/** The tokens between `from` and `by`. */
function clientOf(clause: readonly Token[]): Client {
  const [first, ...more] = clause;
  const name = first?.kind === 'word' ? first.text : undefined;
  const comments = more.filter((token) => token.kind === 'comment').map((token) => token.text);
  const named = heloIn(comments);
  const found = addressIn(comments);
  const literal = name === undefined ? undefined : bracketed(name);
  // Exim without a name: `from [192.0.2.1] (helo=mail.example.com)`; the first word of others is what HELO said
  const ip = found?.ip ?? literal;
  if (named !== undefined) {
    // qmail and Exim: the first word is the name that DNS gave, and HELO stands in a comment
    return { ip, helo: named, clientName: literal === undefined && name !== 'unknown' ? name : undefined };
  }
  const isQmail = found?.form === 'bare' && comments.length === 1;
  const clientName = found?.clientName ?? (isQmail && name !== 'unknown' ? name : undefined);
  return { ip, helo: found === undefined && literal !== undefined ? undefined : name, clientName };
}

/** `(HELO mail.example.com)` of qmail, `helo=mail.example.com` of Exim, `HELO name` of CommuniGate. */
function heloIn(comments: readonly string[]): string | undefined {
  for (const comment of comments) {
    const found = /(?:^|[\s,])(?:helo|ehlo)[ =](\S+)/i.exec(comment);
    if (found !== null) return found[1]!;
  }
  return undefined;
}

interface FoundAddress {
  readonly ip: IpAddress;
  readonly clientName: string | undefined;
  /** `bracketed`: in `[...]`, as Postfix, Sendmail and Exim do. `bare`: as qmail and Exchange do. */
  readonly form: 'bracketed' | 'bare';
}

function addressIn(comments: readonly string[]): FoundAddress | undefined {
  for (const comment of comments) {
    const open = comment.indexOf('[');
    const ip = open < 0 ? undefined : bracketed(comment.slice(open));
    if (ip !== undefined) return { ip, clientName: nameBefore(comment.slice(0, open)), form: 'bracketed' };
  }
  // The last one: what stands before it (qmail's HELO comment) is the client's own words
  for (const comment of comments.toReversed()) {
    if (/^(?:helo|ehlo)\b/i.test(comment)) continue;
    // qmail puts what ident or a login said before the address: `(user@example.com@192.0.2.1)`
    const ip = parseIpAddress(comment.slice(comment.lastIndexOf('@') + 1).trim());
    if (ip !== undefined) return { ip, clientName: undefined, form: 'bare' };
  }
  return undefined;
}

/** The address in `[192.0.2.1]`, `[IPv6:2001:db8::1]` or `[192.0.2.1]:25` at the start of a text. */
function bracketed(text: string): IpAddress | undefined {
  const close = text.indexOf(']');
  if (!text.startsWith('[') || close < 0) return undefined;
  return parseIpAddress(text.slice(1, close).replace(/^IPv6:/i, ''));
}

/** `mail.example.com. ` or `IDENT:user@mail.example.com ` before a bracket. */
function nameBefore(text: string): string | undefined {
  const word = text.trim().split(' ').at(-1)!;
  const name = word.slice(word.lastIndexOf('@') + 1).replace(/\.$/, '');
  return name === '' || name.toLowerCase() === 'unknown' ? undefined : name;
}

/** `(envelope-from <a@b>)` of Sendmail and Exim, `(envelope-sender <a@b>)` of qmail's kin, `envelope-from <a@b>` as words. */
function senderOf(tokens: readonly Token[]): string | undefined {
  const clause = /envelope-(?:from|sender) ?<([^<>]*)>/i;
  for (const [i, token] of tokens.entries()) {
    const text = token.kind === 'comment' ? token.text : `${token.text} ${tokens[i + 1]?.text ?? ''}`;
    const found = clause.exec(text);
    if (found !== null) return found[1]!;
  }
  return undefined;
}

/** RFC 3848: `with ESMTPA` and `ESMTPSA`. Postfix: `(Authenticated sender: ...)`; Exim: `(authenticated as ...)`. */
function isAuthenticated(clause: readonly Token[], rest: readonly Token[]): boolean {
  const protocol = rest.findIndex((token) => isWord(token, 'with'));
  const word = protocol < 0 ? '' : (rest[protocol + 1]?.text ?? '');
  if (/^(?:E|L|UTF8)?SMTPS?A$/i.test(word)) return true;
  return [...clause, ...rest].some(
    (token) => token.kind === 'comment' && /^(?:smtp-)?auth(?:enticated)?\b/i.test(token.text),
  );
}

/** The facts of one SMTP session as check_host() takes them (RFC 7208 section 4.1): address, identity, the rest for macros. */
import { DktoolError } from '../errors.ts';
import { type IpAddress, parseIpAddress, parseIpv4, unmapped } from '../syntax/ip-address.ts';
import { sessionDomain } from './target-name.ts';
import type { SpfIdentity } from './verdict.ts';

/** What is known of a session; texts are latin1. */
export interface SpfSession {
  /** The address of the SMTP client, as text. */
  readonly ip: string;
  /** What it said in HELO or EHLO; empty where it is not known. */
  readonly helo: string;
  /** The envelope sender; empty or `<>` for the null sender. `<a@b>` is taken like `a@b`. */
  readonly sender: string;
}

export interface Identity {
  readonly kind: SpfIdentity;
  /** RFC 7208 section 4.3: never without a local part. */
  readonly sender: string;
  readonly localPart: string;
  readonly domain: string;
}

/**
 * The identity that is checked. A null sender means postmaster at the HELO name (RFC 7208 section 2.4).
 *
 * @param asked `mailfrom` is the HELO identity too where the sender is null
 */
export function identityOf(session: Pick<SpfSession, 'helo' | 'sender'>, asked: SpfIdentity): Identity {
  const path = withoutRoute(withoutBrackets(session.sender));
  if (asked === 'helo' || path === '') {
    const domain = sessionDomain(session.helo);
    return { kind: 'helo', sender: `postmaster@${domain}`, localPart: 'postmaster', domain };
  }
  // The last "@": a quoted local part may hold others
  const at = path.lastIndexOf('@');
  const domain = sessionDomain(path.slice(at + 1));
  const localPart = path.slice(0, Math.max(at, 0)) || 'postmaster'; // RFC 7208 section 4.3
  return { kind: 'mailfrom', sender: `${localPart}@${domain}`, localPart, domain };
}

function withoutBrackets(sender: string): string {
  const text = sender.trim();
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1).trim() : text;
}

/** RFC 7208 section 2.2: source routes (RFC 5321 appendix C, `@a,@b:user@domain`) must not hide the domain. */
function withoutRoute(path: string): string {
  const colon = path.indexOf(':');
  return path.startsWith('@') && colon > 0 ? path.slice(colon + 1) : path;
}

/**
 * The client's address; an IPv4-mapped one counts as IPv4 (RFC 7208 section 5).
 *
 * @throws DktoolError `bad-ip-address` with what is wrong about it
 */
export function clientAddress(text: string): IpAddress {
  const ip = parseIpAddress(text.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1'));
  if (ip !== undefined) return unmapped(ip);
  throw new DktoolError('bad-ip-address', `'${text}' is not an IP address: ${ipProblem(text)}`, {
    kind: 'permanent',
    hint: 'give it as 192.0.2.1 or 2001:db8::1',
  });
}

function ipProblem(text: string): string {
  if (text === '') return 'it is empty';
  if (text.includes('%')) return 'a zone id has no meaning on another host';
  if (text.includes('/')) return 'this is a network';
  if (text.includes(':')) return 'not of the form of RFC 4291 section 2.2';
  const parts = text.split('.');
  if (!parts.every((part) => /^[0-9]+$/.test(part))) return 'not four decimal numbers';
  if (parts.length !== 4) return `it has ${parts.length} ${parts.length === 1 ? 'number' : 'numbers'} of 4`;
  const padded = parts.find((part) => part.length > 1 && part.startsWith('0'));
  if (padded === undefined) return 'a number is over 255';
  return parseIpv4(parts.map((part) => String(Number(part))).join('.')) === undefined
    ? 'a number is over 255'
    : `'${padded}' has a leading zero, which some programs read as octal`;
}

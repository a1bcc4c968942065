/** The session that a saved message came in by, read from its trace fields. Nothing is guessed: what is not known is reported as such. */
import type { HeaderBlock, HeaderField } from '../header/header-block.ts';
import { parseReceived, type ReceivedHop } from '../header/received.ts';
import { formatIpAddress, parseIpAddress } from '../syntax/ip-address.ts';
import { type IpNetwork, isInNetwork, scopeOf } from '../syntax/ip-network.ts';
import { parseReceivedSpf } from './received-spf.ts';

/** A fact with the field that tells it. */
export interface Sourced {
  readonly value: string;
  /** `Received 2`, `Return-Path`, `Received-SPF`. */
  readonly source: string;
}

/** A session as far as the fields name it; `undefined` for what none of them does. */
export interface MessageSession {
  readonly ip: Sourced | undefined;
  readonly helo: Sourced | undefined;
  /** Empty for the null sender. */
  readonly sender: Sourced | undefined;
  /** The field that was taken for the client's address, in one line, latin1. */
  readonly line: string | undefined;
  /** The client had logged in there. */
  readonly authenticated: boolean;
  /** Why there is no address: one sentence without a full stop. */
  readonly problem: string | undefined;
}

/** Which Received field is the one that the own border wrote. */
export interface HopChoice {
  /** 1 is the topmost Received field; `undefined`: the first whose client is neither private nor trusted. */
  readonly hop?: number | undefined;
  /** Own relays, passed over on the way down. */
  readonly trusted?: readonly IpNetwork[] | undefined;
}

/**
 * Read the SMTP session off the trace fields of a saved message. A forged header can hold anything: say with `choice`
 * which fields are your own.
 */
export function sessionOf(header: HeaderBlock, choice: HopChoice = {}): MessageSession {
  const chosen = choose(header, choice);
  const spf = recordedSession(header, chosen);
  const path = header.named('return-path')[0];
  const hop = chosen.hop;
  const source = chosen.field === undefined ? '' : `Received ${chosen.number}`;
  const sender = firstOf(
    path === undefined ? undefined : { value: pathOf(header.value(path)), source: 'Return-Path' },
    spf?.sender,
    hop?.sender === undefined ? undefined : { value: hop.sender, source },
  );
  const shared = { sender, authenticated: hop?.authenticated ?? false };
  if (chosen.problem === undefined && hop?.ip !== undefined) {
    return {
      ...shared,
      ip: { value: formatIpAddress(hop.ip), source },
      helo: firstOf(hop.helo === undefined ? undefined : { value: hop.helo, source }, spf?.helo),
      line: lineOf(header, chosen.field!),
      problem: undefined,
    };
  }
  if (spf?.ip !== undefined && choice.hop === undefined) {
    return { ...shared, ip: spf.ip, helo: spf.helo, line: lineOf(header, spf.field), problem: undefined };
  }
  return { ...shared, ip: undefined, helo: undefined, line: undefined, problem: chosen.problem };
}

function firstOf(...facts: (Sourced | undefined)[]): Sourced | undefined {
  return facts.find((fact) => fact !== undefined);
}

interface Chosen {
  readonly field: HeaderField | undefined;
  readonly hop: ReceivedHop | undefined;
  /** From 1, counted from the top. */
  readonly number: number;
  readonly problem: string | undefined;
}

const nowhere = (problem: string): Chosen => ({ field: undefined, hop: undefined, number: 0, problem });

function choose(header: HeaderBlock, { hop: wanted, trusted = [] }: HopChoice): Chosen {
  const fields = header.named('received');
  if (wanted !== undefined) {
    const field = fields[wanted - 1];
    if (field === undefined) return nowhere(`there is no Received field ${wanted}: the message has ${fields.length}`);
    const hop = parseReceived(header.value(field));
    const problem = hop.ip === undefined ? `Received field ${wanted} has no client address` : undefined;
    return { field, hop, number: wanted, problem };
  }
  for (const [i, field] of fields.entries()) {
    const hop = parseReceived(header.value(field));
    if (!hop.isFromClient) continue; // handed over inside the host
    const number = i + 1;
    // Below a field that cannot be read anybody may have written what stands there
    if (hop.ip === undefined) {
      return { field, hop, number, problem: `the client address in Received field ${number} cannot be read` };
    }
    const ip = hop.ip;
    if (scopeOf(ip) !== undefined || trusted.some((network) => isInNetwork(ip, network))) continue;
    return { field, hop, number, problem: undefined };
  }
  return nowhere(
    fields.length === 0
      ? 'the message has no Received field'
      : 'every client in the Received fields is private, local or trusted',
  );
}

interface RecordedSession {
  readonly field: HeaderField;
  readonly ip: Sourced | undefined;
  readonly helo: Sourced | undefined;
  readonly sender: Sourced | undefined;
}

/**
 * A Received-SPF field that the same host wrote: it stands above the Received field of that host (RFC 7208 section 9.1).
 * One further down came with the message and proves nothing, nor does one in a message without a Received field.
 */
function recordedSession(header: HeaderBlock, chosen: Chosen): RecordedSession | undefined {
  const limit = chosen.field?.start ?? header.named('received')[0]?.start ?? Number.NEGATIVE_INFINITY;
  const field = header.named('received-spf').findLast((candidate) => candidate.start < limit);
  const parsed = field === undefined ? undefined : parseReceivedSpf(header.value(field));
  if (field === undefined || parsed === undefined) return undefined;
  const pairs = new Map(parsed.pairs);
  const fact = (key: string): Sourced | undefined => {
    const value = pairs.get(key);
    return value === undefined ? undefined : { value, source: 'Received-SPF' };
  };
  const ip = fact('client-ip');
  const sender = fact('envelope-from');
  return {
    field,
    ip: ip !== undefined && parseIpAddress(ip.value) !== undefined ? ip : undefined,
    helo: fact('helo'),
    sender: sender === undefined ? undefined : { ...sender, value: pathOf(sender.value) },
  };
}

/** `<a@b>` or `a@b`, whichever is written; comments of Return-Path are rare and not expected. */
function pathOf(value: string): string {
  const text = value.replace(/[\r\n]/g, '').trim();
  const open = text.indexOf('<');
  const close = text.indexOf('>', open);
  return open >= 0 && close > open ? text.slice(open + 1, close) : text;
}

function lineOf(header: HeaderBlock, field: HeaderField): string {
  return `${header.spelledName(field)}:${header.value(field).replace(/\r?\n[ \t]*/g, ' ')}`;
}

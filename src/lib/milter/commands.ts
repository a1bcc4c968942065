/** What an MTA says, one packet at a time. Texts are latin1, one character an octet. */
import { DktoolError } from '../errors.ts';
import type { Packet } from './frames.ts';
import { COMMAND } from './protocol.ts';

/** SMFIC_OPTNEG. */
export interface Offer {
  readonly version: number;
  /** SMFIF_*: what a filter may do. */
  readonly actions: number;
  /** SMFIP_*: what a filter may ask for. */
  readonly protocol: number;
}

/** Where a client connects from: SMFIA_INET, SMFIA_INET6, SMFIA_UNIX, SMFIA_UNKNOWN. */
export type ClientFamily = 'inet' | 'inet6' | 'unix' | 'unknown';

export type MilterCommand =
  | { readonly name: 'negotiate'; readonly offer: Offer }
  /** Symbols for the command that comes next, such as `i` and `{auth_type}`. */
  | { readonly name: 'macros'; readonly stage: string; readonly macros: readonly (readonly [string, string])[] }
  | {
      readonly name: 'connect';
      readonly host: string;
      readonly family: ClientFamily;
      /** Without `IPv6:` before it; empty for an unknown one. */
      readonly address: string;
    }
  | { readonly name: 'helo'; readonly host: string }
  /** `sender`: without the angle brackets. */
  | { readonly name: 'mail'; readonly sender: string }
  /** `value`: everything behind the colon, with LF for line ends; where it was agreed on, with the blank that leads. */
  | { readonly name: 'header'; readonly field: string; readonly value: Buffer }
  | { readonly name: 'endOfHeader' }
  | { readonly name: 'body'; readonly piece: Buffer }
  /** `piece`: the last of the body, mostly empty. */
  | { readonly name: 'endOfBody'; readonly piece: Buffer }
  | { readonly name: 'abort' }
  | { readonly name: 'quit' }
  | { readonly name: 'quitNewConnection' }
  /** A command that is only answered: a recipient, DATA, or an SMTP command that the MTA does not know. */
  | { readonly name: 'other' };

/**
 * Read a packet.
 *
 * @throws DktoolError `milter-protocol` where it is none that an MTA sends
 */
export function parseCommand({ command, data }: Packet): MilterCommand {
  switch (command) {
    case COMMAND.negotiate:
      return { name: 'negotiate', offer: offerIn(data) };
    case COMMAND.macros:
      return macrosIn(data);
    case COMMAND.connect:
      return connectIn(data);
    case COMMAND.helo:
      return { name: 'helo', host: textsIn(data)[0] ?? bad('HELO without a name') };
    case COMMAND.mail:
      return { name: 'mail', sender: pathIn(textsIn(data)[0] ?? bad('MAIL without a sender')) };
    case COMMAND.header:
      return headerIn(data);
    case COMMAND.endOfHeader:
      return { name: 'endOfHeader' };
    case COMMAND.body:
      return { name: 'body', piece: data };
    case COMMAND.endOfBody:
      return { name: 'endOfBody', piece: data };
    case COMMAND.abort:
      return { name: 'abort' };
    case COMMAND.quit:
      return { name: 'quit' };
    case COMMAND.quitNewConnection:
      return { name: 'quitNewConnection' };
    case COMMAND.recipient:
    case COMMAND.data:
    case COMMAND.unknown:
      return { name: 'other' };
    default:
      return bad(`an unknown command, 0x${command.charCodeAt(0).toString(16).padStart(2, '0')}`);
  }
}

function bad(what: string): never {
  throw new DktoolError('milter-protocol', `${what}: this is not the milter protocol`, { kind: 'temporary' });
}

function offerIn(data: Buffer): Offer {
  if (data.length < 12) bad('a negotiation that is truncated');
  return { version: data.readUInt32BE(0), actions: data.readUInt32BE(4), protocol: data.readUInt32BE(8) };
}

/** NUL-terminated texts. */
function textsIn(data: Buffer): string[] {
  const texts = data.toString('latin1').split('\0');
  if (texts.pop() !== '') bad('a text without its end');
  return texts;
}

function macrosIn(data: Buffer): MilterCommand {
  if (data.length === 0) bad('macros of no command');
  const texts = textsIn(data.subarray(1));
  const macros: [string, string][] = [];
  for (let i = 0; i + 1 < texts.length; i += 2) macros.push([texts[i]!, texts[i + 1]!]);
  return { name: 'macros', stage: String.fromCharCode(data[0]!), macros };
}

const FAMILIES: Readonly<Record<string, ClientFamily>> = { '4': 'inet', '6': 'inet6', L: 'unix', U: 'unknown' };

/** The name of the client, its family and, but for an unknown one, a port of two octets and an address. */
function connectIn(data: Buffer): MilterCommand {
  const nul = data.indexOf(0);
  const letter = nul === -1 ? '' : String.fromCharCode(data[nul + 1] ?? 0);
  const family = FAMILIES[letter] ?? bad('a client of an unknown family');
  const host = data.toString('latin1', 0, nul);
  if (family === 'unknown') return { name: 'connect', host, family, address: '' };
  const address = textsIn(data.subarray(nul + 4))[0] ?? bad('a client without an address');
  return { name: 'connect', host, family, address: address.replace(/^IPv6:/i, '') };
}

function pathIn(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text;
}

const [LF, SP, TAB] = [0x0a, 0x20, 0x09];

/** A colon or a line end in a name, or a line in a value that is no fold, would be a field more for whoever reads the message. */
function headerIn(data: Buffer): MilterCommand {
  const nul = data.indexOf(0);
  const end = data.indexOf(0, nul + 1);
  if (nul < 1 || end !== data.length - 1) bad('a header field without its end');
  const field = data.toString('latin1', 0, nul);
  if (/[:\n]/.test(field)) bad('a header field with an impossible name');
  const value = data.subarray(nul + 1, end);
  for (let at = value.indexOf(LF); at !== -1; at = value.indexOf(LF, at + 1)) {
    const next = value[at + 1];
    if (next !== SP && next !== TAB) bad('a header field with a line that is not folded');
  }
  return { name: 'header', field, value };
}

/** The shapes in which a file holds a key: PEM, DER, or base64 of either DER or bare Ed25519 octets. */
import { parseTagList } from '../syntax/tag-list.ts';
import { DER_TAG, readDer } from './der.ts';
import type { KeyProblem } from './key-problem.ts';
import { looksLikePem, type PemBlock, readPem } from './pem.ts';

export type KeyText =
  | { readonly shape: 'pem'; readonly blocks: readonly PemBlock[] }
  | { readonly shape: 'der'; readonly der: Buffer }
  /** Base64 of 32 octets (dkimpy, OpenDKIM) or 64 (rspamd). */
  | { readonly shape: 'octets'; readonly octets: Buffer }
  /** A DKIM or DomainKeys key record. */
  | { readonly shape: 'record'; readonly text: string };

const SHAPES_READ = 'supported are PEM, DER, and base64 of an Ed25519 seed';
const LINE_END = /\r\n|\n|\r/;
const ALL_BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const ED25519_LENGTHS = [32, 64];
/** Below this, base64 characters are as likely an English word as what is left of a key. */
const FEWEST_KEY_OCTETS = 16;

/** Find out the shape of a key file. The key in it is not looked into. */
export function readKeyText(bytes: Buffer): KeyText | KeyProblem {
  if (bytes.length === 0) return { code: 'key-empty', problem: 'is empty' };
  if (bytes[0] === DER_TAG.sequence && !isText(bytes)) return { shape: 'der', der: withoutBlanksBehind(bytes) };
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return {
      code: 'key-not-found',
      problem: 'is UTF-16 text, which no program reads as a key',
      hint: 'save it as ASCII: iconv -f UTF-16 -t ASCII FILE > FILE.ascii',
    };
  }
  const text = bytes.toString('latin1');
  const blocks = readPem(text);
  if (blocks.length > 0) return { shape: 'pem', blocks };
  if (looksLikePem(text)) return brokenPem(text);
  return readBareText(text);
}

/** Printable ASCII and blanks: a DER of such octets alone would be no key. */
function isText(bytes: Buffer): boolean {
  return bytes.every((octet) => (octet >= 0x20 && octet < 0x7f) || (octet >= 0x09 && octet <= 0x0d));
}

/** An editor or a shell may have put a line end behind a DER file. */
function withoutBlanksBehind(bytes: Buffer): Buffer {
  const element = readDer(bytes);
  if (typeof element === 'string' || element.rest.toString('latin1').trim() !== '') return bytes;
  return bytes.subarray(0, bytes.length - element.rest.length);
}

function brokenPem(text: string): KeyProblem {
  const isJoined = text.includes('-----BEGIN') && text.includes('-----END');
  return {
    code: 'key-damaged',
    problem: isJoined
      ? "is damaged: the '-----BEGIN' of a PEM file is not on a line of its own"
      : "is truncated: a whole '-----BEGIN ...-----' line is missing",
  };
}

function readBareText(text: string): KeyText | KeyProblem {
  const none: KeyProblem = { code: 'key-not-found', problem: 'contains no key', hint: SHAPES_READ };
  const joined = text.replace(/\s+/g, '');
  if (joined === '') return { code: 'key-empty', problem: 'is empty' };
  if (ALL_BASE64.test(joined)) return readBareBase64(joined) ?? none;
  const tags = parseTagList(text.trim());
  if (tags.ok && tags.tags.has('p')) return { shape: 'record', text: text.trim() };
  // Bare octets with text around them: one line of just the right length, and no other that could belong to a key.
  const encoded = text
    .split(LINE_END)
    .map((line) => line.trim())
    .filter((line) => line.length >= 40 && ALL_BASE64.test(line));
  const octets = Buffer.from(encoded[0] ?? '', 'base64');
  return encoded.length === 1 && ED25519_LENGTHS.includes(octets.length) ? { shape: 'octets', octets } : none;
}

function readBareBase64(text: string): KeyText | KeyProblem | undefined {
  const octets = Buffer.from(text, 'base64');
  // Some writers leave the final = out; a single character left over is the rest of more.
  const isWhole = text.replace(/=+$/, '').length % 4 !== 1;
  if (isWhole && ED25519_LENGTHS.includes(octets.length)) return { shape: 'octets', octets };
  if (octets[0] === DER_TAG.sequence) return { shape: 'der', der: octets };
  if (octets.length < FEWEST_KEY_OCTETS) return undefined;
  const problem = `is truncated or not a key: its base64 has ${octets.length} octets, an Ed25519 key 32 or 64`;
  return { code: 'key-damaged', problem };
}

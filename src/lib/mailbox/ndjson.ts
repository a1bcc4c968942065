/** A message in a line of JSON: `{"id": "...", "raw_b64": "..."}`. */
import { DktoolError } from '../errors.ts';

export interface LineMessage {
  readonly id: string;
  readonly bytes: Buffer;
}

/** Base64 and base64url, white space and all (RFC 4648 sections 4 and 5). */
const BASE64 = /^[A-Za-z0-9+/_\s-]*={0,2}\s*$/;

/**
 * @param line UTF-8 text without its line end
 * @throws DktoolError `bad-line` where it is no such object
 */
export function parseLineMessage(line: string): LineMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw badLine(`the line is not JSON: ${(cause as Error).message}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badLine('the line is not JSON object');
  const { id, raw_b64: raw } = value as Record<string, unknown>;
  if (typeof id !== 'string' && typeof id !== 'number') throw badLine('the line has no "id", text or a number');
  if (typeof raw !== 'string') throw badLine('the line has no "raw_b64", the message in base64');
  if (!BASE64.test(raw)) throw badLine('"raw_b64" is not base64');
  return { id: String(id), bytes: Buffer.from(raw, 'base64') };
}

function badLine(sentence: string, cause?: unknown): DktoolError {
  return new DktoolError('bad-line', sentence, {
    kind: 'permanent',
    hint: 'a line is an object such as {"id":"1","raw_b64":"RnJvbTog..."}',
    cause,
  });
}

/**
 * The file of a keyring: a line that says what it is, then a line of JSON a record. A file that does not begin so is never
 * overwritten: a keyring cannot be made again.
 */
import { asciiJson } from '../syntax/ascii-json.ts';
import { DktoolError } from '../errors.ts';
import { entryProblem, formatTime, parseTime } from './entry.ts';
import type { KeyringEntry } from './keyring.ts';

const HEADER = '{"dktool-keyring":1}';

interface Line {
  readonly name?: unknown;
  readonly record?: unknown;
  readonly first?: unknown;
  readonly last?: unknown;
  readonly origin?: unknown;
  readonly disclosed?: unknown;
}

/**
 * @param source the file's name, for messages
 * @param lines UTF-8 texts without their line ends; `undefined` for one that is too long
 * @throws DktoolError `keyring-corrupt` for the first line that is wrong
 */
export function* parseKeyring(source: string, lines: Iterable<string | undefined>): Generator<KeyringEntry> {
  let number = 0;
  for (const line of lines) {
    number++;
    const place = `${source}, line ${number}`;
    if (number === 1) {
      if (line !== HEADER) throw corrupt(`${source} is not a keyring: it does not begin with ${HEADER}`);
    } else yield parseEntry(line, place);
  }
  if (number === 0) throw corrupt(`${source} is not a keyring: it is empty`);
}

function parseEntry(text: string | undefined, place: string): KeyringEntry {
  let value: Line | null;
  try {
    value = JSON.parse(text ?? '') as Line | null;
  } catch (cause) {
    throw corrupt(`${place}: this is not JSON`, cause);
  }
  if (typeof value !== 'object' || value === null) throw corrupt(`${place}: this is not an object`);
  const { name, record, origin = null } = value;
  if (typeof name !== 'string' || typeof record !== 'string') throw corrupt(`${place}: there is no name and record`);
  if (origin !== null && typeof origin !== 'string') throw corrupt(`${place}: the origin is not a text`);
  const problem = entryProblem({ name, record });
  if (problem !== undefined) throw corrupt(`${place}: ${problem}`);
  const time = (key: 'first' | 'last' | 'disclosed') => {
    const given = value[key] ?? undefined;
    const seconds = typeof given === 'string' ? parseTime(given) : undefined;
    if (given !== undefined && seconds === undefined) throw corrupt(`${place}: ${key} is not a time`);
    return seconds;
  };
  return {
    name,
    record,
    first: time('first'),
    last: time('last'),
    origin: origin ?? undefined,
    disclosed: time('disclosed'),
  };
}

/** The lines of a keyring, each with its line feed. */
export function* formatKeyring(entries: Iterable<KeyringEntry>): Generator<string> {
  yield `${HEADER}\n`;
  for (const { name, record, first, last, origin, disclosed } of entries) {
    const line = { name, record, first: formatTime(first), last: formatTime(last), origin };
    yield `${asciiJson(disclosed === undefined ? line : { ...line, disclosed: formatTime(disclosed) })}\n`;
  }
}

function corrupt(sentence: string, cause?: unknown): DktoolError {
  return new DktoolError('keyring-corrupt', sentence, {
    kind: 'temporary',
    hint: 'the file is left as it is: put it right, or restore a copy',
    cause,
  });
}

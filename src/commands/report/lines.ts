import type { ByteSource } from '../../console/streams/bytes.ts';
import { piecesOf } from '../../console/streams/lines.ts';
import { countsOf, type LineCounts } from '../../lib/archive-report/line.ts';
import { DktoolError } from '../../lib/errors.ts';

/** Octets of a line: a report of a million groups, or a message with thousands of signatures. */
const LONGEST_LINE = 256 * 1024 * 1024;
const LF = 0x0a;

/**
 * What the lines of a file add to a report.
 *
 * @param warn takes a sentence about a last line that was cut, which counts for nothing
 * @throws DktoolError `bad-line` for a line that dktool did not write
 */
export function* linesIn(source: ByteSource, name: string, warn: (sentence: string) => void): Generator<LineCounts> {
  let number = 0;
  let before: Buffer | undefined;
  for (const piece of piecesOf(source, LF, LONGEST_LINE)) {
    if (piece === undefined) continue;
    if (before !== undefined) yield countsIn(before, name, number);
    // The last one may have been cut: it is looked at when it is known to be the last.
    before = Buffer.from(piece);
    number++;
  }
  if (before === undefined) return;
  if (before[0] === OPENING_BRACE && jsonOf(before) === undefined) {
    warn(`${name}, line ${number} was cut and is left out: the run that wrote it did not end`);
  } else yield countsIn(before, name, number);
}

const OPENING_BRACE = 0x7b;
const NOTHING: LineCounts = { messages: 0, groups: [], changes: [] };

function countsIn(line: Buffer, name: string, number: number): LineCounts {
  if (line.length > LONGEST_LINE) throw badLine(name, number, `it has more than ${LONGEST_LINE / 1024 / 1024} MiB`);
  if (line.toString('latin1').trim() === '') return NOTHING;
  const value = jsonOf(line);
  if (value === undefined) throw badLine(name, number, 'it is not JSON');
  const counts = countsOf(value);
  if (counts === undefined) throw badLine(name, number, 'it has neither the fields of a verdict nor those of a report');
  return counts;
}

function jsonOf(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

function badLine(name: string, number: number, why: string): DktoolError {
  return new DktoolError('bad-line', `${name}, line ${number} is not a line of dktool verify --json: ${why}`, {
    kind: 'permanent',
  });
}

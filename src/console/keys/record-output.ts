import { DktoolError } from '../../lib/errors.ts';
import { ClosedPipeError } from '../streams/bytes.ts';
import type { Context } from '../context.ts';
import type { WrittenKeys } from './key-output.ts';

/**
 * The record is written once its key is safe: a record that got published without its key would make mail fail. If it cannot be
 * written (a full disk behind `>`, a reader that has gone), the keys are taken away again: nobody knows them yet, and a status
 * other than 0 means that nothing has happened.
 */
export function writeRecords(lines: string, written: WrittenKeys, context: Context): void {
  try {
    context.stdout.write(lines);
  } catch (error) {
    written.undo();
    if (!(error instanceof DktoolError) || error instanceof ClosedPipeError) throw error;
    const { code, kind, message } = error;
    throw new DktoolError(code, `${message}; the new key has been removed`, { kind, cause: error });
  }
}

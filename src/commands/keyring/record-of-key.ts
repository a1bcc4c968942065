import { formatKeyRecord } from '../../lib/keys/key-record.ts';
import { newKeyRecord } from '../../lib/keys/new-key-record.ts';
import { readRecordSource } from '../../lib/keys/record-source.ts';

/**
 * The record of a private or public key, or of a file that holds a record.
 *
 * @param name how messages call it
 * @returns latin1
 * @throws DktoolError as readRecordSource does
 */
export async function recordOfKey(bytes: Buffer, name: string): Promise<string> {
  const source = await readRecordSource(bytes, { name });
  return source.published?.text ?? formatKeyRecord(newKeyRecord(source));
}

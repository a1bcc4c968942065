/** The key record that DNS has. */
import { parseKeyRecord } from '../../lib/keys/key-record.ts';
import { readPublishedRecord, type RecordSource } from '../../lib/keys/record-source.ts';
import { joinStrings } from '../../lib/dns/txt-formats/text.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { Context } from '../../console/context.ts';
import type { KeyOwner } from '../../console/keys/key-owner.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import type { Outcome } from '../../console/outcome.ts';
import { resolverOf } from '../../console/options/resolver.ts';
import { usage } from '../../console/options/usage.ts';

export interface NoRecord {
  readonly outcome: Outcome;
  readonly problem: string;
}

/**
 * Ask for the record of a key.
 *
 * @returns the record, or how the command ends without one
 * @throws DktoolError: permanent where the domain is not known or the record is unsound, temporary where DNS does not answer
 */
export async function publishedRecord(
  owner: KeyOwner,
  options: DnsOptions,
  context: Context,
): Promise<RecordSource | NoRecord> {
  if (owner.domain === undefined) {
    throw usage('a domain is needed to look the key up in DNS');
  }
  const resolver = await resolverOf(options, context);
  const answer = await resolver.query(owner.name, 'TXT');
  if (answer.status === 'temperror') {
    throw new DktoolError('dns-unavailable', `no answer for ${owner.name}: ${answer.detail}`, { kind: 'temporary' });
  }
  if (answer.status !== 'found') return { outcome: 'nothing', problem: `no record is published at ${owner.name}` };
  const texts = answer.records.map(joinStrings);
  // Other kinds of records, such as a wildcard's SPF text, are discarded (RFC 6376 section 6.1.2).
  const [text, second] = texts.length === 1 ? texts : texts.filter((one) => parseKeyRecord(one).ok);
  if (text === undefined) return { outcome: 'nothing', problem: `no key record is published at ${owner.name}` };
  if (second !== undefined) {
    // RFC 6376 section 3.6.2.2: with several, the results are undefined.
    return {
      outcome: 'negative',
      problem: `several key records are published at ${owner.name}; there must be only one`,
    };
  }
  return readPublishedRecord(text, owner.name);
}

import { DktoolError } from '../../errors.ts';
import { keptBeside } from './neighbours.ts';
import { quoted, quotedStrings, route53Text } from './quoting.ts';
import { DEFAULT_TTL, type TxtRecord, type TxtWriter } from './record.ts';

/**
 * The change batch of ChangeResourceRecordSets (Route 53 API Reference), as `aws route53 change-resource-record-sets
 * --change-batch` takes it. UPSERT replaces the whole set of a name. Where others share it, the set that is known to be
 * there is deleted, which fails unless it is just that, and made anew with the others in it; all or nothing is done.
 */
export const route53: TxtWriter = {
  owner: 'whole',
  format: (records) => JSON.stringify({ Changes: records.flatMap(changes) }),
  removal: (records) => JSON.stringify({ Changes: records.map(deletion) }),
};

function changes(record: TxtRecord): object[] {
  const { owner, text, among } = record;
  const ttl = record.ttl ?? among?.ttl ?? DEFAULT_TTL;
  const change = (Action: string, TTL: number, values: readonly string[]) => ({
    Action,
    ResourceRecordSet: {
      Name: `${owner}.`,
      Type: 'TXT',
      TTL,
      ResourceRecords: values.map((Value) => ({ Value })),
    },
  });
  const value = quotedStrings(text, route53Text);
  if (among === undefined) return [change('UPSERT', ttl, [value])];
  const { present = [] } = among;
  if (present.length === 0) return [change('CREATE', ttl, [value])];
  if (among.ttl === undefined) {
    throw new DktoolError(
      'record-unfit',
      `the TTL of the TXT records at ${owner} is unknown, and Route 53 needs it to delete them`,
      {
        kind: 'temporary',
        hint: { code: 'ask-authoritative', name: owner },
      },
    );
  }
  return [
    change('DELETE', among.ttl, valuesOf(present)),
    change('CREATE', ttl, [...valuesOf(keptBeside(among)), value]),
  ];
}

/** A set is deleted only with its own values and time to live. */
function deletion({ owner, ttl = DEFAULT_TTL, text }: TxtRecord): object {
  const ResourceRecords = [{ Value: quotedStrings(text, route53Text) }];
  return { Action: 'DELETE', ResourceRecordSet: { Name: `${owner}.`, Type: 'TXT', TTL: ttl, ResourceRecords } };
}

function valuesOf(records: readonly (readonly string[])[]): string[] {
  return records.map((strings) => quoted(strings, route53Text));
}

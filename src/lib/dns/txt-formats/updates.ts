/** TXT records as orders to those who hold the zone: dynamic updates and the interfaces of DNS services. */
import { DktoolError } from '../../errors.ts';
import { masterFileText, quoted, quotedStrings, route53Text } from './quoting.ts';
import { keptBeside } from './neighbours.ts';
import type { TxtRecord } from './format.ts';

/** For formats that want a time to live and get none. */
export const DEFAULT_TTL = 3600;

/**
 * Commands of nsupdate(1). What is published at the name gives way, so that the record is the only one (RFC 6376 section
 * 3.6.2.2). Where others share the name, only what the record replaces is deleted, to the octet, and the server refuses the
 * whole update if something else stands there by then (RFC 2136 section 2.4). Without a zone nsupdate asks DNS for it.
 */
export function formatNsupdate(records: readonly TxtRecord[]): string {
  const zone = records[0]?.zone;
  const requirements = records.flatMap(({ owner, among }) => among?.present && requirement(owner, among.present));
  const changes = records.flatMap(({ owner, ttl, text, among }) => [
    ...(among === undefined
      ? [`update delete ${owner}. TXT`]
      : among.replaced.map((one) => `update delete ${data(owner, one)}`)),
    `update add ${owner}. ${ttl ?? among?.ttl ?? DEFAULT_TTL} TXT ${quotedStrings(text, masterFileText)}`,
  ]);
  return [
    ...(zone === undefined ? [] : [`zone ${zone}.`]),
    ...requirements.filter((line) => line !== undefined),
    ...changes,
    'send',
  ].join('\n');
}

/** RFC 2136 sections 2.4.2 and 2.4.3: exactly these records, or none. */
function requirement(owner: string, present: readonly (readonly string[])[]): string[] {
  if (present.length === 0) return [`prereq nxrrset ${owner}. TXT`];
  return present.map((strings) => `prereq yxrrset ${data(owner, strings)}`);
}

function data(owner: string, strings: readonly string[]): string {
  return `${owner}. TXT ${quoted(strings, masterFileText)}`;
}

/**
 * The change batch of ChangeResourceRecordSets (Route 53 API Reference), as `aws route53 change-resource-record-sets
 * --change-batch` takes it. UPSERT replaces the whole set of a name. Where others share it, the set that is known to be
 * there is deleted, which fails unless it is just that, and made anew with the others in it; all or nothing is done.
 */
export function formatRoute53(records: readonly TxtRecord[]): string {
  return JSON.stringify({ Changes: records.flatMap(route53Changes) });
}

function route53Changes(record: TxtRecord): object[] {
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
      `the time to live of the TXT records at ${owner} is not known, and Route 53 deletes them only with it`,
      {
        kind: 'temporary',
        hint: `name a name server of ${owner} itself with --nameserver`,
      },
    );
  }
  return [
    change('DELETE', among.ttl, route53Values(present)),
    change('CREATE', ttl, [...route53Values(keptBeside(among)), value]),
  ];
}

function route53Values(records: readonly (readonly string[])[]): string[] {
  return records.map((strings) => quoted(strings, route53Text));
}

/** Cloudflare's word for a time to live that it chooses itself. */
const AUTOMATIC_TTL = 1;

/**
 * The body of "Create DNS Record", POST /zones/ZONE/dns_records (Cloudflare API v4); where the record replaces others, that
 * of "Batch DNS Records", POST /zones/ZONE/dns_records/batch, which does all or nothing. The content is quoted
 * character-strings of RFC 1035; the TTL is 1 (automatic) or 30 to 86400.
 *
 * @throws DktoolError, kind permanent, for another TTL, and where the ids of what it replaces are not known
 */
export function formatCloudflare({ owner, ttl = AUTOMATIC_TTL, text, among }: TxtRecord): string {
  if (ttl !== AUTOMATIC_TTL && (ttl < 30 || ttl > 86_400)) {
    throw new DktoolError('record-unfit', `Cloudflare takes no TTL of ${ttl} seconds`, {
      kind: 'permanent',
      hint: 'it takes 60 to 86400, from 30 on for some customers, and 1 for automatic',
    });
  }
  const record = { type: 'TXT', name: owner, content: quotedStrings(text, masterFileText), ttl };
  const { replaced = [], recordIds = [] } = among ?? {};
  if (recordIds.length !== replaced.length) throw otherIds(owner, replaced, recordIds.length);
  const [id, ...others] = recordIds;
  if (id === undefined) return JSON.stringify(record);
  const deletes = others.map((other) => ({ id: other }));
  return JSON.stringify({ ...(deletes.length > 0 && { deletes }), puts: [{ id, ...record }] });
}

function otherIds(owner: string, replaced: readonly (readonly string[])[], given: number): DktoolError {
  const texts = replaced.map((strings) => `'${strings.join('')}'`).join(' and ');
  const sentence =
    replaced.length === 0
      ? `no record at ${owner} is replaced, so there is none that an id could name`
      : `the record replaces ${texts}, which Cloudflare finds only by id, and ${given === 0 ? 'none' : given} is given`;
  return new DktoolError('record-unfit', sentence, {
    kind: 'permanent',
    hint:
      replaced.length === 0
        ? 'leave --record-id out'
        : `GET /zones/ZONE/dns_records?type=TXT&name=${owner} tells the id: give it with --record-id`,
  });
}

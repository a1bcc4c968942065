/** TXT records as orders to those who hold the zone: dynamic updates and the interfaces of DNS services. */
import { DktoolError } from '../errors.ts';
import { masterFileText, quotedStrings, route53Text } from './txt-quoting.ts';
import type { TxtRecord } from './txt-record.ts';

/** For formats that want a time to live and get none. */
export const DEFAULT_TTL = 3600;

/**
 * Commands of nsupdate(1). What is published at the name gives way, so that the record is the only one (RFC 6376 section
 * 3.6.2.2), unless others share the name. Without a zone nsupdate asks DNS for it.
 */
export function formatNsupdate(records: readonly TxtRecord[]): string {
  const zone = records[0]?.zone;
  const commands = records.flatMap(({ owner, ttl, text, sharesName }) => [
    ...(sharesName === true ? [] : [`update delete ${owner}. TXT`]),
    `update add ${owner}. ${ttl ?? DEFAULT_TTL} TXT ${quotedStrings(text, masterFileText)}`,
  ]);
  return [...(zone === undefined ? [] : [`zone ${zone}.`]), ...commands, 'send'].join('\n');
}

/**
 * The change batch of ChangeResourceRecordSets (Route 53 API Reference), as `aws route53 change-resource-record-sets
 * --change-batch` takes it. UPSERT replaces the whole set of a name; where others share it, CREATE fails instead.
 */
export function formatRoute53(records: readonly TxtRecord[]): string {
  const changes = records.map(({ owner, ttl = DEFAULT_TTL, text, sharesName }) => ({
    Action: sharesName === true ? 'CREATE' : 'UPSERT',
    ResourceRecordSet: {
      Name: `${owner}.`,
      Type: 'TXT',
      TTL: ttl,
      ResourceRecords: [{ Value: quotedStrings(text, route53Text) }],
    },
  }));
  return JSON.stringify({ Changes: changes });
}

/** Cloudflare's word for a time to live that it chooses itself. */
const AUTOMATIC_TTL = 1;

/**
 * The body of "Create DNS Record", POST /zones/ZONE/dns_records (Cloudflare API v4). Its content is quoted
 * character-strings of RFC 1035; the TTL is 1 (automatic) or 30 to 86400.
 *
 * @throws DktoolError, kind permanent, for another TTL
 */
export function formatCloudflare({ owner, ttl = AUTOMATIC_TTL, text }: TxtRecord): string {
  if (ttl !== AUTOMATIC_TTL && (ttl < 30 || ttl > 86_400)) {
    throw new DktoolError('record-unfit', `Cloudflare takes no TTL of ${ttl} seconds`, {
      kind: 'permanent',
      hint: 'it takes 60 to 86400, from 30 on for some customers, and 1 for automatic',
    });
  }
  return JSON.stringify({ type: 'TXT', name: owner, content: quotedStrings(text, masterFileText), ttl });
}

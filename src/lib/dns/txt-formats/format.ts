/** The formats that a TXT record is written in for the programs and services that publish it: a file and a line here each. */
import { bind } from './bind.ts';
import { cloudflare } from './cloudflare.ts';
import { dnscontrol } from './dnscontrol.ts';
import { json } from './json.ts';
import { nsupdate } from './nsupdate.ts';
import { octodns } from './octodns.ts';
import { raw } from './raw.ts';
import type { OwnerKind, TxtRecord, TxtWriter } from './record.ts';
import { route53 } from './route53.ts';
import { terraform } from './terraform.ts';
import { tinydns } from './tinydns.ts';
import { tinydnsGeneric } from './tinydns-generic.ts';

const WRITERS = {
  bind,
  raw,
  json,
  tinydns,
  'tinydns-generic': tinydnsGeneric,
  nsupdate,
  route53,
  cloudflare,
  terraform,
  dnscontrol,
  octodns,
} satisfies Readonly<Record<string, TxtWriter>>;

/**
 * How a TXT record is written out.
 *
 * - `bind`: a master file line (RFC 1035 section 5.1), strings of at most 255 octets in quotes
 * - `raw`: the text alone, for web panels
 * - `json`: `{"name","absolute","type","ttl","text","strings"}`
 * - `tinydns`: a quote line of tinydns-data, which does its own cutting; `tinydns-generic`: a colon line, cut at 255
 * - `nsupdate`: commands for nsupdate(1) and knsupdate(1)
 * - `route53`: a change batch of ChangeResourceRecordSets; `cloudflare`: a DNS record of API v4
 * - `terraform`: a resource aws_route53_record; `dnscontrol`: a D_EXTEND statement; `octodns`: an entry of a zone's YAML
 */
export type TxtFormat = keyof typeof WRITERS;

/** All formats, in the order in which manuals name them. */
export const TXT_FORMATS = Object.keys(WRITERS) as readonly TxtFormat[];

/** Which owners a format can say; `formatTxtRecord` does not check it. */
export function ownerKind(format: TxtFormat): OwnerKind {
  return WRITERS[format].owner;
}

/**
 * A record without its last line end.
 *
 * @param record its owner must be of the kind that `ownerKind` names, which is not checked
 * @throws DktoolError `record-unfit`, kind permanent, where the format cannot say the text or the TTL
 */
export function formatTxtRecord(record: TxtRecord, format: TxtFormat): string {
  return formatTxtRecords([record], format);
}

/** Several records as one text that the program takes as a whole; as `formatTxtRecord` otherwise. */
export function formatTxtRecords(records: readonly TxtRecord[], format: TxtFormat): string {
  return WRITERS[format].format(records);
}

/**
 * What takes away everything at the names of some records, without the last line end.
 *
 * @param records as they are published, alone at their names
 * @returns `undefined` where the format cannot say that: lines of a zone are taken out by hand
 */
export function formatTxtRemoval(records: readonly TxtRecord[], format: TxtFormat): string | undefined {
  const writer: TxtWriter = WRITERS[format];
  return writer.removal?.(records);
}

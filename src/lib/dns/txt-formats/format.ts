/** A TXT record as the programs and services want it that publish it. */
import { formatDnscontrol, formatOctodns, formatTerraform } from './as-code.ts';
import { formatCloudflare, formatNsupdate, formatRoute53 } from './updates.ts';
import { formatBind, formatJson, formatTinydns, formatTinydnsGeneric } from './lines.ts';
import type { TxtNeighbours } from './neighbours.ts';
import { splitCharacterStrings } from './text.ts';

export interface TxtRecord {
  /**
   * Without a final dot; letters, digits, hyphens, underscores and dots only: it is not escaped. `@` is the zone itself, where
   * the owner is not absolute.
   */
  readonly owner: string;
  /** The owner is a whole name, not one to which the zone's origin is added. */
  readonly isAbsolute: boolean;
  /** The zone, where it is known. */
  readonly zone?: string | undefined;
  /** Seconds; `undefined`: the zone's own. */
  readonly ttl?: number | undefined;
  /** latin1, the strings joined. */
  readonly text: string;
  /** It shares its name with TXT records of other kinds. Absent: it is to be the only one there. */
  readonly among?: TxtNeighbours | undefined;
}

export const TXT_FORMATS = [
  'bind',
  'raw',
  'json',
  'tinydns',
  'tinydns-generic',
  'nsupdate',
  'route53',
  'cloudflare',
  'terraform',
  'dnscontrol',
  'octodns',
] as const;

export type TxtFormat = (typeof TXT_FORMATS)[number];

/**
 * Which owners a format has: `any`; `whole`: absolute names only; `in-zone`: names relative to a zone that stands in it;
 * `relative`: names relative to a zone that is known otherwise.
 */
export type OwnerKind = 'any' | 'whole' | 'in-zone' | 'relative';

interface FormatRule {
  readonly owner: OwnerKind;
  /** One record or several, without the last line end. */
  readonly format: (records: readonly TxtRecord[]) => string;
}

const FORMATS: Readonly<Record<TxtFormat, FormatRule>> = {
  bind: { owner: 'any', format: eachOnItsOwn(formatBind) },
  raw: { owner: 'any', format: eachOnItsOwn(({ text }) => text) },
  json: { owner: 'any', format: eachOnItsOwn(formatJson) },
  tinydns: { owner: 'whole', format: eachOnItsOwn(formatTinydns) },
  'tinydns-generic': { owner: 'whole', format: eachOnItsOwn(formatTinydnsGeneric) },
  nsupdate: { owner: 'whole', format: formatNsupdate },
  route53: { owner: 'whole', format: formatRoute53 },
  cloudflare: { owner: 'whole', format: eachOnItsOwn(formatCloudflare) },
  terraform: { owner: 'any', format: eachOnItsOwn(formatTerraform) },
  dnscontrol: { owner: 'in-zone', format: eachOnItsOwn(formatDnscontrol) },
  octodns: { owner: 'relative', format: eachOnItsOwn(formatOctodns) },
};

function eachOnItsOwn(format: (record: TxtRecord) => string): FormatRule['format'] {
  return (records) => records.map(format).join('\n');
}

export function ownerKind(format: TxtFormat): OwnerKind {
  return FORMATS[format].owner;
}

/**
 * A record without its last line end.
 *
 * - `bind`: a master file line (RFC 1035 section 5.1), strings of at most 255 octets in quotes
 * - `raw`: the text alone, for web panels
 * - `json`: `{"name","absolute","type","ttl","text","strings"}`
 * - `tinydns`: a quote line of tinydns-data, which does its own cutting; `tinydns-generic`: a colon line, cut at 255
 * - `nsupdate`: commands for nsupdate(1) and knsupdate(1)
 * - `route53`: a change batch of ChangeResourceRecordSets; `cloudflare`: a DNS record of API v4
 * - `terraform`: a resource aws_route53_record; `dnscontrol`: a D_EXTEND statement; `octodns`: an entry of a zone's YAML
 *
 * The owner must be of the kind that `ownerKind` tells, which is not checked.
 *
 * @throws DktoolError `record-unfit`, kind permanent, where the format cannot say the text or the TTL
 */
export function formatTxtRecord(record: TxtRecord, format: TxtFormat): string {
  return formatTxtRecords([record], format);
}

/** Several records as one text that the program takes as a whole; as formatTxtRecord otherwise. */
export function formatTxtRecords(records: readonly TxtRecord[], format: TxtFormat): string {
  return FORMATS[format].format(records);
}

/** RFC 1035 section 2.3.4: UDP without EDNS carries no more; old resolvers (qmail's without its patch) give up beyond. */
export const CLASSIC_UDP_OCTETS = 512;

/** What name servers send over UDP at most, so that no packet is cut into fragments, which firewalls drop (RFC 9715). */
export const SAFE_UDP_OCTETS = 1232;

/**
 * Octets of the smallest DNS message that answers with this record (RFC 1035 section 4.1): header, question, and one answer
 * whose owner is compressed.
 */
export function answerSize({ owner, text }: Pick<TxtRecord, 'owner' | 'text'>): number {
  const question = owner.length + 2 + 4;
  const data = splitCharacterStrings(text).reduce((sum, string) => sum + 1 + string.length, 0);
  return 12 + question + 2 + 10 + data;
}

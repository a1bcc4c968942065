/** `dns-record --spf`: the SPF record that is there, which the new one is to replace, and what else stands at the name. */
import type { Context } from '../../console/context.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import { liveResolverOf, zonesOf } from '../../console/options/resolver.ts';
import { ownTexts, type OwnAnswer } from '../../lib/dns/survey/authoritative.ts';
import { cachingResolver } from '../../lib/dns/resolvers/cache.ts';
import { masterEntries, unescape } from '../../lib/dns/zones/master-tokens.ts';
import { joinStrings, splitCharacterStrings } from '../../lib/dns/txt-formats/text.ts';
import type { TxtNeighbours } from '../../lib/dns/txt-formats/neighbours.ts';
import type { TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import { zoneResolver } from '../../lib/dns/zones/zone.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isSpfRecord } from '../../lib/spf/record.ts';
import { textAsOctets } from '../../lib/syntax/octets.ts';
import { usage } from '../../console/options/usage.ts';

export interface ReplaceOptions extends DnsOptions {
  /** The text of the old record, or `none`. */
  readonly replace?: string;
  readonly recordId?: readonly string[];
}

/** Orders to change one record, and those that say everything about a name. The others are lines that a person puts in place. */
const CHANGES_ONE: readonly TxtFormat[] = ['nsupdate', 'cloudflare'];
const HOLDS_ALL: readonly TxtFormat[] = ['route53', 'terraform', 'octodns'];

/**
 * @param domain `undefined`: the owner is relative, and nobody can be asked for it
 * @returns `undefined` where the format only prints the record
 * @throws DktoolError: permanent for options that do not fit, temporary where DNS does not answer
 */
export async function spfNeighbours(
  domain: string | undefined,
  format: TxtFormat,
  options: ReplaceOptions,
  context: Context,
): Promise<TxtNeighbours | undefined> {
  const { replace, recordId: recordIds } = options;
  const isChange = domain !== undefined && [...CHANGES_ONE, ...HOLDS_ALL].includes(format);
  if (replace !== undefined && !isChange) {
    throw usage(
      `--replace has no effect here: ${domain === undefined ? 'no domain is named' : `the format ${format} only adds a record`}`,
    );
  }
  if (recordIds !== undefined && format !== 'cloudflare') throw usage('--record-id is for --format cloudflare');
  if (!isChange) return undefined;
  if (replace === 'none') return { present: undefined, replaced: [], recordIds };
  const given = replace === undefined ? undefined : oldRecord(replace);
  if (given !== undefined && CHANGES_ONE.includes(format)) return { present: undefined, replaced: [given], recordIds };
  const { present, ttl } = await presentTexts(domain, options, context);
  const replaced = present.filter((strings) =>
    given === undefined ? isSpfRecord(joinStrings(strings)) : joinStrings(strings) === joinStrings(given),
  );
  if (given !== undefined && replaced.length === 0)
    throw usage(`there is no TXT record '${joinStrings(given)}' at ${domain}`);
  return { present, replaced, ttl, recordIds };
}

/** As dig prints it, in quotes and in several strings, or the bare text. */
function oldRecord(text: string): readonly string[] {
  const octets = textAsOctets(text.trim());
  const strings = octets.startsWith('"') ? quotedStrings(octets) : splitCharacterStrings(octets);
  if (isSpfRecord(joinStrings(strings))) return strings;
  throw usage(`--replace takes an SPF record, which begins with 'v=spf1 ', or none`);
}

function quotedStrings(text: string): string[] {
  const [entry] = masterEntries('--replace', text);
  return (entry?.tokens ?? []).map(({ raw }) => unescape(raw)?.[0] ?? '');
}

interface PresentTexts {
  readonly present: readonly (readonly string[])[];
  readonly ttl: number | undefined;
}

async function presentTexts(domain: string, options: DnsOptions, context: Context): Promise<PresentTexts> {
  const { answer, isAuthoritative } = await lookUp(domain, options, context);
  if (answer.status === 'temperror') {
    throw new DktoolError(
      'dns-unavailable',
      `no answer for ${domain}, whose SPF record is to be replaced: ${answer.detail}`,
      {
        kind: 'temporary',
        hint: "--replace 'v=spf1 ...' gives the old record without a look-up, --replace none says that there is none",
      },
    );
  }
  const [alias] = answer.aliases ?? [];
  if (alias !== undefined) throw usage(`${domain} is an alias of ${alias}: no other record is allowed next to a CNAME`);
  if (answer.status !== 'found') return { present: [], ttl: undefined };
  return { present: answer.records, ttl: isAuthoritative ? answer.ttl : undefined };
}

/** Not from a cache: what is deleted must be what is there. */
async function lookUp(domain: string, options: DnsOptions, context: Context): Promise<OwnAnswer> {
  const zones = zonesOf(options);
  if (zones.length > 0) return { answer: zoneResolver(zones).query(domain, 'TXT'), isAuthoritative: true };
  const live = await liveResolverOf(options, context);
  return ownTexts(domain, cachingResolver(live, { now: context.now }), live);
}

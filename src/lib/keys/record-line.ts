/** A key record as a zone has it: a line of a master file, as `opendkim-genkey` and `keygen` write it and dig prints it, or of tinydns-data. */
import { joinStrings } from '../dns/txt-formats/text.ts';
import { parseZone } from '../dns/zones/file.ts';
import { parseTagList } from '../syntax/tag-list.ts';

export interface RecordLine {
  /** latin1, the strings joined. */
  readonly text: string;
  /** `undefined`: its owner is not a name of a key. */
  readonly selector: string | undefined;
  /** `undefined`: the owner is relative. */
  readonly domain: string | undefined;
}

/** Stands for the zone of relative names; nobody can have it (RFC 6761 section 6.4). */
const NO_ZONE = 'zone.invalid';

/**
 * The key records in a piece of a zone; none where it holds other TXT records.
 *
 * @param source how messages call it
 * @throws DktoolError `bad-zone` where it is not a zone
 */
export function readRecordLines(source: string, bytes: Uint8Array): RecordLine[] {
  return parseZone(source, bytes, NO_ZONE).records.flatMap((record) => {
    if (record.type !== 'TXT' || !('data' in record)) return [];
    const text = joinStrings(record.data);
    const list = parseTagList(text);
    return list.ok && list.tags.has('p') ? [{ text, ...ownerOf(record.name) }] : [];
  });
}

function ownerOf(name: string): Pick<RecordLine, 'selector' | 'domain'> {
  const [, selector, domain] = /^(.+?)\._domainkey\.(.+)$/.exec(name) ?? [];
  return { selector, domain: domain === NO_ZONE || domain?.endsWith(`.${NO_ZONE}`) === true ? undefined : domain };
}

import { masterFileText, quoted, quotedStrings } from './quoting.ts';
import { DEFAULT_TTL, type TxtRecord, type TxtWriter } from './record.ts';

/**
 * Commands of nsupdate(1). What is published at the name gives way, so that the record is the only one (RFC 6376 section
 * 3.6.2.2). Where others share the name, only what the record replaces is deleted, to the octet, and the server refuses the
 * whole update if something else stands there by then (RFC 2136 section 2.4). Without a zone nsupdate asks DNS for it.
 */
export const nsupdate: TxtWriter = { owner: 'whole', format: commands, removal };

function commands(records: readonly TxtRecord[]): string {
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

function removal(records: readonly TxtRecord[]): string {
  const zone = records[0]?.zone;
  const deletions = records.map(({ owner }) => `update delete ${owner}. TXT`);
  return [...(zone === undefined ? [] : [`zone ${zone}.`]), ...deletions, 'send'].join('\n');
}

/** `dktool/dns`: resolvers, zone files, and TXT records in the formats of name servers and DNS services. */
export type {
  Answer,
  AnswerFacts,
  ExtendedError,
  Found,
  MxRecord,
  NoData,
  NxDomain,
  QueryOptions,
  RecordData,
  RecordSignature,
  RecordType,
  Resolver,
  SoaRecord,
  TempError,
  TempErrorReason,
} from '../dns/resolver.ts';
export { type CacheOptions, cachingResolver } from '../dns/resolvers/cache.ts';
export { liveResolver, type LiveResolverSettings } from '../dns/live/live.ts';
export { systemResolver } from '../dns/live/system-resolver.ts';
export type { LiveResolver, ServerResponse, ServerTrouble } from '../dns/live/stub.ts';
export type { ServerAddress } from '../dns/live/server-address.ts';
export type { Reply, WireRecord } from '../dns/wire/message.ts';
export { parseZone, zoneFormat, type ZoneFormat } from '../dns/zones/file.ts';
export { type ZoneFile, type ZoneMarker, type ZoneRecord } from '../dns/zones/record.ts';
export { type MemoryResolver, zoneResolver } from '../dns/zones/zone.ts';
export {
  formatTxtRecord,
  formatTxtRecords,
  ownerKind,
  TXT_FORMATS,
  type TxtFormat,
} from '../dns/txt-formats/format.ts';
export type { TxtNeighbours } from '../dns/txt-formats/neighbours.ts';
export type { OwnerKind, TxtRecord } from '../dns/txt-formats/record.ts';
export type { TxtRecordReport } from '../dns/txt-formats/json.ts';
export { joinStrings, splitCharacterStrings } from '../dns/txt-formats/text.ts';

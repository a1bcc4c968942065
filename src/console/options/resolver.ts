/** From the DNS options to the resolver of a run. */
import { cachingResolver, MAX_IN_FLIGHT } from '../../lib/dns/resolvers/cache.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { LiveResolver } from '../../lib/dns/live/stub.ts';
import { parseZone, zoneFormat } from '../../lib/dns/zones/file.ts';
import { zoneResolver } from '../../lib/dns/zones/zone.ts';
import { type ZoneFile, zoneTooLarge } from '../../lib/dns/zones/record.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import { readBounded } from '../streams/bounded-file.ts';
import type { Context } from '../context.ts';
import type { DnsOptions } from './options.ts';
import { systemReason } from '../streams/system-reason.ts';

/**
 * Octets of a zone file: some 600,000 records, or 500 MB of memory at the worst. The larger ones are those of hosters, who have
 * name servers. JSON takes six times as much.
 */
const MAX_ZONE_BYTES = 32 * 1024 * 1024;
const MAX_JSON_BYTES = 8 * 1024 * 1024;

/** The zone files that options name, and the records given on the command line: with any of them no network is used. */
export function zonesOf(options: DnsOptions, records: readonly string[] = []): ZoneFile[] {
  return [...records.map(recordAsZone), ...(options.zone ?? []).map(readZone)];
}

/**
 * Zone files and records given on the command line, or the live resolver behind a cache.
 *
 * @param records `NAME=RECORD` texts of --key-record
 */
export async function resolverOf(
  options: DnsOptions,
  context: Context,
  records: readonly string[] = [],
): Promise<Resolver> {
  return resolverFrom(zonesOf(options, records), options, context);
}

/**
 * The same from zones that have been read.
 *
 * @param share threads of this run that ask at the same time, each for its part of what may be under way
 */
export async function resolverFrom(
  zones: readonly ZoneFile[],
  options: DnsOptions,
  context: Context,
  share = 1,
): Promise<Resolver> {
  if (zones.length > 0) return zoneResolver(zones);
  const live = await liveResolverOf(options, context);
  return cachingResolver(live, { now: context.now, maxInFlight: Math.max(2, Math.floor(MAX_IN_FLIGHT / share)) });
}

/** The live resolver without a cache: every question goes out. */
export function liveResolverOf(options: DnsOptions, context: Context): Promise<LiveResolver> {
  return context.liveResolver({
    nameservers: options.nameserver ?? [],
    timeout: options.timeout,
    tries: options.tries,
    tcp: options.tcp,
    deadline: options.deadline,
    trace: options.trace ? (line) => context.stderr.write(`${line}\n`) : undefined,
  });
}

/** `FILE` or `ORIGIN=FILE`. A name before `=` that is not a domain belongs to the file name. */
function readZone(argument: string): ZoneFile {
  const equals = argument.indexOf('=');
  const origin = argument.slice(0, Math.max(equals, 0)).replace(/\.$/, '');
  const hasOrigin = equals > 0 && isDomainName(origin);
  const path = hasOrigin ? argument.slice(equals + 1) : argument;
  return parseZone(path, readZoneFile(path), hasOrigin ? origin : undefined);
}

function readZoneFile(path: string): Buffer {
  const bytes = attempt(path);
  const limit = bytes === undefined || zoneFormat(bytes) !== 'json' ? MAX_ZONE_BYTES : MAX_JSON_BYTES;
  if (bytes !== undefined && bytes.length <= limit) return bytes;
  throw zoneTooLarge(path, `${limit} octets${limit === MAX_JSON_BYTES ? ' of JSON' : ''}`);
}

/** @returns `undefined`: it is too large for any format */
function attempt(path: string): Buffer | undefined {
  try {
    return readBounded(path, MAX_ZONE_BYTES);
  } catch (error) {
    throw new DktoolError('zone-unreadable', `cannot read zone file ${path}: ${systemReason(error)}`, {
      kind: 'temporary',
      cause: error,
    });
  }
}

/** `sel._domainkey.example.com=v=DKIM1; p=...` as a zone of its own. */
function recordAsZone(argument: string): ZoneFile {
  const equals = argument.indexOf('=');
  const name = argument.slice(0, Math.max(equals, 0)).replace(/\.$/, '');
  // Every key lies under a _domainkey (RFC 6376 section 3.6.2.1); `v=DKIM1; p=...` alone would be the record of a name `v`.
  if (!isDomainName(name) || !/(?:^|\.)_domainkey\./i.test(name)) {
    throw new DktoolError('bad-key-record', `--key-record '${argument.slice(0, 60)}' does not begin with NAME=`, {
      kind: 'permanent',
      hint: "write it as --key-record 'selector._domainkey.example.com=v=DKIM1; p=...'",
    });
  }
  const text = Buffer.from(argument.slice(equals + 1), 'utf8').toString('latin1');
  return parseZone('--key-record', Buffer.from(JSON.stringify({ [name.toLowerCase()]: { TXT: [text] } }), 'utf8'));
}

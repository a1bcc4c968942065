/** What DNS has of the keys of a rotation: at every name server, and for a receiver. */
import { randomBytes } from 'node:crypto';
import type { Context } from '../../console/context.ts';
import { readRegularFile } from '../../console/keys/key-file.ts';
import { type Compared, comparePublished } from '../../console/keys/published-key.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import { liveResolverOf, resolverOf } from '../../console/options/resolver.ts';
import { probe } from '../../lib/check/probe.ts';
import { type PrivateKey, readPrivateKey } from '../../lib/crypto/private-key.ts';
import { cachingResolver } from '../../lib/dns/resolvers/cache.ts';
import type { SoaRecord } from '../../lib/dns/resolver.ts';
import { findApex, findZone } from '../../lib/dns/survey/servers.ts';
import { surveyName } from '../../lib/dns/survey/name.ts';
import { DktoolError } from '../../lib/errors.ts';
import { combined } from '../../lib/rotate/engine.ts';
import type { Records } from '../../lib/rotate/facts.ts';
import { type NameSighting, sightings, recordsOf } from '../../lib/rotate/records.ts';
import type { RotatedKey } from '../../lib/rotate/state.ts';

/** @returns what all servers show at the names of the old or new keys */
export async function lookAt(
  domain: string,
  keys: readonly RotatedKey[],
  side: 'from' | 'to',
  options: DnsOptions,
  context: Context,
): Promise<Records> {
  const seen: Records[] = [];
  for (const key of keys) {
    const { selector, path } = key[side];
    // The key is what its record is held against; of an old one only whether it is still there matters.
    const compared =
      side === 'to' && (await exists(path))
        ? await compare(domain, selector, await readKey(path), options, context)
        : await see(`${selector}._domainkey.${domain}`, options, context);
    seen.push(recordsOf(compared));
  }
  return combined(seen);
}

async function exists(path: string): Promise<boolean> {
  try {
    await readKey(path);
    return true;
  } catch (error) {
    if (error instanceof DktoolError) return false;
    throw error;
  }
}

export function readKey(path: string): Promise<PrivateKey> {
  return readPrivateKey(readRegularFile(path).bytes, { name: `key file ${path}` });
}

async function compare(
  domain: string,
  selector: string,
  { type, bits, publicKeyBytes }: PrivateKey,
  options: DnsOptions,
  context: Context,
): Promise<NameSighting> {
  const allServers = !isOffline(options);
  const expected = { domain, selector, type, bits, publicKeyBytes };
  const compared: Compared = await comparePublished(expected, randomLabel(), { ...options, allServers }, context);
  const name = `${selector}._domainkey.${domain}`;
  return { ...compared, name, ttl: undefined, ...sightings(compared), publicKey: publicKeyBytes.toString('base64') };
}

async function see(name: string, options: DnsOptions, context: Context): Promise<NameSighting> {
  if (isOffline(options)) {
    const answer = await (await resolverOf(options, context)).query(name, 'TXT');
    return { name, findings: [], ttl: answer.ttl, ...sightings({ answer }), publicKey: undefined };
  }
  const live = await liveResolverOf(options, context);
  const survey = await surveyName(name, cachingResolver(live, { now: context.now }), live);
  return {
    name,
    findings: survey.findings,
    ttl: await ttlOf(name, options, context),
    ...sightings(survey),
    publicKey: undefined,
  };
}

/** As a server of the zone gives it; a resolver would give what is left of it. */
async function ttlOf(name: string, options: DnsOptions, context: Context): Promise<number | undefined> {
  const live = await liveResolverOf(options, context);
  const zone = await findZone(name, cachingResolver(live, { now: context.now }));
  for (const { address } of zone.status === 'found' ? zone.servers : []) {
    const response = await live.ask(address, name, 'TXT');
    if ('reply' in response) return Math.max(0, ...response.reply.answers.map(({ ttl }) => ttl));
  }
  return undefined;
}

/**
 * How long resolvers may remember that names of the domain are not there (RFC 2308 section 5): the lesser of the SOA record's
 * TTL and its last field, as the servers of the zone have them.
 *
 * @throws DktoolError, kind temporary, where the zone cannot be found
 */
export async function negativeTtl(name: string, options: DnsOptions, context: Context): Promise<number> {
  if (isOffline(options)) {
    const resolver = await resolverOf(options, context);
    const apex = await findApex(name, resolver);
    const soa = typeof apex === 'string' ? await resolver.query(apex, 'SOA') : undefined;
    return soa?.status === 'found' ? Math.min(soa.records[0]!.minimum, soa.ttl ?? Infinity) : 0;
  }
  const live = await liveResolverOf(options, context);
  const resolver = cachingResolver(live, { now: context.now });
  const zone = await findZone(name, resolver);
  if (zone.status !== 'found') {
    const why = zone.status === 'temperror' ? zone.detail : 'no zone was found up to the root';
    throw new DktoolError('dns-unavailable', `the zone of ${name} cannot be found: ${why}`, { kind: 'temporary' });
  }
  for (const { address } of zone.servers) {
    const response = await live.ask(address, zone.name, 'SOA');
    const soa = 'reply' in response ? response.reply.answers.find(({ type }) => type === 'SOA') : undefined;
    if (soa !== undefined) return Math.min(soa.ttl, (soa.data as SoaRecord).minimum);
  }
  throw new DktoolError('dns-unavailable', `no name server of ${zone.name} answers`, { kind: 'temporary' });
}

/**
 * Whether there is a key record at a name already.
 *
 * @throws DktoolError, kind temporary, where DNS does not say
 */
export async function isTaken(name: string, options: DnsOptions, context: Context): Promise<boolean> {
  const answer = await (await resolverOf(options, context)).query(name, 'TXT');
  if (answer.status === 'temperror') {
    throw new DktoolError('dns-unavailable', `no answer for ${name}: ${answer.detail}`, { kind: 'temporary' });
  }
  return !sightings({ answer }).isAbsent;
}

/** Sign with the new keys and verify as a receiver does. @returns a clause that says why it fails; `''`: it does not */
export async function probeKeys(
  domain: string,
  keys: readonly RotatedKey[],
  now: number,
  options: DnsOptions,
  context: Context,
): Promise<string> {
  const resolver = await resolverOf(options, context);
  for (const { to } of keys) {
    const { result, detail } = await probe(
      { domain, selector: to.selector, key: await readKey(to.path) },
      resolver,
      now,
    );
    if (result !== 'pass') return `a message signed with ${to.path} gets ${result}: ${detail}`;
  }
  return '';
}

function isOffline({ zone = [] }: DnsOptions): boolean {
  return zone.length > 0;
}

function randomLabel(): string {
  return randomBytes(8).toString('hex');
}

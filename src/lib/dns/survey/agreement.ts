/** Where the servers of a zone say different things, or nothing. */
import type { Finding } from '../../finding.ts';
import { shown } from '../../syntax/shown.ts';
import { joinStrings } from '../txt-formats/text.ts';
import { serverName, type Zone } from './servers.ts';
import type { HeldAnswer, ServerView } from './zone.ts';

/** dktool-dns-record(1) lists them. */
export const SERVER_FINDING_CODES = [
  'zone-not-found',
  'zone-not-delegated',
  'delegation-unknown',
  'ns-not-in-zone',
  'ns-not-delegated',
  'ns-glue-differs',
  'ns-without-address',
  'ns-unreachable',
  'ns-lame',
  'ns-tcp-refused',
  'ns-lags',
  'ns-disagrees',
] as const;

/** A word of SERVER_FINDING_CODES. */
export type ServerFindingCode = (typeof SERVER_FINDING_CODES)[number];

export type ServerFinding = Finding<ServerFindingCode>;

export interface Agreement {
  /** What the newest zone holds, by its serial; of equal ones what most servers say. `undefined`: nobody answered. */
  readonly held: HeldAnswer | undefined;
  readonly findings: readonly ServerFinding[];
}

type Answered = ServerView & { readonly ok: true };

/** Hold what the servers of a zone say against each other. */
export function zoneAgreement(zone: Zone, views: readonly ServerView[]): Agreement {
  const answered = views.filter((view) => view.ok);
  const newest = newestOf(answered);
  const silent = views.filter((view) => !view.ok).filter((view) => !isOurs(view, views));
  return {
    held: newest?.held,
    findings: [
      ...zone.withoutAddress.map((name) => withoutAddress(name, zone)),
      ...silent.map((view) => silence(view, zone)),
      ...answered.filter((view) => !isSame(view.held, newest!.held)).map((view) => deviation(view, newest!, zone)),
    ],
  };
}

/** A machine without IPv6 says nothing about a server that has IPv4 too. */
function isOurs(view: ServerView & { readonly ok: false }, views: readonly ServerView[]): boolean {
  return (
    view.noRoute && views.some(({ name, address }) => name === view.name && address.family !== view.address.family)
  );
}

function newestOf(answered: readonly Answered[]): Answered | undefined {
  const votes = (view: Answered) => answered.filter((other) => isSame(other.held, view.held)).length;
  return [...answered].sort((a, b) => compareSerials(b.serial, a.serial) || votes(b) - votes(a))[0];
}

/** RFC 1982 section 3.2: serials go round. A server that does not tell its own counts as old. */
function compareSerials(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return (a - b) >>> 0 < 0x80000000 ? 1 : -1;
}

function isSame(a: HeldAnswer, b: HeldAnswer): boolean {
  return keyOf(a) === keyOf(b);
}

/** Texts that are cut into strings otherwise are the same; so are records in another order. */
function keyOf(held: HeldAnswer): string {
  if (held.status === 'alias') return `alias ${held.target.toLowerCase()}`;
  return held.status === 'found' ? JSON.stringify(held.records.map(joinStrings).sort()) : held.status;
}

function withoutAddress(name: string, zone: Zone): ServerFinding {
  return {
    severity: 'error',
    code: 'ns-without-address',
    subject: name,
    observed: `it is a name server of ${zone.name}, but has no address`,
    expected: 'an A or AAAA record',
    remedy: `add one, or remove its NS record from ${zone.name} and from the parent zone`,
  };
}

const SILENT = {
  unreachable: {
    code: 'ns-unreachable',
    severity: 'temporary',
    expected: 'an answer over UDP and TCP, port 53',
    remedy: 'start the name server, or let the firewall pass queries to it',
  },
  lame: {
    code: 'ns-lame',
    severity: 'error',
    expected: 'an authoritative answer (AA)',
    remedy: 'load the zone on it, or remove its NS record from the zone and from the parent zone',
  },
  'tcp-refused': {
    code: 'ns-tcp-refused',
    severity: 'error',
    expected: 'the complete answer over TCP, which long records need (RFC 7766)',
    remedy: 'make the name server listen on TCP port 53, and check for a firewall in between',
  },
} as const;

function silence(view: ServerView & { readonly ok: false }, zone: Zone): ServerFinding {
  const { code, severity, expected, remedy } = SILENT[view.fault];
  const observed = `${serverName(view)}, a server of ${zone.name}: ${shown(view.detail, 400)}`;
  return { severity, code, subject: view.name, observed, expected, remedy };
}

function deviation(view: Answered, newest: Answered, zone: Zone): ServerFinding {
  const lags = compareSerials(view.serial, newest.serial) < 0;
  const [seen, right] = describePair(view.held, newest.held);
  return {
    severity: 'error',
    code: lags ? 'ns-lags' : 'ns-disagrees',
    subject: view.name,
    observed: `${serverName(view)} has serial ${view.serial ?? 'unknown'} of ${zone.name} and says ${seen}`,
    expected: `what ${serverName(newest)} says with serial ${newest.serial ?? 'unknown'}: ${right}`,
    remedy: lags
      ? `wait, or find out why serial ${newest.serial} does not arrive there (NOTIFY and zone transfer; the journal of the server)`
      : 'give all servers the same zone, with a higher serial than any of them has',
  };
}

/** Two answers in words, from where they differ. */
function describePair(a: HeldAnswer, b: HeldAnswer): [string, string] {
  const [textA, textB] = [a, b].map((held) =>
    held.status === 'found' && held.records.length === 1 ? joinStrings(held.records[0]!) : undefined,
  );
  if (textA === undefined || textB === undefined) return [describe(a), describe(b)];
  let at = 0;
  while (at < textA.length && textA[at] === textB[at]) at++;
  const from = (text: string) => `'${at > 0 ? '...' : ''}${shown(text.slice(at))}' at offset ${at} of the record`;
  return [from(textA), from(textB)];
}

function describe(held: HeldAnswer): string {
  switch (held.status) {
    case 'alias':
      return `that it is an alias of ${shown(held.target, 255)}`;
    case 'nxdomain':
      return 'that the name does not exist (NXDOMAIN)';
    case 'nodata':
      return 'that the name has no TXT record (NODATA)';
    default: {
      const [first] = held.records;
      return held.records.length === 1 ? `'${shown(joinStrings(first!))}'` : `${held.records.length} TXT records`;
    }
  }
}

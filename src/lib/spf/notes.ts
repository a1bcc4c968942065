/** What a verdict alone does not say: the things about a check that cost postmasters an evening. */
import { parseIpAddress } from '../syntax/ip-address.ts';
import { scopeOf } from '../syntax/ip-network.ts';
import { usesMacro } from './macro-string.ts';
import { SPF_LIMITS } from './lookups.ts';
import { parseSpfRecord, type SpfRecord, takesLookup } from './record.ts';
import type { RecordTrace, SpfVerdict } from './verdict.ts';

/** dktool-spf-check(1) explains each. */
export type SpfNoteCode =
  | 'client-not-public'
  | 'own-client'
  | 'submission'
  | 'helo-literal'
  | 'several-records'
  | 'ptr-used'
  | 'allows-all'
  | 'limit-for-others'
  | 'local-policy';

/** Something that the verdict alone does not say. */
export interface SpfNote {
  readonly code: SpfNoteCode;
  /** One sentence without a full stop, remedy included. */
  readonly detail: string;
}

/** What the caller knows besides the session. */
export interface SessionFacts {
  /** tcpserver or the mail server says that the client is one of the own users (RELAYCLIENT is set). */
  readonly isOwnClient?: boolean | undefined;
  /** The client had logged in (SMTP AUTH). */
  readonly isAuthenticated?: boolean | undefined;
}

const NOT_ASKED = 'SPF does not apply to mail that your own users submit';
const REMEDY =
  'skip the check where RELAYCLIENT is set, and tell the spam filter which networks submit mail (SpamAssassin: msa_networks)';

/** What a postmaster should know about a check besides its result. Nothing is looked up for it. */
export function notesOf(verdict: SpfVerdict, facts: SessionFacts = {}): SpfNote[] {
  const notes: SpfNote[] = [];
  const note = (code: SpfNoteCode, detail: string) => notes.push({ code, detail });
  const scope = scopeOf(parseIpAddress(verdict.ip)!);
  if (scope !== undefined) {
    const article = scope === 'unspecified' ? 'an' : 'a';
    note('client-not-public', `${verdict.ip} is ${article} ${scope} address, which no published policy covers`);
  }
  if (facts.isOwnClient) note('own-client', `RELAYCLIENT is set, so this is one of our own clients: ${NOT_ASKED}`);
  if (facts.isAuthenticated) {
    note('submission', `the client authenticated, so this is a submission: ${NOT_ASKED}; ${REMEDY}`);
  }
  if (isAddressLiteral(verdict.helo)) note('helo-literal', literalDetail(verdict, facts));
  for (const { domain, candidates } of recordsIn(verdict.trace)) {
    if (candidates.length < 2) continue;
    const texts = candidates.slice(0, 5).map((text) => `"${text.slice(0, 80)}"`);
    note('several-records', `${domain} must merge its SPF records into one: ${texts.join(' ')}`);
  }
  notes.push(...recordNotes(verdict));
  if (verdict.localPolicy) note('local-policy', 'the local rules or the guess decided, not the published record');
  return notes;
}

/** `[192.0.2.1]`, or with the question marks that qmail writes for the brackets. */
function isAddressLiteral(helo: string): boolean {
  const inner = /^(?:\[(?:IPv6:)?(.*)\]|\?(.*)\?)$/i.exec(helo);
  return parseIpAddress(inner === null ? helo : (inner[1] ?? inner[2])!) !== undefined;
}

function literalDetail({ helo, result }: SpfVerdict, { isOwnClient, isAuthenticated }: SessionFacts): string {
  const said = `the HELO '${helo}' is an address, as mail programs and phones send, not mail servers`;
  const refused = result === 'fail' || result === 'softfail';
  if (!refused || isOwnClient || isAuthenticated) return said;
  return `${said}: if this is one of your users, authenticated, ${NOT_ASKED}; ${REMEDY}`;
}

function recordNotes({ trace }: SpfVerdict): SpfNote[] {
  const notes: SpfNote[] = [];
  let terms = 0;
  for (const { domain, record, origin } of recordsIn(trace)) {
    const parsed = record === undefined ? undefined : parseSpfRecord(record);
    if (!parsed?.ok) continue;
    terms += lookupTerms(parsed.record);
    if (usesPointer(parsed.record)) {
      const detail = `the record of ${domain} uses ptr or %{p}, which RFC 7208 section 5.5 advises against: it is slow, and only as reliable as the DNS of the client`;
      notes.push({ code: 'ptr-used', detail });
    }
    const all = parsed.record.directives.find(({ mechanism }) => mechanism === 'all');
    if (all?.qualifier === '+' && origin !== 'include') {
      notes.push({ code: 'allows-all', detail: `the record of ${domain} allows everyone ('${all.text}')` });
    }
  }
  if (terms > SPF_LIMITS.terms && trace.reason !== 'too-many-lookups') {
    const detail = `the records read here have ${terms} terms with DNS look-ups, but only ${SPF_LIMITS.terms} are allowed: clients that match later get a permerror`;
    notes.push({ code: 'limit-for-others', detail });
  }
  return notes;
}

function lookupTerms({ directives, redirect }: SpfRecord): number {
  const all = directives.findIndex(({ mechanism }) => mechanism === 'all');
  const reached = all < 0 ? directives : directives.slice(0, all);
  return reached.filter(takesLookup).length + (all < 0 && redirect !== undefined ? 1 : 0);
}

export function usesPointer({ directives, redirect }: SpfRecord): boolean {
  return (
    directives.some(({ mechanism, domainSpec }) => {
      return mechanism === 'ptr' || (domainSpec !== undefined && usesMacro(domainSpec, 'p'));
    }) ||
    (redirect !== undefined && usesMacro(redirect.value, 'p'))
  );
}

/** The record and all that hang below it, in the order in which they were read. */
export function recordsIn(trace: RecordTrace, list: RecordTrace[] = []): readonly RecordTrace[] {
  list.push(trace);
  for (const { record } of trace.terms) {
    if (record !== undefined) recordsIn(record, list);
  }
  return list;
}

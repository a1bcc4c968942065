/** Finding the SPF record of a domain (RFC 7208 sections 4.3 to 4.5). */
import { settled, type Steps } from '../steps.ts';
import { dnsStop, type Lookups, queryTrace } from './lookups.ts';
import { isSpfRecord } from './record.ts';
import { domainProblem } from './target-name.ts';
import type { QueryTrace, SpfReason } from './verdict.ts';

export interface FetchedRecord {
  /** The one record, or `undefined` with a reason. */
  readonly text: string | undefined;
  /** Every SPF record that the domain has. */
  readonly candidates: readonly string[];
  /** Every TXT record of the domain: they share one answer. */
  readonly texts: readonly string[];
  /** Octets of that answer, where the source tells. */
  readonly answerSize: number | undefined;
  readonly query: QueryTrace | undefined;
  readonly failure: RecordFailure | undefined;
}

export interface RecordFailure {
  readonly result: 'none' | 'permerror' | 'temperror';
  readonly reason: SpfReason;
  readonly detail: string;
}

/** Ask for the TXT records of a domain and pick its SPF record. The question is not counted (RFC 7208 section 4.6.4 counts the term). */
export function* fetchRecord(lookups: Lookups, domain: string): Steps<FetchedRecord> {
  const malformed = domainProblem(domain);
  const asked = malformed === undefined ? lookups.ask(domain, 'TXT') : undefined;
  const answer = asked instanceof Promise ? yield* settled(asked) : asked;
  if (answer === undefined) {
    const detail = malformed ?? `'${domain}' is not a domain`;
    return failed({ result: 'none', reason: 'malformed-domain', detail });
  }
  const query = queryTrace(domain, 'TXT', answer, false);
  if (answer.status === 'temperror') return failed(dnsStop(domain, 'TXT', answer), query);
  if (answer.status === 'nxdomain') {
    return failed({ result: 'none', reason: 'name-not-found', detail: `${domain} does not exist` }, query);
  }
  const texts: string[] = [];
  const candidates: string[] = [];
  for (const strings of answer.status === 'found' ? answer.records : []) {
    const record = strings.join(''); // RFC 7208 section 3.3: without spaces
    texts.push(record);
    if (isSpfRecord(record)) candidates.push(record);
  }
  const failure = candidates.length === 1 ? undefined : choiceFailure(domain, candidates, texts);
  const text = failure === undefined ? candidates[0] : undefined;
  return { text, candidates, texts, answerSize: answer.size, query, failure };
}

function choiceFailure(domain: string, candidates: readonly string[], texts: readonly string[]): RecordFailure {
  if (candidates.length > 1) {
    const detail = `${domain} has ${candidates.length} SPF records, but only one is allowed`;
    return { result: 'permerror', reason: 'multiple-records', detail };
  }
  return { result: 'none', reason: 'no-record', detail: `${domain} has no SPF record${nearMiss(texts)}` };
}

function failed(failure: RecordFailure, query?: QueryTrace): FetchedRecord {
  return { text: undefined, candidates: [], texts: [], answerSize: undefined, query, failure };
}

/** What stands there in its place, where it looks like an SPF record that somebody meant. */
function nearMiss(texts: readonly string[]): string {
  for (const text of texts) {
    const start = text.slice(0, 40);
    if (/^["'\s]+v=spf1/i.test(start)) return ", but a TXT record with a quote or a space before 'v=spf1'";
    if (/^v=spf1[^\w ]/i.test(start)) return ", but a TXT record without a space after 'v=spf1'";
    if (/^v=spf1\w/i.test(start)) return `, but a TXT record of version '${/^v=(\w{1,20})/i.exec(start)?.[1]}'`;
    if (/^(?:v ?= ?spf|spf1|spf=)/i.test(start)) return ", but a TXT record that does not begin with 'v=spf1 '";
    if (/^spf2\.0\//i.test(start)) return ', but a Sender ID record (spf2.0), which is obsolete';
  }
  return '';
}

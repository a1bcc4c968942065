/** The DNS budget of one check (RFC 7208 section 4.6.4): every question goes through here, is counted and is traced. */
import type { Answer, RecordData, RecordType, Resolver } from '../dns/resolver.ts';
import { settled, type Steps } from '../steps.ts';
import { isQueryName } from './target-name.ts';
import type { Counts, QueryTrace, SpfReason } from './verdict.ts';

/** RFC 7208 section 4.6.4: terms with DNS look-ups, void look-ups, and names of one mx or ptr term. */
export const SPF_LIMITS = { terms: 10, void: 2, names: 10 } as const;

/** Something that ends the whole check. */
export interface Stop {
  readonly result: 'temperror' | 'permerror';
  readonly reason: SpfReason;
  readonly detail: string;
}

export type Records<T extends RecordType> = readonly RecordData[T][];

export class Lookups {
  readonly #resolver: Resolver;
  #terms = 0;
  #void = 0;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  get counts(): Counts {
    return { terms: this.#terms, void: this.#void };
  }

  /** The same resolver with a budget of its own: for what comes after the result. */
  fresh(): Lookups {
    return new Lookups(this.#resolver);
  }

  /** Count one term with look-ups. */
  countTerm(term: string): Stop | undefined {
    if (this.#terms >= SPF_LIMITS.terms) {
      const detail = `'${term}' would be term ${SPF_LIMITS.terms + 1} with DNS look-ups, but only ${SPF_LIMITS.terms} are allowed`;
      return { result: 'permerror', reason: 'too-many-lookups', detail };
    }
    this.#terms++;
    return undefined;
  }

  /** Ask, and count an answer without records as void. A name that cannot be asked has no records and is not counted. */
  *counted<T extends RecordType>(name: string, type: T, trace: QueryTrace[]): Steps<Records<T> | Stop> {
    const asked = this.ask(name, type);
    const answer = asked instanceof Promise ? yield* settled(asked) : asked;
    if (answer === undefined) {
      trace.push({ name, type, status: 'not-asked', records: [], void: false });
      return [];
    }
    const isVoid = answer.status === 'nxdomain' || answer.status === 'nodata';
    trace.push(queryTrace(name, type, answer, isVoid));
    if (answer.status === 'temperror') return dnsStop(name, type, answer);
    if (answer.status === 'found') return answer.records;
    if (++this.#void > SPF_LIMITS.void) {
      const detail = `the ${type} look-up of ${name} is void look-up number ${this.#void}, but only ${SPF_LIMITS.void} are allowed`;
      return { result: 'permerror', reason: 'too-many-void-lookups', detail };
    }
    return [];
  }

  /** Ask without counting; trouble is no records. For what must not change a result: validating PTR names, explanations. */
  *uncounted<T extends RecordType>(name: string, type: T, trace: QueryTrace[]): Steps<Records<T>> {
    const asked = this.ask(name, type);
    const answer = asked instanceof Promise ? yield* settled(asked) : asked;
    if (answer === undefined) return [];
    trace.push(queryTrace(name, type, answer, false));
    return answer.status === 'found' ? answer.records : [];
  }

  /** `undefined` for a name that DNS cannot carry. */
  ask<T extends RecordType>(name: string, type: T): Answer<T> | Promise<Answer<T>> | undefined {
    return isQueryName(name) ? this.#resolver.query(name, type) : undefined;
  }
}

export function isStop(value: object): value is Stop {
  return 'reason' in value;
}

/** RFC 7208 sections 4.4 and 5: an RCODE other than 0 and 3, or no answer in time, is a temperror. */
export function dnsStop(name: string, type: string, answer: { readonly detail: string }): Stop {
  return {
    result: 'temperror',
    reason: 'dns-error',
    detail: `the ${type} look-up of ${name} failed: ${answer.detail}`,
  };
}

/** Records of one answer that a trace holds: a person reads the first ones. */
const MAX_TRACED_RECORDS = 20;

export function queryTrace<T extends RecordType>(
  name: string,
  type: T,
  answer: Answer<T>,
  isVoid: boolean,
): QueryTrace {
  return {
    name,
    type,
    status: answer.status,
    records: answer.status === 'found' ? answer.records.slice(0, MAX_TRACED_RECORDS).map(recordText) : [],
    void: isVoid,
    detail: answer.status === 'temperror' ? answer.detail : undefined,
  };
}

function recordText(record: RecordData[RecordType]): string {
  if (typeof record === 'string') return record;
  if ('exchange' in record) return `${record.preference} ${record.exchange === '' ? '.' : record.exchange}`;
  return 'mname' in record ? `${record.mname} ${record.serial}` : record.join('');
}

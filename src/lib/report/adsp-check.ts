/** The JSON shapes of ADSP alone, with what DNS holds around it. `null` stands where nothing is known or was looked up. */
import type { AdspLookup } from '../adsp/lookup.ts';
import type { MessageAdsp } from '../adsp/verdict.ts';
import { EQUIVALENT_DMARC, type RelatedPolicies } from '../related-policies.ts';
import { octetsAsText } from '../syntax/octets.ts';
import { type AdspLookupReport, authorAdspReport, type AuthorAdspReport, lookupReport } from './adsp.ts';

/** What DNS holds around the record. */
export interface RelatedPoliciesReport {
  readonly dmarc: {
    readonly name: string;
    readonly record: string;
    /** `null`: the record has no valid policy, or whether the domain exists decides and is not known. */
    readonly policy: string | null;
    readonly inherited: boolean;
  } | null;
  /** The DMARC record that says the same as the practice. */
  readonly equivalent: string | null;
  /** Policies from before ADSP. */
  readonly older: readonly { readonly name: string; readonly record: string }[];
}

/** The line of a domain of `adsp-check --json`. */
export interface AdspDomainReport extends AdspLookupReport, RelatedPoliciesReport {
  /** Only a message has a result. */
  readonly result: null;
  readonly detail: string;
}

/** One author of a message, with what DNS holds around the record of its domain. */
export interface AdspAuthorReport extends AuthorAdspReport, RelatedPoliciesReport {}

/** The line of a message of `adsp-check --json`. On top what decides: the first author whose result is the worst. */
export interface AdspMessageReport extends AdspAuthorReport {
  readonly file: string;
  readonly authors: readonly AdspAuthorReport[];
}

/** A domain as `adsp-check --json` has it. @param related from `relatedPolicies` */
export function adspDomainReport(lookup: AdspLookup, related: RelatedPolicies): AdspDomainReport {
  const detail = octetsAsText(lookup.detail);
  return { result: null, ...lookupReport(lookup), detail, ...relatedReport(lookup, related) };
}

/**
 * ADSP on a message as `adsp-check --json` has it.
 *
 * @param file what the message is called
 * @param related what DNS holds around the domains that were looked up, by domain
 */
export function adspMessageReport(
  file: string,
  { result, authors }: MessageAdsp,
  related: ReadonlyMap<string, RelatedPolicies>,
): AdspMessageReport {
  const reports = authors.map((author) => ({
    ...authorAdspReport(author),
    ...relatedReport(author.lookup, related.get(author.lookup?.domain ?? '')),
  }));
  const decisive = reports.find((report) => report.result === result)!;
  return { file, ...decisive, authors: reports };
}

function relatedReport(lookup: AdspLookup | undefined, related: RelatedPolicies | undefined): RelatedPoliciesReport {
  const { dmarc, older = [] } = related ?? {};
  const { found, policy } = dmarc ?? {};
  return {
    dmarc:
      found === undefined
        ? null
        : {
            name: found.name,
            record: octetsAsText(found.text),
            policy: policy ?? null,
            inherited: found.source !== 'domain',
          },
    equivalent: lookup?.practice === undefined ? null : EQUIVALENT_DMARC[lookup.practice],
    older: older.map(({ name, record }) => ({ name, record: octetsAsText(record) })),
  };
}

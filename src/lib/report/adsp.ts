/** The JSON shape of ADSP beside other methods. `null` stands where nothing is known or was looked up. */
import type { AdspLookup, AdspStatus } from '../adsp/lookup.ts';
import type { AdspPractice } from '../adsp/record.ts';
import type { AdspResult, AuthorAdsp, MessageAdsp } from '../adsp/verdict.ts';
import { textOf } from './text.ts';

/** What DNS says of the practices of one author domain. */
export interface AdspLookupReport {
  readonly practice: AdspPractice | null;
  readonly domain: string | null;
  readonly record: string | null;
  readonly status: AdspStatus | null;
}

/** One author of a message, with the practices of its domain. */
export interface AuthorAdspReport extends AdspLookupReport {
  readonly result: AdspResult;
  readonly author: string | null;
  readonly detail: string;
}

/** `adsp` of `verify --json`. */
export interface AdspReport {
  /** The worst of `authors`. */
  readonly result: AdspResult;
  readonly authors: readonly AuthorAdspReport[];
}

/** ADSP on a message as `verify --adsp --json` has it. */
export function adspReport({ result, authors }: MessageAdsp): AdspReport {
  return { result, authors: authors.map(authorAdspReport) };
}

export function authorAdspReport({ result, author, domain, lookup, detail }: AuthorAdsp): AuthorAdspReport {
  const facts = { ...lookupReport(lookup), domain: textOf(lookup?.domain ?? domain) };
  return { result, author: textOf(author), ...facts, detail: textOf(detail) };
}

export function lookupReport(lookup: AdspLookup | undefined): AdspLookupReport {
  return {
    practice: lookup?.practice ?? null,
    domain: textOf(lookup?.domain),
    record: textOf(lookup?.record),
    status: lookup?.status ?? null,
  };
}

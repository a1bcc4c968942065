/** Where DMARC reports go: the values of rua= and ruf= (RFC 9989 sections 4.6 and 4.8). */
import { isHostName } from '../syntax/domain-name.ts';
import type { DmarcProblemCode, DmarcSeverity, RecordSpan } from './problem.ts';

/** Where a record wants reports sent: rua= and ruf= (RFC 9989 section 4.8). */
export interface ReportUri {
  /** As written, without the size limit of RFC 7489. */
  readonly uri: string;
  /**
   * The domain of a mailto: address, lower case; `undefined`: another scheme. A domain outside the organisation has to allow the
   * reports with a record at `DOMAIN._report._dmarc.THEIRS` (RFC 9990 section 4).
   */
  readonly domain: string | undefined;
}

/** @param place in the value */
type Report = (severity: DmarcSeverity, code: DmarcProblemCode, detail: string, place: RecordSpan) => void;

/** URI of RFC 3986, as far as a list can be split into them: a scheme, then what a URI may hold without commas and `!`. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@$&'()*+;=%]+$/;

/** `!10m`: reports of at most that size. */
const SIZE_LIMIT = /!\d{1,20}[kmgt]?$/i;

/**
 * @param value of the tag, latin1, without blanks at its ends
 * @param report called with each fault
 * @returns the sound ones
 */
export function parseReportUris(value: string, report: Report): ReportUri[] {
  const uris: ReportUri[] = [];
  let at = 0;
  for (const part of value.split(',')) {
    const item = part.trim();
    const place = { column: at + part.indexOf(item), length: item.length };
    at += part.length + 1;
    const uri = item.replace(SIZE_LIMIT, '');
    if (uri !== item) {
      report('warning', 'report-size-limit', `the size limit of ${item.slice(0, 80)} is ignored under RFC 9989`, place);
    }
    const problem = uriProblem(uri);
    if (problem !== undefined) {
      report('error', 'bad-report-uri', problem, place);
      continue;
    }
    const domain = mailDomain(uri);
    if (domain === undefined) {
      report(
        'warning',
        'report-uri-not-mailto',
        `${uri.slice(0, 80)} is not a mailto: URI, the only kind that every receiver supports`,
        place,
      );
    }
    uris.push({ uri, domain });
  }
  return uris;
}

function uriProblem(uri: string): string | undefined {
  const seen = uri.slice(0, 80);
  if (uri === '') return 'an address is empty';
  if (!uri.includes(':') && uri.includes('@')) return `${seen} is not a URI: write mailto:${seen}`;
  if (!URI.test(uri)) return `${seen} is not a URI ("," and "!" are written %2C and %21)`;
  if (/^mailto:/i.test(uri) && mailDomain(uri) === undefined) return `${seen} contains no mail address`;
  return undefined;
}

function mailDomain(uri: string): string | undefined {
  const [, domain = ''] = /^mailto:[^@?]+@([^@?]+)(?:\?|$)/i.exec(uri) ?? [];
  return isHostName(domain) ? domain.toLowerCase() : undefined;
}

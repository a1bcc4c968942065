/** Which names can be asked and which domains can have a policy. Names are latin1 without a final dot. */
import { canBeSent } from '../dns/wire/name.ts';
import { toAscii } from '../syntax/domain-name.ts';

/** A name that DNS can carry, the root excepted. Any octets. */
export function isQueryName(name: string): boolean {
  return name !== '' && canBeSent(name);
}

/**
 * Why a domain cannot have a policy (RFC 7208 section 4.3: malformed, or not of several labels), or `undefined` if it can.
 * The names of include and redirect may hold whatever macros put into them; only the shape counts.
 */
export function domainProblem(domain: string): string | undefined {
  if (domain === '') return 'there is no domain';
  // RFC 7208 section 2.3: the identity may be an address literal; qmail's Received lines show its brackets as '?'
  if (/^\[.*\]$|^\?[0-9A-Fa-f.:]+\?$/.test(domain)) return `'${domain}' is an address literal, not a domain`;
  if (/^[0-9]+$/.test(domain.slice(domain.lastIndexOf('.') + 1)))
    return `'${domain}' ends in a number: an address, not a domain`;
  if (!domain.includes('.')) return `'${domain}' has only one label`;
  if (isQueryName(domain)) return undefined;
  if (domain.length > 253) return `the domain is ${domain.length} characters long; the limit is 253`;
  const long = domain.split('.').find((label) => label.length > 63);
  return long === undefined
    ? `'${domain}' has an empty label`
    : `'${domain}' has a label of ${long.length} characters; the limit is 63`;
}

const NON_ASCII = /[\u0080-\uffff]/;

export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/**
 * A domain of the session as look-ups and macros take it: without a final dot, U-labels as A-labels (RFC 8616 section 4).
 *
 * @returns as it came where it is not an IDNA name; then it is malformed, and DNS will not know it
 */
export function sessionDomain(domain: string): string {
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  return isAscii(name) ? name : (toAscii(name) ?? name);
}

/** The names under which a key is published, from what a person wrote. */
import { basename } from 'node:path';
import { isDomainName, isHostName, toAscii } from '../lib/syntax/domain-name.ts';
import { DktoolError } from '../lib/errors.ts';

export interface KeyOwner {
  readonly selector: string;
  /** Lower case, A-labels; `undefined`: not known. */
  readonly domain: string | undefined;
  /** `SELECTOR._domainkey.DOMAIN` (RFC 6376 section 3.6.2.1), or `SELECTOR._domainkey` where the domain is not known. */
  readonly name: string;
}

/** RFC 1035 section 2.3.4: 255 octets on the wire. */
const MAX_NAME_LENGTH = 253;

function usage(code: string, message: string, hint?: string): DktoolError {
  return new DktoolError(code, message, { kind: 'permanent', hint });
}

/**
 * @param domain may have U-labels and a final dot
 * @throws DktoolError, kind permanent, where either is no name that DNS and mail can carry
 */
export function keyOwner(selector: string, domain: string | undefined): KeyOwner {
  // RFC 6376 section 3.1: sub-domain *( "." sub-domain ); keys with underscores in their names are about nevertheless.
  if (!isDomainName(selector)) {
    throw usage('bad-selector', `'${selector}' is no selector`, 'letters, digits, hyphens and single dots, e.g. 2026a');
  }
  const ascii = domain === undefined ? undefined : checkedDomain(domain);
  const name = [selector, '_domainkey', ...(ascii === undefined ? [] : [ascii])].join('.');
  if (name.length > MAX_NAME_LENGTH) throw usage('bad-selector', `the name ${name} is too long for DNS`);
  return { selector, domain: ascii, name };
}

function checkedDomain(domain: string): string {
  const ascii = toAscii(Buffer.from(domain.replace(/\.$/, ''), 'utf8').toString('latin1'));
  if (ascii !== undefined && isHostName(ascii)) return ascii;
  throw usage('bad-domain', `'${domain}' is no domain`, 'a domain such as example.com');
}

/** A domain may be given as argument and as option, but only one. */
export function oneDomain(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument === undefined || option === undefined || argument === option) return argument ?? option;
  throw usage('two-domains', `two domains are given, ${argument} and ${option}`);
}

/** The selector that the name of a key file stands for: its base name without .pem, .key or .private. */
export function selectorOfPath(path: string): string {
  return basename(path).replace(/\.(?:pem|key|private)$/, '');
}

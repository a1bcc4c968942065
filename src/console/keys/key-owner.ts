/** The name under which a key is published. */
import { basename } from 'node:path';
import { descriptorOf } from '../streams/descriptor-path.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import { usage } from '../options/usage.ts';

export interface KeyOwner {
  readonly selector: string;
  /** `undefined`: not known. */
  readonly domain: string | undefined;
  /** `SELECTOR._domainkey.DOMAIN` (RFC 6376 section 3.6.2.1), or `SELECTOR._domainkey` where the domain is not known. */
  readonly name: string;
}

/**
 * @param domain as the option's reader returns it: lower case, A-labels
 * @throws DktoolError, kind permanent, where the selector, or both together, is not a name that DNS can carry
 */
export function keyOwner(selector: string, domain: string | undefined): KeyOwner {
  // RFC 6376 section 3.1: selectors are labels with dots between them; it may come from a file name, so it is checked here.
  if (!isDomainName(selector))
    throw usage(`'${selector}' is not a selector`, 'give the key a name with -s, e.g. -s 2026a');
  return { selector, domain, name: belowDomain(`${selector}._domainkey`, domain) };
}

/**
 * @param labels relative where the domain is not known
 * @throws DktoolError, kind permanent, where both together are no name that DNS can carry
 */
export function belowDomain(labels: string, domain: string | undefined): string {
  const name = domain === undefined ? labels : `${labels}.${domain}`;
  if (!isDomainName(name)) throw usage(`the name ${name} is too long for DNS`);
  return name;
}

/** A domain may be given as argument and as option, but only one. */
export function oneDomain(argument: string | undefined, option: string | undefined): string | undefined {
  if (argument === undefined || option === undefined || argument === option) return argument ?? option;
  throw usage(`two different domains are given, ${argument} and ${option}`);
}

/**
 * The selector that the name of a key file stands for: its base name without .pem, .key or .private.
 *
 * @throws DktoolError, kind permanent, for stdin and other files without a name
 */
export function selectorOfPath(path: string): string {
  if (descriptorOf(path) !== undefined) throw usage('a selector is needed', 'the name of the key, e.g. -s 2026a');
  return basename(path).replace(/\.(?:pem|key|private)$/, '');
}

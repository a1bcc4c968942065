import { domainToUnicode } from 'node:url';

/** A domain as DNS has it, and behind it as its owner writes it where that differs. */
export function shownDomain(domain: string): string {
  if (!/(?:^|\.)xn--/.test(domain)) return domain;
  const unicode = domainToUnicode(domain);
  return unicode === '' || unicode === domain ? domain : `${domain} (${unicode})`;
}

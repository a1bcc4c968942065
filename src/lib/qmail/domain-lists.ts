/** qmail's lists of domains, which are all written alike: one a line (qmail-control(5)). */

/** A control file that names domains, and which part of its lines does. */
export const DOMAIN_FILES = ['locals', 'rcpthosts', 'morercpthosts', 'virtualdomains'] as const;

export type DomainFile = (typeof DOMAIN_FILES)[number];

export interface ListedDomain {
  /** From 1. */
  readonly line: number;
  /** As written, without the blanks behind it. */
  readonly name: string;
}

/**
 * The domains in a control file. Left out: comments, empty lines, wildcards with a leading dot, which name no domain, and
 * of virtualdomains single users and exceptions without a prepend.
 *
 * @returns names as written. Not checked: that they are names
 */
export function parseDomainList(file: DomainFile, text: string): ListedDomain[] {
  const listed: ListedDomain[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const said = raw.replace(/[ \t\r]+$/, '');
    if (said === '' || said.startsWith('#')) continue;
    const name = file === 'virtualdomains' ? said.split(':')[0]! : said;
    if (name === '' || name.startsWith('.') || name.includes('@')) continue;
    listed.push({ line: i + 1, name });
  }
  return listed;
}

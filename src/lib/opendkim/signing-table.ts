/** OpenDKIM's and dkimpy-milter's SigningTable: which senders are signed for with which key (opendkim.conf(5)). */
import { dataSetLines, type TableProblem } from './data-set.ts';

export interface SigningTableEntry {
  /** From 1. */
  readonly line: number;
  /** As written: `*@example.com`, `user@example.com`, `example.com`, `.example.com`, `*`. */
  readonly pattern: string;
  /** The domain, where the pattern is about one and not about many; lower case. */
  readonly domain: string | undefined;
  /** `%` stands for the domain of the sender. */
  readonly keyName: string;
}

export interface SigningTable {
  readonly entries: readonly SigningTableEntry[];
  readonly problems: readonly TableProblem[];
}

export function parseSigningTable(text: string): SigningTable {
  const entries: SigningTableEntry[] = [];
  const problems: TableProblem[] = [];
  for (const { line, key: pattern, value } of dataSetLines(text)) {
    // A second field, behind a colon, is the signer of i=.
    const keyName = value.split(':')[0]!.trim();
    if (keyName === '') problems.push({ line, problem: 'names no key: expected PATTERN KEYNAME' });
    else entries.push({ line, pattern, domain: oneDomain(pattern), keyName });
  }
  return { entries, problems };
}

function oneDomain(pattern: string): string | undefined {
  const domain = pattern.slice(pattern.lastIndexOf('@') + 1).toLowerCase();
  return domain === '' || domain.startsWith('.') || /[*%]/.test(domain) ? undefined : domain;
}

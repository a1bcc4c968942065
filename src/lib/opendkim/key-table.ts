/** Tables that say which key is where: OpenDKIM's and dkimpy-milter's KeyTable, and indimail's dkimkeys. */
import { type DataSetLine, dataSetLines, type TableProblem } from './data-set.ts';

export interface KeyTableEntry {
  /** From 1. */
  readonly line: number;
  /** By which the SigningTable refers to it; `undefined` in dkimkeys, which has no names. */
  readonly name: string | undefined;
  /** `%` stands for the domain of the sender. */
  readonly domain: string;
  /** `undefined` in dkimkeys: the name of the file is the selector. */
  readonly selector: string | undefined;
  readonly key: KeyPlace;
}

/** The path of a file, in which `%` stands for the domain of the sender; or the key itself, as PEM or base64. */
export type KeyPlace = { readonly path: string } | { readonly text: string };

export interface KeyTable {
  readonly entries: readonly KeyTableEntry[];
  readonly problems: readonly TableProblem[];
}

/**
 * Parse a table of keys. A line is `NAME DOMAIN:SELECTOR:KEY` or `NAME DOMAIN:SELECTOR:KEY:ALGORITHM` (opendkim.conf(5),
 * KeyTable) or, without blanks, `DOMAIN:PATH` (dkimkeys of indimail). Not checked: that domains and selectors are names.
 */
export function parseKeyTable(text: string): KeyTable {
  const entries: KeyTableEntry[] = [];
  const problems: TableProblem[] = [];
  for (const line of dataSetLines(text)) {
    const entry = line.value === '' ? dkimkeysEntry(line) : keyTableEntry(line);
    if (typeof entry === 'string') problems.push({ line: line.line, problem: entry });
    else entries.push(entry);
  }
  return { entries, problems };
}

/** The fourth field of OpenDKIM's coming release, such as `rsa-sha256`; any other colon is part of the path. */
const ALGORITHM = /:[ \t]*(?:(?:rsa|ed25519)-sha\d+)?$/i;

function keyTableEntry({ line, key: name, value }: DataSetLine): KeyTableEntry | string {
  const [, domain, selector, rest] = /^([^:]*):([^:]*):(.*)$/s.exec(value) ?? [];
  const key = rest?.trimEnd().replace(ALGORITHM, '').trimEnd();
  if (!domain || !selector || !key) return 'is not NAME DOMAIN:SELECTOR:KEY';
  const place = /^\.{0,2}\//.test(key) ? { path: key } : { text: key };
  return { line, name, domain: domain.trim(), selector: selector.trim(), key: place };
}

function dkimkeysEntry({ line, key: text }: DataSetLine): KeyTableEntry | string {
  // What stands behind the path are variables of the signer: DOMAIN:PATH:NAME=VALUE,...
  const [, domain, path] = /^([^:]+):([^:]+)(?::.*)?$/.exec(text) ?? [];
  if (!domain || !path) return 'is neither NAME DOMAIN:SELECTOR:KEY nor DOMAIN:PATH';
  return { line, name: undefined, domain, selector: undefined, key: { path } };
}

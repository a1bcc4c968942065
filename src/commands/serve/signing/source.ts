/** Where keys come from, and all of them read at once: a source is taken whole or not at all. */
import { createHash } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readPrivateKey } from '../../../lib/crypto/private-key.ts';
import { MIN_RSA_BITS } from '../../../lib/crypto/public-key.ts';
import type { SigningKey } from '../../../lib/dkim/sign.ts';
import { DktoolError } from '../../../lib/errors.ts';
import { DOMAIN_FILES, parseDomainList } from '../../../lib/qmail/domain-lists.ts';
import { isDomainName, toAscii } from '../../../lib/syntax/domain-name.ts';
import { type KeyTableEntry, parseKeyTable } from '../../../lib/opendkim/key-table.ts';
import { parseSigningTable } from '../../../lib/opendkim/signing-table.ts';
import type { TableProblem } from '../../../lib/opendkim/data-set.ts';
import { parseDksign } from '../../../lib/qmail/dksign.ts';
import { loadSigningKey } from '../../../console/keys/signing-keys.ts';
import { readConfigFile, readOptionalConfigFile } from '../../../console/sources/config-file.ts';
import { DEFAULT_KEY_PATH } from '../../../console/sources/control.ts';
import { planKeyPath } from '../../../console/sources/key-path.ts';
import type { NamedKey } from '../../../console/sources/named-key.ts';
import { CheckPlan } from '../../../console/sources/plan.ts';
import { SenderMatcher } from './sender-matcher.ts';
import { DomainSigners, type DomainSignersOptions, keyName, type SignerList, TableSigners } from './signers.ts';

/** The text of a table, and where it is from. */
export interface TableText {
  /** For messages. */
  readonly file: string;
  readonly text: string;
  /** Relative paths in it begin here. */
  readonly folder: string;
}

/** What names the keys. */
export type KeySource =
  | { readonly kind: 'path'; readonly pattern: string }
  | { readonly kind: 'control'; readonly folder: string }
  | {
      readonly kind: 'table';
      readonly keys: () => TableText;
      readonly senders: (() => TableText & { readonly isPattern: boolean }) | undefined;
      /** Every key that a sender matches signs. */
      readonly all: boolean;
    }
  /** One key for some domains. */
  | {
      readonly kind: 'single';
      readonly path: string;
      readonly selector: string;
      readonly domains: readonly string[];
      /** It signs for the domains below them too. */
      readonly subdomains: boolean;
    };

/** What is to be read: keys that may stand for several names, and what to make of them. */
interface Plan {
  readonly keys: readonly (NamedKey & { readonly names: readonly string[] })[];
  readonly make: (keys: ReadonlyMap<string, readonly SigningKey[]>) => SignerList;
  /** The texts that it rests on. */
  readonly texts: readonly string[];
}

export interface LoadOptions {
  readonly requireSafe: boolean;
  readonly warn: (sentence: string) => void;
}

/**
 * Read all keys.
 *
 * @throws DktoolError for the first that cannot be used, or a table with a line that cannot be understood
 */
export async function loadSigners(source: KeySource, options: LoadOptions): Promise<SignerList> {
  const { keys, make } = planOf(source);
  const loaded = new Map<string, SigningKey[]>();
  for (const named of keys) {
    const key = await loadKey(named, options);
    for (const name of named.names) loaded.set(name, [...(loaded.get(name) ?? []), key]);
  }
  return make(loaded);
}

/** A text that is another when anything has changed that the keys rest on; what cannot be read counts as changed too. */
export function fingerprintOf(source: KeySource): string {
  const hash = createHash('sha256');
  try {
    const { keys, texts } = planOf(source);
    for (const text of texts) hash.update(text).update('\0');
    for (const { path, domain, selector } of keys) hash.update(`${domain} ${selector} ${path} ${factsOf(path)}\n`);
  } catch (error) {
    hash.update(error instanceof Error ? error.message : '');
  }
  return hash.digest('hex');
}

/** Of a file, and of the link that may lead there. */
function factsOf(path: string): string {
  return [lstatSync, statSync]
    .map((look) => look(path, { throwIfNoEntry: false }))
    .map((stats) => stats && `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.mode}`)
    .join(' ');
}

function planOf(source: KeySource): Plan {
  switch (source.kind) {
    case 'path':
      return pathPlan(source.pattern);
    case 'control':
      return controlPlan(source.folder);
    case 'table':
      return tablePlan(source.keys(), source.senders?.(), source.all);
    default:
      return singlePlan(source);
  }
}

const byDomain =
  (options?: DomainSignersOptions): Plan['make'] =>
  (keys) =>
    new DomainSigners(keys, options);

function pathPlan(pattern: string, domainkeys = false): Plan {
  const plan = new CheckPlan();
  planKeyPath(plan, pattern, undefined);
  const keys = plan.plans().flatMap((domain) => domain.keys);
  return { keys: keys.map((key) => ({ ...key, names: [key.domain] })), make: byDomain({ domainkeys }), texts: [] };
}

/** control/dksign, where qmail-remote's patches look, and control/dkimkeys of indimail. */
function controlPlan(folder: string): Plan {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new DktoolError('config-unreadable', `there is no directory ${folder}`, {
      kind: 'temporary',
      hint: '--control takes the directory with the control files of qmail, mostly /var/qmail/control',
    });
  }
  const [dksignText, table] = ['dksign', 'dkimkeys'].map((name) =>
    readOptionalConfigFile(join(folder, name), 'control file'),
  );
  const dksign = dksignText === undefined ? undefined : parseDksign(dksignText);
  const domainkeys = dksign?.domainkeys ?? false;
  const texts = [dksignText ?? '', table ?? ''];
  const listed = table === undefined ? [] : entriesIn({ file: join(folder, 'dkimkeys'), text: table, folder });
  if (dksign === undefined && table !== undefined) return { keys: listed, make: byDomain(), texts };
  // qmail's programs run in the directory above control.
  const pattern = resolve(dirname(resolve(folder)), dksign?.keyPath ?? DEFAULT_KEY_PATH);
  const known = new Set(listed.map(({ domain }) => domain));
  const keys = pattern.includes('%')
    ? pathPlan(pattern).keys
    : ownDomains(folder).map((domain) => keyAt(pattern, domain));
  const found = keys.filter(({ domain }) => !known.has(domain));
  return { keys: [...listed, ...found], make: byDomain({ domainkeys }), texts };
}

/** The domains that a qmail takes mail for: one key for all of them. A host of its own name, such as localhost, sends no mail. */
function ownDomains(folder: string): string[] {
  const names = DOMAIN_FILES.flatMap((file) =>
    parseDomainList(file, readOptionalConfigFile(join(folder, file), 'control file') ?? '').map(({ name }) =>
      toAscii(name),
    ),
  );
  return [
    ...new Set(names.filter((name) => name !== undefined && name.includes('.') && isDomainName(name))),
  ] as string[];
}

function keyAt(path: string, domain: string): Plan['keys'][number] {
  return { domain, selector: undefined, path, text: undefined, hasSiblings: false, names: [domain] };
}

/** Each key signs for its own domain. */
function entriesIn(table: TableText): Plan['keys'] {
  const { entries } = parsed(parseKeyTable(table.text), table);
  return entries.map((entry) => {
    if (entry.domain === '%') throw bad(table.file, entry.line, 'signs for %, and no signing table says who that is');
    const key = namedKey(entry, table, entry.domain.toLowerCase());
    return { ...key, names: [key.domain] };
  });
}

function tablePlan(
  table: TableText,
  senders: (TableText & { readonly isPattern: boolean }) | undefined,
  all: boolean,
): Plan {
  if (senders === undefined) return { keys: entriesIn(table), make: byDomain(), texts: [table.text] };
  const { entries } = parsed(parseKeyTable(table.text), table);
  const signing = parsed(parseSigningTable(senders.text), senders).entries;
  const byName = new Map<string, KeyTableEntry[]>();
  for (const entry of entries)
    byName.set(entry.name ?? entry.domain, [...(byName.get(entry.name ?? entry.domain) ?? []), entry]);
  const keys: (NamedKey & { names: readonly string[] })[] = [];
  for (const { line, keyName: name, domain } of signing) {
    const used = byName.get(domain === undefined ? name : keyName(name, domain)) ?? byName.get(name);
    const isKnownLater = domain === undefined && name.includes('%');
    if (used === undefined && !isKnownLater)
      throw bad(senders.file, line, `names the key ${name}, which is not in ${table.file}`);
  }
  const domains = new Set(signing.flatMap(({ domain }) => domain ?? []));
  for (const entry of entries) keys.push(...keysOfEntry(entry, table, domains));
  const matcher = new SenderMatcher(
    signing.map((entry) => withOwnName(entry, byName)),
    senders.isPattern,
  );
  return { keys, make: (loaded) => new TableSigners(loaded, matcher, all), texts: [table.text, senders.text] };
}

/** A key for whoever it is (`%`) is kept under its name and the author's domain. */
function withOwnName<E extends { readonly keyName: string }>(
  entry: E,
  byName: ReadonlyMap<string, readonly KeyTableEntry[]>,
): E {
  const isForAll = byName.get(entry.keyName)?.some(isForAnyone) ?? false;
  return isForAll && !entry.keyName.includes('%') ? { ...entry, keyName: `${entry.keyName} %` } : entry;
}

function isForAnyone({ domain, key }: KeyTableEntry): boolean {
  return domain === '%' || ('path' in key && key.path.includes('%'));
}

/** @param domains that the signing table names */
function keysOfEntry(
  entry: KeyTableEntry,
  table: TableText,
  domains: ReadonlySet<string>,
): (NamedKey & { names: readonly string[] })[] {
  const name = entry.name ?? entry.domain;
  if (!isForAnyone(entry)) return [{ ...namedKey(entry, table, entry.domain.toLowerCase()), names: [name] }];
  const authors = new Set(domains);
  if ('path' in entry.key && entry.key.path.includes('%')) {
    const plan = new CheckPlan();
    planKeyPath(plan, resolve(table.folder, entry.key.path), entry.selector);
    for (const { domain } of plan.plans()) authors.add(domain);
  }
  return [...authors].map((author) => {
    const signer = entry.domain === '%' ? author : entry.domain.toLowerCase();
    return { ...namedKey(entry, table, signer, author), names: [`${name} ${author}`] };
  });
}

function namedKey({ line, selector, key }: KeyTableEntry, table: TableText, domain: string, author = domain): NamedKey {
  if (!isDomainName(domain)) throw bad(table.file, line, `has '${domain}', which is not a domain name`);
  const path = 'path' in key ? resolve(table.folder, key.path.replaceAll('%', author)) : table.file;
  return { domain, selector, path, text: 'text' in key ? key.text : undefined, hasSiblings: false };
}

function parsed<T extends { readonly problems: readonly TableProblem[] }>(table: T, { file }: TableText): T {
  const [problem] = table.problems;
  if (problem !== undefined) throw bad(file, problem.line, problem.problem);
  return table;
}

function bad(file: string, line: number, problem: string): DktoolError {
  return new DktoolError('config-invalid', `${file}: line ${line} ${problem}`, { kind: 'temporary' });
}

function singlePlan({ path, selector, domains, subdomains }: Extract<KeySource, { kind: 'single' }>): Plan {
  const keys = domains.map((domain) => ({
    domain,
    selector,
    path,
    text: undefined,
    hasSiblings: false,
    names: [domain],
  }));
  return { keys, make: byDomain({ isExact: !subdomains }), texts: [] };
}

async function loadKey({ domain, selector, path, text }: NamedKey, options: LoadOptions): Promise<SigningKey> {
  if (text === undefined) {
    const { requireSafe, warn } = options;
    return loadSigningKey({ path, selector }, domain, { domain, requireSafe, passphrase: undefined, warn });
  }
  const { type, bits, key } = await readPrivateKey(Buffer.from(text, 'latin1'), {
    name: `the key for ${domain} in ${path}`,
  });
  if (type === 'rsa' && bits < MIN_RSA_BITS) {
    throw new DktoolError('weak-key', `the key for ${domain} in ${path} has ${bits} bits, fewer than ${MIN_RSA_BITS}`, {
      kind: 'temporary',
      hint: 'RFC 8301 forbids it and verifiers reject it: make a new one with dktool keygen',
    });
  }
  return { domain, selector: selector ?? domain, type, privateKey: key };
}

/** A table in a file of its own. */
export function tableFile(path: string, what: string): TableText {
  return { file: path, text: readConfigFile(path, what), folder: dirname(resolve(path)) };
}

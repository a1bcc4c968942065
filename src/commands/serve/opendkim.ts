/** What an opendkim.conf says, as settings of a service. Whatever is not done here is named: nobody is to find out by mail. */
import { dirname, resolve } from 'node:path';
import { DktoolError } from '../../lib/errors.ts';
import { dataSetLines, parseDataSet } from '../../lib/opendkim/data-set.ts';
import type { Canonicalization } from '../../lib/canonicalize/header.ts';
import { asAuthservId } from '../../lib/auth-results/field.ts';
import { isSignableName } from '../../lib/signature/signed-field-names.ts';
import { DEFAULT_SIGNED_FIELDS } from '../../lib/signature/signed-field-names.ts';
import { type IpNetwork, parseIpNetwork } from '../../lib/syntax/ip-network.ts';
import { isDomainName, toAscii } from '../../lib/syntax/domain-name.ts';
import { readConfigFile } from '../../console/sources/config-file.ts';
import { readOpendkimConfig } from '../../console/sources/tables.ts';
import type { SignOptions } from '../../lib/sign-message.ts';
import type { ServeMode } from './settings.ts';
import type { KeySource, TableText } from './signing/source.ts';
import { parseSocket, type SocketAddress } from './sockets.ts';

/** What the file says; `undefined` for what it does not. */
export interface OpendkimSettings {
  readonly mode: ServeMode;
  readonly socket: SocketAddress | undefined;
  readonly user: string | undefined;
  readonly internal: readonly IpNetwork[] | undefined;
  readonly id: string | undefined;
  readonly nameservers: readonly string[];
  readonly socketMode: number | undefined;
  readonly keys: KeySource | undefined;
  readonly requireSafeKeys: boolean;
  readonly sign: Partial<SignOptions>;
  /** What is not done, as sentences. */
  readonly notes: readonly string[];
}

/** Parameters that are read below, and those that ask for what is always so, or is somebody else's business here. */
const READ = `mode socket userid internalhosts authservid nameservers umask keytable signingtable domain selector keyfile
canonicalization oversignheaders signheaders omitheaders signaturettl diagnostics requiresafekeys multiplesignatures subdomains basedirectory`;
const OF_COURSE = `syslog syslogsuccess syslogfacility syslogname logresults logwhy background autorestart autorestartrate
autorestartcount pidfile alwaysaddarheader addallsignatureresults trustanchorfile temporarydirectory querycache dnstimeout
resolverconfiguration softwareheader sendreports quarantine keeptemporaryfiles capturedunknownerrors`;
const KNOWN = new Set(`${READ} ${OF_COURSE}`.toLowerCase().split(/\s+/));

/**
 * Read an opendkim.conf.
 *
 * @throws DktoolError where a file cannot be read, or a parameter has a value that cannot be understood
 */
export function readOpendkimSettings(file: string): OpendkimSettings {
  const values = readOpendkimConfig(file);
  const folder = values.get('basedirectory') ?? dirname(resolve(file));
  const config: Config = { file, folder, values };
  const notes = [...values.keys()].filter((name) => !KNOWN.has(name)).map((name) => `${file}: ${name} is not used`);
  return {
    mode: modeOf(config),
    socket: socketOf(config),
    user: values.get('userid'),
    internal: internalHosts(config, notes),
    id: idOf(config),
    nameservers: listOf(config, 'nameservers') ?? [],
    socketMode: values.has('umask') ? 0o777 & ~umaskOf(config) : undefined,
    keys: keysOf(config),
    requireSafeKeys: isOn(config, 'requiresafekeys', true),
    sign: signOptionsOf(config),
    notes,
  };
}

interface Config {
  readonly file: string;
  readonly folder: string;
  /** By name in lower case. */
  readonly values: ReadonlyMap<string, string>;
}

function bad({ file, values }: Config, name: string, wanted: string): DktoolError {
  const sentence = `${file}: ${name} is '${values.get(name)}', and not ${wanted}`;
  return new DktoolError('config-invalid', sentence, { kind: 'temporary' });
}

function modeOf(config: Config): ServeMode {
  const letters = (config.values.get('mode') ?? 'sv').toLowerCase();
  const mode = ({ s: 'sign', v: 'verify', sv: 'both', vs: 'both' } as const)[letters];
  if (mode === undefined) throw bad(config, 'mode', 's, v or sv');
  return mode;
}

/** opendkim(8), -p: a path alone is a socket of its own too. */
function socketOf(config: Config): SocketAddress | undefined {
  const text = config.values.get('socket');
  if (text === undefined) return undefined;
  const address = parseSocket(text.startsWith('/') ? `unix:${text}` : text);
  if (address === undefined) throw bad(config, 'socket', 'local:PATH or inet:PORT@HOST, with an address or localhost');
  return address;
}

function umaskOf(config: Config): number {
  const text = config.values.get('umask')!;
  if (!/^[0-7]{1,4}$/.test(text)) throw bad(config, 'umask', 'octal digits');
  return Number.parseInt(text, 8);
}

function idOf(config: Config): string | undefined {
  const text = config.values.get('authservid');
  if (text === undefined || text === 'HOSTNAME') return undefined;
  const id = asAuthservId(text);
  if (id === undefined) throw bad(config, 'authservid', 'a name such as mx.example.org');
  return id;
}

/** Without `InternalHosts`, 127.0.0.1 is the only one. Host names would have to be looked up for each client. */
function internalHosts(config: Config, notes: string[]): IpNetwork[] | undefined {
  const items = listOf(config, 'internalhosts');
  return items?.flatMap((text) => {
    const network = text === 'localhost' ? undefined : parseIpNetwork(text.replace(/^\[(.*)\]/, '$1'));
    if (network === undefined && text !== 'localhost') {
      notes.push(`${config.file}: InternalHosts has '${text}', which is not an address or network, and is ignored`);
    }
    return network ?? [];
  });
}

function listOf({ file, folder, values }: Config, name: string): string[] | undefined {
  const value = values.get(name);
  if (value === undefined) return undefined;
  const set = parseDataSet(value);
  if (set.kind === 'foreign') throw foreign(file, name, set.type);
  if (set.kind === 'list') return [...set.items];
  return [...dataSetLines(readConfigFile(resolve(folder, set.path), name))].map(({ key }) => key);
}

function foreign(file: string, name: string, type: string): DktoolError {
  return new DktoolError('config-foreign', `${name} in ${file} is of type ${type}:, which only OpenDKIM reads`, {
    kind: 'permanent',
    hint: 'write it as file: or refile:, or name the keys with --key-table and --signing-table',
  });
}

function isOn(config: Config, name: string, byDefault: boolean): boolean {
  const text = config.values.get(name);
  if (text === undefined) return byDefault;
  if (/^(?:yes|true|on|1)$/i.test(text)) return true;
  if (/^(?:no|false|off|0)$/i.test(text)) return false;
  throw bad(config, name, 'yes or no');
}

function keysOf(config: Config): KeySource | undefined {
  const { file, folder, values } = config;
  const signing = values.get('signingtable');
  const keyTable = values.get('keytable');
  if (keyTable !== undefined) {
    const senders = signing === undefined ? undefined : () => tableOf(config, 'signingtable');
    if (senders === undefined)
      throw new DktoolError('config-invalid', `${file}: there is a KeyTable and no SigningTable`, {
        kind: 'temporary',
      });
    return {
      kind: 'table',
      keys: () => tableOf(config, 'keytable'),
      senders,
      all: isOn(config, 'multiplesignatures', false),
    };
  }
  const keyFile = values.get('keyfile');
  if (keyFile === undefined) return undefined;
  const selector = values.get('selector');
  if (selector === undefined)
    throw new DktoolError('config-invalid', `${file}: there is a KeyFile and no Selector`, { kind: 'temporary' });
  const domains = (listOf(config, 'domain') ?? []).map((name) => {
    const ascii = toAscii(name);
    if (ascii === undefined || !isDomainName(ascii)) throw bad(config, 'domain', 'a list of domains');
    return ascii;
  });
  return {
    kind: 'single',
    path: resolve(folder, keyFile),
    selector,
    domains,
    subdomains: isOn(config, 'subdomains', false),
  };
}

/** A data set as the text of a file; items of a list are `KEY=VALUE`. */
function tableOf({ file, folder, values }: Config, name: string): TableText & { readonly isPattern: boolean } {
  const set = parseDataSet(values.get(name)!);
  if (set.kind === 'foreign') throw foreign(file, name, set.type);
  if (set.kind === 'list') {
    return { file, text: set.items.map((item) => item.replace('=', ' ')).join('\n'), folder, isPattern: false };
  }
  const path = resolve(folder, set.path);
  return { file: path, text: readConfigFile(path, name), folder, isPattern: set.isPattern };
}

function signOptionsOf(config: Config): Partial<SignOptions> {
  const { values } = config;
  const ttl = values.get('signaturettl');
  if (ttl !== undefined && !/^\d{1,9}$/.test(ttl)) throw bad(config, 'signaturettl', 'a number of seconds');
  // opendkim.conf(5), Canonicalization: simple/simple where nothing is said.
  const [headerCanonicalization, bodyCanonicalization] = canonicalizations(config);
  return {
    headerCanonicalization,
    bodyCanonicalization,
    ...(ttl === undefined || Number(ttl) === 0 ? {} : { lifetime: Number(ttl) }),
    copiedHeaders: isOn(config, 'diagnostics', false),
    signedFields: signedFields(config),
    oversigned: fieldNames(config, 'oversignheaders'),
  };
}

const isKnown = (word: string): word is Canonicalization => word === 'simple' || word === 'relaxed';

function canonicalizations(config: Config): [Canonicalization, Canonicalization] {
  const [header = '', body = 'simple', ...more] = (config.values.get('canonicalization') ?? 'simple/simple').split('/');
  if (!isKnown(header) || !isKnown(body) || more.length > 0) {
    throw bad(config, 'canonicalization', 'relaxed or simple, or two of them: relaxed/simple');
  }
  return [header, body];
}

function fieldNames(config: Config, name: string): string[] {
  return (listOf(config, name) ?? []).filter((field) => isSignableName(field));
}

/** `SignHeaders` and `OmitHeaders`: names, with `*,+name,-name` for a change of the default. */
function signedFields(config: Config): readonly string[] | undefined {
  const fields = chosen(DEFAULT_SIGNED_FIELDS, listOf(config, 'signheaders'));
  const omitted = new Set((listOf(config, 'omitheaders') ?? []).map((name) => name.replace(/^[*+]/, '').toLowerCase()));
  const left = fields.filter((name) => name.toLowerCase() === 'from' || !omitted.has(name.toLowerCase()));
  return left.length === DEFAULT_SIGNED_FIELDS.length && fields === DEFAULT_SIGNED_FIELDS ? undefined : left;
}

function chosen(usual: readonly string[], items: readonly string[] | undefined): readonly string[] {
  if (items === undefined) return usual;
  if (items[0] !== '*') return items.some((name) => name.toLowerCase() === 'from') ? items : ['From', ...items];
  const out = new Set(items.filter((item) => item.startsWith('-')).map((item) => item.slice(1).toLowerCase()));
  const more = items
    .slice(1)
    .filter((item) => !item.startsWith('-'))
    .map((item) => item.replace(/^\+/, ''));
  return [...usual.filter((name) => !out.has(name.toLowerCase())), ...more];
}

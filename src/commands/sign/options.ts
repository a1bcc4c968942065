/** What sign is asked to do, from its command line. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import {
  addCommonOptions,
  addDnsOptions,
  collect,
  type CommonOptions,
  type DnsOptions,
  domain,
  duration,
  epoch,
  selector,
} from '../../console/options/options.ts';
import { UNSIGNED_CHOICES, type UnsignedChoice } from './unsigned.ts';
import type { HashAlgorithm } from '../../lib/canonicalize/body-hasher.ts';
import type { Canonicalization, DomainKeysCanonicalization } from '../../lib/canonicalize/header.ts';
import { DNS_OPTIONS, type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { isSignableName } from '../../lib/signature/signed-field-names.ts';
import type { DomainKeysSignedHeaders } from '../../lib/domainkeys/sign.ts';
import type { SignOptions } from '../../lib/sign-message.ts';
import { usage } from '../../console/options/usage.ts';

export interface SignCommandOptions extends CommonOptions, DnsOptions {
  readonly key?: readonly string[];
  readonly selector?: readonly string[];
  readonly domain?: string;
  readonly output?: string;
  readonly headerOnly?: boolean;
  readonly canonicalization?: readonly [Canonicalization, Canonicalization];
  readonly hash?: keyof typeof HASHES;
  readonly identity?: string;
  readonly expire?: number;
  readonly timestamp?: number;
  readonly now?: number;
  readonly queryMethod?: boolean;
  readonly copiedHeaders?: boolean;
  readonly bodyLength?: boolean;
  readonly headers?: readonly string[];
  readonly domainkeys?: boolean;
  readonly dkim?: boolean;
  readonly canon?: DomainKeysCanonicalization;
  readonly signedHeaders?: DomainKeysSignedHeaders;
  readonly legacy?: boolean;
  readonly checkDns?: boolean;
  /** `true`: say what will break on the way. `error`: refuse it too. Anything else is the file that stands behind it. */
  readonly lint?: string | true;
  readonly requireSafeKey?: boolean;
  readonly passphraseFile?: string;
  readonly unsigned?: UnsignedChoice;
}

const HASHES = {
  sha256: ['sha256'],
  sha1: ['sha1'],
  both: ['sha1', 'sha256'],
} as const satisfies Record<string, readonly HashAlgorithm[]>;

export function addSignOptions(command: Command): Command {
  command
    .optionsGroup('Key:')
    .option('-k, --key <file>', 'private key; % is the From domain (repeatable)', collect)
    .option('-s, --selector <name>', 'selector, one for each key (default: file name)', collectSelectors)
    .option('-d, --domain <name>', 'signing domain (default: that of From)', domain)
    .addOption(
      new Option('--unsigned <what>', 'mail without a key at %: pass, defer or refuse')
        .choices(UNSIGNED_CHOICES)
        .default(undefined, 'defer'),
    )
    .option('--passphrase-file <file>', 'file with the passphrase of an encrypted key')
    .option('--require-safe-key', 'refuse a key file that everyone can read')
    .optionsGroup('Signature:')
    .option('-c, --canonicalization <h/b>', 'header/body, default relaxed/relaxed', canonicalization)
    .option('-i, --identity <id>', 'i=, an address or @domain of the signing domain')
    .option('--headers <list>', 'sign these fields instead of the usual ones', fieldNames)
    .option('--expire <time>', 'x=, this long after t=: 7d, 12h, 3600s', duration)
    .option('--timestamp <epoch>', 't= (default: --now, else the clock)', epoch)
    .option('-z, --copied-headers', 'copy the signed fields into z=, for diagnosis')
    .option('--query-method', 'write q=dns/txt, the default')
    .option('--body-length', 'write l=: unsafe, anyone can append to the body')
    .addOption(
      new Option('--hash <hash>', 'hash of RSA signatures; verifiers refuse sha1')
        .choices(Object.keys(HASHES))
        .default(undefined, 'sha256'),
    );
  addOutputOptions(command);
  addDomainKeysOptions(command);
  return addCommonOptions(addDnsOptions(command));
}

function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .option('-o, --output <file>', 'write to a file, complete or not at all')
    .option('--header-only', 'print only the new header fields')
    .optionsGroup('Checks:')
    .option('--check-dns', 'verify with the published key before writing')
    .option('--lint [=error]', 'warn of what breaks in transit; =error refuses')
    .option('--now <epoch>', 'current time, in seconds since 1970', epoch);
}

function addDomainKeysOptions(command: Command): Command {
  return command
    .optionsGroup('DomainKeys (historic):')
    .option('--domainkeys', 'make a DomainKeys signature (RFC 4870) in place of DKIM')
    .option('--dkim', 'with --domainkeys: add a DKIM signature on top of it')
    .addOption(
      new Option('--canon <name>', 'canonicalization of --domainkeys')
        .choices(['simple', 'nofws'])
        .default(undefined, 'nofws'),
    )
    .option(
      '--signed-headers <which>',
      'h= of --domainkeys: none (all fields, default), all, unique (names that occur once), or a list',
      signedHeaders,
    )
    .option('--legacy', 'do not warn about SHA-1 and RSA keys below 1,024 bits');
}

/**
 * What --lint asks for, and the message's file: commander takes the word behind `--lint` for its value.
 *
 * @throws DktoolError, kind permanent, where there is a value other than `error`
 */
export function lintChoice(
  { lint }: Pick<SignCommandOptions, 'lint'>,
  file: string | undefined,
): { readonly lint: 'warn' | 'error' | undefined; readonly file: string | undefined } {
  if (lint === undefined || lint === true) return { lint: lint && 'warn', file };
  if (lint === 'error' || lint === '=error') return { lint: 'error', file };
  if (file !== undefined) throw usage(`--lint=${lint} is neither --lint nor --lint=error`);
  return { lint: 'warn', file: lint };
}

function collectSelectors(text: string, before: readonly string[] | undefined): string[] {
  return collect(selector(text), before);
}

function isCanonicalization(word: string | undefined): word is Canonicalization {
  return word === 'relaxed' || word === 'simple';
}

/** `relaxed/simple`; one word is the header's, the body's is then simple (RFC 6376 section 3.5 c=). */
function canonicalization(text: string): [Canonicalization, Canonicalization] {
  const [header, body = 'simple', ...more] = text.split('/');
  if (!isCanonicalization(header) || !isCanonicalization(body) || more.length > 0) {
    throw new InvalidArgumentError('It must be relaxed or simple, or a pair such as relaxed/simple.');
  }
  return [header, body];
}

/** Names separated by commas, colons or blanks. */
function listOfNames(text: string): string[] {
  const names = text.split(/[\s,:]+/).filter((name) => name !== '');
  const odd = names.find((name) => !isSignableName(name));
  if (odd !== undefined) throw new InvalidArgumentError(`'${odd}' is not a field name.`);
  return names;
}

function fieldNames(text: string): string[] {
  const names = listOfNames(text);
  if (!names.some((name) => name.toLowerCase() === 'from')) throw new InvalidArgumentError('From must be among them.');
  return names;
}

function signedHeaders(text: string): DomainKeysSignedHeaders {
  return text === 'none' || text === 'all' || text === 'unique' ? text : listOfNames(text);
}

/** @throws DktoolError, kind permanent, where options do not go together */
export function signOptions(options: SignCommandOptions, context: Context): SignOptions {
  checkCombination(options);
  const [headerCanonicalization, bodyCanonicalization] = options.canonicalization ?? ['relaxed', 'relaxed'];
  return {
    headerCanonicalization,
    bodyCanonicalization,
    hashes: wantsDkim(options) ? HASHES[options.hash ?? 'sha256'] : [],
    timestamp: options.timestamp ?? options.now ?? Math.floor(context.now()),
    lifetime: options.expire,
    identity: options.identity,
    queryMethod: options.queryMethod ?? false,
    bodyLength: options.bodyLength ?? false,
    copiedHeaders: options.copiedHeaders ?? false,
    signedFields: options.headers,
    domainkeys: options.domainkeys
      ? { canonicalization: options.canon ?? 'nofws', signedHeaders: options.signedHeaders ?? 'none', layout: 'folded' }
      : undefined,
  };
}

export function wantsDkim({ domainkeys, dkim }: SignCommandOptions): boolean {
  return domainkeys !== true || dkim === true;
}

const IDLE: readonly IdleRule[] = [
  { idle: ['dkim'], without: ['domainkeys'] },
  { idle: ['legacy'], without: ['domainkeys', 'check-dns'] },
  { idle: DNS_OPTIONS, without: ['check-dns'] },
  OFFLINE_RULE,
];

/**
 * @param command has been parsed
 * @throws DktoolError, kind permanent, where an option would do nothing
 */
export function checkSignOptions(command: Command): void {
  refuseIdleOptions(command, IDLE);
  const { unsigned, key } = command.opts<SignCommandOptions>();
  if (unsigned !== undefined && key?.every((path) => !path.includes('%'))) {
    throw usage('--unsigned is for domains without a key: it needs % in the path of -k');
  }
}

const DOMAINKEYS_ONLY = { canon: '--canon', signedHeaders: '--signed-headers' } as const;
const DKIM_ONLY = {
  canonicalization: '--canonicalization',
  hash: '--hash',
  identity: '--identity',
  expire: '--expire',
  queryMethod: '--query-method',
  copiedHeaders: '--copied-headers',
  bodyLength: '--body-length',
  headers: '--headers',
} as const;

/** An option that would do nothing is a misunderstanding: better said than signed. */
function checkCombination(options: SignCommandOptions): void {
  const given = (names: Readonly<Partial<Record<keyof SignCommandOptions, string>>>) =>
    Object.entries(names).find(([name]) => options[name as keyof SignCommandOptions] !== undefined)?.[1];
  const lonely = options.domainkeys ? undefined : given(DOMAINKEYS_ONLY);
  if (lonely !== undefined) throw usage(`${lonely} needs --domainkeys`);
  const idle = wantsDkim(options) ? undefined : given(DKIM_ONLY);
  if (idle !== undefined) {
    throw usage(`${idle} is for DKIM signatures, and --domainkeys alone makes none`, 'add --dkim to make both');
  }
  if (!wantsDkim(options) && (options.key?.length ?? 0) > 1) {
    throw usage('a message can have only one DomainKeys signature, but several keys are given');
  }
}

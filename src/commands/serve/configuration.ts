/** From the command line, and perhaps a configuration file, to the settings of a service. */
import type { SignOptions } from '../../lib/sign-message.ts';
import { type IpNetwork, parseIpNetwork } from '../../lib/syntax/ip-network.ts';
import { usage } from '../../console/options/usage.ts';
import type { ServiceProcess } from '../../console/context.ts';
import { type OpendkimSettings, readOpendkimSettings } from './opendkim.ts';
import type { ServeCommandOptions } from './options.ts';
import type { MilterSocket, ServeMode, ServeSettings } from './settings.ts';
import { type KeySource, tableFile } from './signing/source.ts';

const DEFAULT_LIMIT = 100;
const DEFAULT_WAIT = 30;
const DEFAULT_SOCKET_MODE = 0o660;

const LOOPBACK: readonly IpNetwork[] = ['127.0.0.0/8', '::1'].map((text) => parseIpNetwork(text)!);

const SIGN: Omit<SignOptions, 'timestamp'> = {
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  hashes: ['sha256'],
};

/** As dktool-remote makes it: where the message allows one, and beside a DKIM signature. */
const DOMAINKEYS = { canonicalization: 'nofws', signedHeaders: 'all', layout: 'folded' } as const;

/**
 * An option of the command line before what the configuration file says.
 *
 * @param inherited sockets that the process was started with
 * @throws DktoolError: kind permanent for a command line that says too little, temporary for a file that cannot be used
 */
export function settingsOf(options: ServeCommandOptions, inherited: ServiceProcess['inherited']): ServeSettings {
  const config = options.config === undefined ? undefined : readOpendkimSettings(options.config);
  const keys = keysOf(options) ?? config?.keys;
  const milters = miltersOf(options, config, inherited);
  const desks = options.slots ?? [];
  if (milters.length === 0 && desks.length === 0) {
    throw usage(
      'nothing is to be served',
      'name a socket, such as --milter inet:8891@127.0.0.1, or a directory with --slots',
    );
  }
  requireKeys(milters, keys);
  const { quiet = false, nameserver } = options;
  return {
    milters,
    desks,
    id: options.authResults ?? config?.id,
    internal: options.internalHosts ?? config?.internal ?? LOOPBACK,
    rejects: options.reject ?? [],
    limit: options.limit ?? DEFAULT_LIMIT,
    wait: options.wait ?? DEFAULT_WAIT,
    dns: nameserver === undefined && config !== undefined ? { ...options, nameserver: config.nameservers } : options,
    user: options.user ?? config?.user,
    socketMode: options.socketMode ?? config?.socketMode ?? DEFAULT_SOCKET_MODE,
    keys,
    requireSafeKeys: options.requireSafeKey ?? config?.requireSafeKeys ?? false,
    sign: {
      ...SIGN,
      ...(options.control === undefined ? {} : { domainkeys: DOMAINKEYS, domainkeysOptional: true }),
      ...config?.sign,
    },
    metrics: options.metrics,
    quiet,
    notes: config?.notes ?? [],
  };
}

function keysOf({ keyPath, keyTable, signingTable, control }: ServeCommandOptions): KeySource | undefined {
  const given = [keyPath, keyTable, control].filter((source) => source !== undefined);
  if (given.length > 1)
    throw usage('keys are named in more than one way', 'give one of --key-path, --key-table and --control');
  if (keyPath !== undefined) return { kind: 'path', pattern: keyPath };
  if (control !== undefined) return { kind: 'control', folder: control };
  if (keyTable === undefined) return undefined;
  return {
    kind: 'table',
    keys: () => tableFile(keyTable, 'key table'),
    senders:
      signingTable === undefined ? undefined : () => ({ ...tableFile(signingTable, 'signing table'), isPattern: true }),
    all: false,
  };
}

function miltersOf(
  options: ServeCommandOptions,
  config: OpendkimSettings | undefined,
  inherited: ServiceProcess['inherited'],
): MilterSocket[] {
  const { sign, verify, both, milter } = options;
  const mode = sign ? 'sign' : verify ? 'verify' : both ? 'both' : config?.mode;
  const socket = config?.socket;
  const named = milter ?? (socket === undefined || inherited.length > 0 ? [] : [{ address: socket, mode: undefined }]);
  const handed = inherited.map(({ fd, name }) => ({ address: { kind: 'fd', fd } as const, mode: modeNamed(name) }));
  return [...named, ...handed].map(({ address, mode: own }) => ({ address, mode: own ?? mode ?? noMode() }));
}

/** systemd.socket(5), FileDescriptorName. */
function modeNamed(name: string): ServeMode | undefined {
  return name === 'sign' || name === 'verify' || name === 'both' ? name : undefined;
}

function noMode(): never {
  throw usage('nothing says what is to be done with mail', 'give --sign, --verify or --both');
}

function requireKeys(milters: readonly MilterSocket[], keys: KeySource | undefined): void {
  const signs = milters.some(({ mode }) => mode !== 'verify');
  if (signs && keys === undefined) {
    throw usage('there are no keys to sign with', 'name them with --key-path, --key-table, --control or --config');
  }
}

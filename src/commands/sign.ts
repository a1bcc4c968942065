import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../console/context.ts';
import { inputsOf } from '../console/input.ts';
import {
  addCommonOptions,
  collect,
  type CommonOptions,
  domain,
  duration,
  epoch,
  selector,
} from '../console/options.ts';
import type { Outcome } from '../console/outcome.ts';
import { withOutput } from '../console/output.ts';
import { passphraseFrom } from '../console/passphrase.ts';
import { Replay } from '../console/replay.ts';
import { printable } from '../console/sanitize.ts';
import { loadSigningKey, pairKeys } from '../console/signing-keys.ts';
import type { Canonicalization } from '../lib/canonicalize/header.ts';
import type { SigningKey } from '../lib/dkim/sign.ts';
import { isSignableName } from '../lib/dkim/signed-field-names.ts';
import { DktoolError } from '../lib/errors.ts';
import { MessageSigner, type SignableFrom, type SignOptions, type SignResult } from '../lib/sign-message.ts';
import type { CommandModule } from './command.ts';

interface Options extends CommonOptions {
  readonly key?: readonly string[];
  readonly selector?: readonly string[];
  readonly domain?: string;
  readonly output?: string;
  readonly headerOnly?: boolean;
  readonly canonicalization: readonly [Canonicalization, Canonicalization];
  readonly identity?: string;
  readonly expire?: number;
  readonly timestamp?: number;
  readonly now?: number;
  readonly copiedHeaders?: boolean;
  readonly bodyLength?: boolean;
  readonly headers?: readonly string[];
  readonly requireSafeKey?: boolean;
  readonly passphraseFile?: string;
}

const AFTER_HELP = `
The key's selector is its file name without .pem, .key or .private; -s names another. The signing domain is that of
From; with % in the path, it is the domain whose key was found. Several -k make several signatures.

Examples:
  dktool sign -d example.com -s 2026a -k /etc/domainkeys/example.com/2026a < msg.eml > signed.eml
  dktool sign -k '/etc/domainkeys/%/default' < msg.eml | sendmail -t
  dktool sign -k rsa.pem -s 2026a -k ed25519.pem -s 2026e < msg.eml

Exit status: 0 signed, 100 the message or the command line cannot be used, 111 the key cannot (try again later).
On any failure nothing is written to stdout. Manual: man dktool-sign`;

export const sign: CommandModule = {
  name: 'sign',
  register(program, context, finish) {
    const command = program
      .command('sign')
      .summary('sign a message: stdin (or FILE) to stdout')
      .description('Sign a message: stdin, or FILE, comes out on stdout with a DKIM-Signature on top.');
    addOptions(command)
      .argument('[file]', 'the message; - or nothing is stdin')
      .addHelpText('after', AFTER_HELP)
      .action(async (file: string | undefined, options: Options) => finish(await run(file, options, context)));
  },
};

function addOptions(command: Command): Command {
  const specific = command
    .option('-k, --key <file>', 'private key; % is the domain of From, then its parents (repeat for more)', collect)
    .option('-s, --selector <name>', 'selector (repeat: one for each key)', collectSelectors)
    .option('-d, --domain <name>', 'signing domain', domain)
    .option('-o, --output <file>', 'write to this file, whole or not at all')
    .option('--header-only', 'print just the new header fields')
    .addOption(
      new Option('-c, --canonicalization <h/b>', 'relaxed or simple, for header and body')
        .argParser(canonicalization)
        .default(['relaxed', 'relaxed'], 'relaxed/relaxed'),
    )
    .option('-i, --identity <id>', 'i=, an address or @domain within the signing domain')
    .option('--expire <time>', 'x=, so long after t=: 7d, 12h, 3600s', duration)
    .option('--timestamp <epoch>', 't= (default: --now, else the clock)', epoch)
    .option('--now <epoch>', 'take this as the current time', epoch)
    .option('--headers <list>', 'sign these fields instead of the usual ones (From,To,...)', fieldNames)
    .option('-z, --copied-headers', 'copy the signed fields into z=, for diagnosis')
    .option('--body-length', 'write l=: dangerous, anybody can add to the body')
    .option('--require-safe-key', 'refuse a key file that everybody can read')
    .option('--passphrase-file <file>', 'the passphrase of an encrypted key');
  return addCommonOptions(specific);
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
    throw new InvalidArgumentError('It must be relaxed or simple, or two of them: relaxed/simple.');
  }
  return [header, body];
}

/** Names separated by commas, colons or blanks. */
function fieldNames(text: string): string[] {
  const names = text.split(/[\s,:]+/).filter((name) => name !== '');
  const odd = names.find((name) => !isSignableName(name));
  if (odd !== undefined) throw new InvalidArgumentError(`'${odd}' is not a field name.`);
  if (!names.some((name) => name.toLowerCase() === 'from')) throw new InvalidArgumentError('From must be among them.');
  return names;
}

/** Sign one message. Not one byte goes out before the signature exists. */
export async function run(file: string | undefined, options: Options, context: Context): Promise<Outcome> {
  if (options.key === undefined) {
    throw new DktoolError('no-key', 'no key is named: -k FILE is needed', {
      kind: 'permanent',
      hint: 'dktool keygen DOMAIN makes one',
    });
  }
  const requests = pairKeys(options.key, options.selector ?? []);
  const warn = (sentence: string) => {
    if (!options.quiet) context.stderr.write(`dktool: warning: ${printable(sentence)}\n`);
  };
  const loading = {
    domain: options.domain,
    requireSafe: options.requireSafeKey ?? false,
    passphrase: passphraseFrom(options.passphraseFile, context),
    warn,
  };
  const keysFor = async ({ author }: SignableFrom): Promise<SigningKey[]> => {
    const keys: SigningKey[] = [];
    for (const request of requests) keys.push(await loadSigningKey(request, author, loading));
    return keys;
  };
  const signatures = async (chunks: Iterable<Buffer>): Promise<SignResult> => {
    const signer = new MessageSigner(signOptions(options, context));
    let keys: SigningKey[] | undefined;
    for (const chunk of chunks) {
      signer.write(chunk);
      // At once, so that a missing key does not wait for the end of a long message.
      if (keys === undefined && signer.from !== undefined) keys = await keysFor(signer.from);
    }
    signer.end();
    return signer.sign(keys ?? (await keysFor(signer.from!)));
  };

  const [input] = inputsOf(file === undefined ? [] : [file], context);
  const { source, close } = input!.open();
  const replay = new Replay(source);
  try {
    let result = await signatures(replay.read());
    if (!replay.isSteady) result = await signatures(replay.readAgain());
    result.warnings.forEach(warn);
    withOutput(options.output, context, (sink) => {
      if (options.headerOnly) sink.write(result.fields);
      else replay.writeTo(sink, result.fields, result.insertAt);
    });
  } finally {
    replay.close();
    close();
  }
  return 'ok';
}

function signOptions(options: Options, context: Context): SignOptions {
  const [headerCanonicalization, bodyCanonicalization] = options.canonicalization;
  return {
    headerCanonicalization,
    bodyCanonicalization,
    timestamp: options.timestamp ?? options.now ?? Math.floor(context.now()),
    lifetime: options.expire,
    identity: options.identity,
    bodyLength: options.bodyLength ?? false,
    copiedHeaders: options.copiedHeaders ?? false,
    signedFields: options.headers,
  };
}

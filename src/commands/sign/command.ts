import { requireOpenOutput } from '../../console/streams/bytes.ts';
import type { Context } from '../../console/context.ts';
import { descriptorOf } from '../../console/streams/descriptor-path.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { inputsOf } from '../../console/streams/input.ts';
import type { Outcome } from '../../console/outcome.ts';
import { withOutput } from '../../console/streams/output.ts';
import { passphraseFrom } from '../../console/keys/passphrase.ts';
import { Replay } from '../../console/streams/replay.ts';
import { type KeyLoading, pairKeys } from '../../console/keys/signing-keys.ts';
import { DktoolError } from '../../lib/errors.ts';
import { MessageSigner, type SignResult } from '../../lib/sign-message.ts';
import type { CommandModule } from '../command.ts';
import { loadKeys, type MessageKeys } from './keys.ts';
import { unsignedReason } from './unsigned.ts';
import {
  addSignOptions,
  checkSignOptions,
  lintChoice,
  type SignCommandOptions,
  signOptions,
  wantsDkim,
} from './options.ts';
import { usage } from '../../console/options/usage.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

const HELP: HelpPage = {
  examples: [
    'dktool sign -k /etc/domainkeys/example.com/2026a < msg.eml > signed.eml',
    "dktool sign -k '/etc/domainkeys/%/default' < msg.eml > signed.eml",
    'dktool sign -k rsa.pem -s 2026a -k ed25519.pem -s 2026e < msg.eml',
    'dktool sign -d example.com -s 2026a -k key.pem < msg.eml > signed.eml && sendmail -t < signed.eml',
    "dktool sign -k '/etc/domainkeys/%/default' --unsigned pass < mixed.eml > out.eml",
    "dktool sign --domainkeys --dkim -k '/etc/domainkeys/%/default' < msg.eml",
  ],
  common: [
    'key',
    'selector',
    'domain',
    'unsigned',
    'output',
    'canonicalization',
    'identity',
    'headers',
    'check-dns',
    'lint',
  ],
  notes: `
The selector is the name of the key file without .pem, .key or .private, unless -s names another. The signing domain is
that of From; with % in the path, it is the domain whose key was found. Each -k adds a signature.`,
  exitStatus:
    '0 signed, 100 the message or the command line cannot be used, 111 the key cannot be used, try again later; on failure nothing is written to stdout',
};

export const sign: CommandModule = {
  name: 'sign',
  register(program, context, finish) {
    const command = program
      .command('sign')
      .summary('sign a message: stdin or a file to stdout')
      .description('Sign a message: read stdin or FILE, write it to stdout with a signature on top.');
    setHelpPage(addSignOptions(command), HELP)
      .argument('[file]', 'message (default: stdin)')
      .action(async (file: string | undefined, options: SignCommandOptions) => {
        checkSignOptions(command);
        const chosen = lintChoice(options, file);
        finish(await run(chosen.file, options, context, chosen.lint));
      });
  },
};

const SHA1_WARNING =
  'DomainKeys is historic and signs with SHA-1: receivers today expect a DKIM signature (RFC 6376, RFC 8301)';

/** No field is added. */
const UNSIGNED: SignResult = { fields: Buffer.alloc(0), insertAt: 0, warnings: [] };

/** The same chunks; who stops early can go on with the rest. */
function keptOpen(chunks: Iterable<Buffer>): Iterable<Buffer> {
  const iterator = chunks[Symbol.iterator]();
  return { [Symbol.iterator]: () => ({ next: () => iterator.next() }) };
}

/** From a pipe it may still be one message that quotes others: it must not bounce. */
function refuseMailbox(file: string | undefined, warn: (sentence: string) => void): void {
  if (file !== undefined && file !== '-') {
    throw new DktoolError('several-messages', `${file} is an mbox file with several messages, not a message`, {
      kind: 'permanent',
      hint: 'formail -s runs a command for each of them',
    });
  }
  warn('this looks like an mbox with several messages: it is signed as one');
}

/** Sign one message. Not one byte goes out before the signature exists. */
export async function run(
  file: string | undefined,
  options: SignCommandOptions,
  context: Context,
  lint?: 'warn' | 'error',
): Promise<Outcome> {
  if (options.key === undefined) {
    throw new DktoolError('no-key', 'no key is given: -k FILE is needed', {
      kind: 'permanent',
      hint: 'make one, for example: dktool keygen example.com -s 2026a',
    });
  }
  const { say, warn } = diagnostics(context, options);
  const loading: KeyLoading = {
    domain: options.domain,
    requireSafe: options.requireSafeKey ?? false,
    passphrase: passphraseFrom(options.passphraseFile, context),
    warn,
  };
  const requests = pairKeys(options.key, options.selector ?? []);
  if ((file === undefined || file === '-') && requests.some(({ path }) => descriptorOf(path) === 0)) {
    throw usage('stdin cannot be both the key and the message', 'give the message file after the options');
  }
  const wanted = { dkim: wantsDkim(options), domainkeys: options.domainkeys ?? false, legacy: options.legacy ?? false };
  const parameters = signOptions(options, context);
  const signed = async (chunks: Iterable<Buffer>): Promise<SignResult> => {
    const signer = new MessageSigner(parameters);
    let keys: MessageKeys | undefined;
    for (const chunk of chunks) {
      signer.write(chunk);
      // At once, so that a missing key does not wait for the end of a long message.
      if (keys === undefined && signer.from !== undefined) keys = await loadKeys(requests, wanted, signer, loading);
    }
    signer.end();
    if (signer.isMailbox) refuseMailbox(file, warn);
    keys ??= await loadKeys(requests, wanted, signer, loading);
    return signer.sign(keys.dkim, keys.domainKey);
  };
  const signatures = async (chunks: Iterable<Buffer>): Promise<SignResult> => {
    const all = keptOpen(chunks);
    try {
      return await signed(all);
    } catch (error) {
      const { message } = unsignedReason(error, options.unsigned ?? 'defer');
      for (const chunk of all) void chunk; // the message goes on, so it has to be read
      if (options.verbose) say(`not signed, the message is passed on unchanged: ${message}`);
      return UNSIGNED;
    }
  };

  const [input] = inputsOf(file === undefined ? [] : [file], context);
  const { source, close } = input!.open();
  const replay = new Replay(source);
  try {
    let result = await signatures(replay.read());
    if (!replay.isSteady) result = await signatures(replay.readAgain());
    const isSigned = result !== UNSIGNED;
    if (isSigned && wanted.domainkeys && !wanted.legacy) warn(SHA1_WARNING);
    result.warnings.forEach(warn);
    if (isSigned && lint !== undefined) {
      const { lintSigned } = await import('./lint.ts'); // see src/entry/dktool.ts
      const message = replay.messageWith(result.fields, result.insertAt);
      lintSigned(message, result.fields, { refuse: lint === 'error', now: parameters.timestamp, say });
    }
    if (isSigned && options.checkDns) {
      const message = replay.messageWith(result.fields, result.insertAt);
      const policy = { now: parameters.timestamp, legacy: wanted.domainkeys || wanted.legacy };
      const { checkPublished } = await import('./check-published.ts'); // see src/entry/dktool.ts
      await checkPublished(message, result.fields, policy, options, context);
    }
    if (options.output === undefined || options.output === '-') requireOpenOutput(context.stdout);
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

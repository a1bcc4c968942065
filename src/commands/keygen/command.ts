import { type Command, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { groupNumber } from './group.ts';
import { type IdleRule, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { readKeyInput, withPath } from '../../console/keys/key-file.ts';
import { keyWarnings, sizeWarnings } from '../../console/keys/key-warnings.ts';
import { checkKeyPath, writeKeyFiles } from '../../console/keys/key-output.ts';
import { writeRecords } from '../../console/keys/record-output.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { addPlaceOptions, placeRecord } from '../../console/keys/record-place.ts';
import type { Outcome } from '../../console/outcome.ts';
import { addCommonOptions, collect, domain, selector } from '../../console/options/options.ts';
import { newPassphrase, passphraseFrom } from '../../console/keys/passphrase.ts';
import { generateEd25519Key, generateRsaKey, RSA_BITS } from '../../lib/crypto/generate-key.ts';
import { formatKey, KEY_FORMATS } from '../../lib/crypto/key-format.ts';
import { type PrivateKey, readPrivateKey } from '../../lib/crypto/private-key.ts';
import { formatKeyRecord } from '../../lib/keys/key-record.ts';
import { newKeyRecord } from '../../lib/keys/new-key-record.ts';
import { formatTxtRecords } from '../../lib/dns/txt-formats/format.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';
import type { CommandModule } from '../command.ts';
import { type KeygenOptions, type PlannedKey, planKeys, rsaBits } from './plan.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

const HELP: HelpPage = {
  examples: [
    'dktool keygen example.com -s 2026a > 2026a.zone',
    'dktool keygen example.com -o /etc/domainkeys/example.com/2026a --group qmail',
    'dktool keygen example.com -s 2026a --dual',
    'dktool keygen example.com -s 2026a --record-format route53 > change.json',
    'dktool keygen --convert rspamd.key --format seed -o dkimpy.key',
  ],
  common: ['selector', 'output', 'type', 'bits', 'dual', 'group', 'force', 'convert', 'record-format', 'ttl'],
  notes: 'The private key goes to a file of mode 600. Standard output carries the DNS record and nothing else.',
  exitStatus:
    '0 key and record were written, 100 wrong command line or the file exists, 111 the file cannot be written; on 100 and 111 no file is left behind',
};

const IDLE: readonly IdleRule[] = [
  { idle: ['passphrase-file'], without: ['convert', 'encrypt'] },
  { idle: ['force-weak'], without: ['bits'] },
];

const eachSelector = (text: string, before: readonly string[] | undefined) => collect(selector(text), before);

export const keygen: CommandModule = {
  name: 'keygen',
  register(program, context, finish) {
    const command = program
      .command('keygen')
      .summary('make a key pair and print its DNS record')
      .description('Make a key pair: private key to a file, DNS record of the public key to stdout.')
      .argument('[domain]', 'signing domain; without one the record has a relative owner name', domain)
      .optionsGroup('Key:')
      .option('-s, --selector <name>', 'selector (default: from -o); twice with --dual', eachSelector)
      .option('-d, --domain <name>', 'signing domain, in place of the argument', domain)
      .addOption(new Option('--type <type>', 'key type').choices(['rsa', 'ed25519']).default(undefined, 'rsa'))
      .option('--bits <n>', `RSA key size, ${RSA_BITS.refused} to ${RSA_BITS.most} (default: ${RSA_BITS.standard})`)
      .addOption(new Option('--dual', 'make an RSA and an Ed25519 key').conflicts('type'))
      .option('--force-weak', `allow RSA keys below ${RSA_BITS.refused} bits`);
    addFileOptions(setHelpPage(command, HELP));
    addPlaceOptions(command, '--record-format <format>', 'record format');
    addCommonOptions(command).action(async (name: string | undefined, options: KeygenOptions) => {
      refuseIdleOptions(command, IDLE);
      finish(await run(name, options, context));
    });
  },
};

function addFileOptions(command: Command): Command {
  const convert = new Option('--convert <file>', 'convert this key instead of making one; - is stdin');
  return command
    .optionsGroup('Key file:')
    .option('-o, --output <file>', 'private key file (default: selector; - is stdout)', collect)
    .option('--group <name>', 'let this group read the key (mode 640)')
    .option('--force', 'replace an existing file, keeping it as FILE.old')
    .addOption(convert.conflicts(['type', 'bits', 'dual']))
    .addOption(new Option('--format <format>', 'key file format').choices(KEY_FORMATS).default(undefined, 'pkcs8'))
    .option('--encrypt', 'encrypt the key file with a passphrase')
    .option('--passphrase-file <file>', 'read the passphrase of --convert or --encrypt from a file');
}

/** Make or convert the keys, put them in place, print their records. */
export async function run(
  domainArgument: string | undefined,
  options: KeygenOptions,
  context: Context,
): Promise<Outcome> {
  const { say, warn } = diagnostics(context, options);
  const planned = planKeys(domainArgument, options);
  const bits = rsaBits(options);
  const toStdout = planned[0]!.path === '-';
  if (!toStdout) for (const { path } of planned) checkKeyPath(path, options.force === true);
  const group = options.group === undefined ? undefined : { name: options.group, number: groupNumber(options.group) };

  const keys: PrivateKey[] = [];
  for (const { type } of planned) keys.push(await obtainKey(type, bits, options, context));
  const passphrase = options.encrypt === true ? await newPassphrase(options.passphraseFile, context) : undefined;
  const files = keys.map((key, i) => ({
    path: planned[i]!.path,
    bytes: formatKey(key, options.format ?? 'pkcs8', passphrase),
  }));
  const texts = keys.map((key) => formatKeyRecord(newKeyRecord(key)));
  const { recordFormat } = options;
  const records = texts.map((text, i) => ({ ...placeRecord(planned[i]!.owner, recordFormat, options), text }));
  const lines = `${formatTxtRecords(records, recordFormat)}\n`;
  const sizes = texts.flatMap((text, i) => sizeWarnings({ owner: planned[i]!.owner.name, text }));
  for (const warning of [...keys.flatMap(keyWarnings), ...sizes]) warn(warning);

  if (toStdout) {
    context.stdout.write(files[0]!.bytes);
    context.stderr.write(lines);
    return 'ok';
  }
  const written = writeKeyFiles(files, { force: options.force === true, group });
  writeRecords(lines, written, context);
  for (const { path, keptAs, wasForGroup } of written.kept) {
    say(`the old ${path} is kept as ${keptAs}`);
    if (wasForGroup && group === undefined)
      warn(`the old ${path} was readable by its group, the new one is not (see --group)`);
  }
  if (options.verbose === true || context.stderr.isTerminal) printNextSteps(keys, planned, group?.name, say);
  return 'ok';
}

async function obtainKey(
  type: PlannedKey['type'],
  bits: number,
  options: KeygenOptions,
  context: Context,
): Promise<PrivateKey> {
  if (options.convert !== undefined) {
    const { name, bytes } = readKeyInput(options.convert, context.stdin);
    return withPath(
      options.convert,
      readPrivateKey(bytes, { name, passphrase: passphraseFrom(options.passphraseFile, context) }),
    );
  }
  return type === 'rsa' ? generateRsaKey(bits) : generateEd25519Key();
}

function printNextSteps(
  keys: readonly PrivateKey[],
  planned: readonly PlannedKey[],
  group: string | undefined,
  say: (line: string) => void,
): void {
  for (const [i, { path }] of planned.entries()) {
    const { type, bits } = keys[i]!;
    const what = type === 'rsa' ? `RSA key of ${bits} bits` : 'Ed25519 key';
    const readers = group === undefined ? 'its owner only' : `its owner and group ${group}`;
    say(`wrote ${path}: ${what}, readable by ${readers}`);
  }
  const signer = planned[0]!.owner.domain;
  say(`next: publish the record on stdout in the zone of ${signer ?? 'your domain'}`);
  const pairs = planned.map(({ owner, path }) => `-s ${owner.selector} -k ${shellWord(path)}`).join(' ');
  say(`then: dktool sign -d ${signer ?? 'example.com'} ${pairs} < message > signed`);
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { DNS_OPTIONS, type IdleRule, OFFLINE_RULE, refuseIdleOptions } from '../../console/options/idle-options.ts';
import { type KeyOwner, keyOwner, oneDomain, selectorOfPath } from '../../console/keys/key-owner.ts';
import { readKeyInput, withPath } from '../../console/keys/key-file.ts';
import { keyWarnings, sizeWarnings } from '../../console/keys/key-warnings.ts';
import {
  addCommonOptions,
  addDnsOptions,
  type CommonOptions,
  type DnsOptions,
  domain as readDomain,
  once,
  selector,
} from '../../console/options/options.ts';
import type { Outcome } from '../../console/outcome.ts';
import { passphraseFrom } from '../../console/keys/passphrase.ts';
import { publishedRecord } from './published-record.ts';
import { addPlaceOptions, type PlaceOptions, placeRecord } from '../../console/keys/record-place.ts';
import { behindLinks } from '../../console/keys/signing-keys.ts';
import { formatKeyRecord, type KeyRecord } from '../../lib/keys/key-record.ts';
import { newKeyRecord, type NewKeyRecordOptions } from '../../lib/keys/new-key-record.ts';
import { readRecordSource, type RecordSource } from '../../lib/keys/record-source.ts';
import { answerSize } from '../../lib/dns/txt-formats/answer-size.ts';
import { formatTxtRecord, type TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import type { TxtRecord } from '../../lib/dns/txt-formats/record.ts';
import { DktoolError } from '../../lib/errors.ts';
import type { CommandModule } from '../command.ts';
import { addComparisonOptions, type ComparisonOptions, checkRecord, isComparison } from './compare.ts';
import { addPolicyOptions, domainBehindPolicy, policyRecord, type PolicyRecordOptions } from './policy.ts';
import { usage } from '../../console/options/usage.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';

export interface DnsRecordOptions
  extends CommonOptions,
    DnsOptions,
    PlaceOptions,
    PolicyRecordOptions,
    ComparisonOptions {
  readonly domain?: string;
  readonly selector?: string;
  readonly key?: string;
  readonly published?: boolean;
  readonly passphraseFile?: string;
  readonly format: TxtFormat;
  readonly json?: boolean;
  readonly hash?: readonly string[];
  readonly service?: readonly string[];
  readonly sameDomain?: boolean;
  readonly revoke?: boolean;
  readonly domainkeys?: boolean;
}

const HELP: HelpPage = {
  examples: [
    'dktool dns-record example.com -k /etc/domainkeys/example.com/2026a',
    'dktool dns-record example.com -k /etc/domainkeys/example.com/2026a --check',
    "dktool dns-record example.com --spf 'v=spf1 mx -all'",
    'dktool dns-record example.com -s 2026a -k 2026a.pem --format tinydns >> data',
    'dktool dns-record example.com -s 2025a --published --revoke',
    'dktool dns-record example.com -k 2026a --format nsupdate | nsupdate -k update.key',
    "dktool dns-record example.com --dmarc 'p=quarantine; rua=mailto:dmarc@example.com'",
    'dktool dns-record example.com -k 2026a --all-ns --wait 30m',
    'openssl pkey -in key.pem -pubout | dktool dns-record example.com -s 2026a --ttl 300',
  ],
  common: ['key', 'selector', 'published', 'format', 'ttl', 'revoke', 'check', 'all-ns', 'spf', 'dmarc'],
  exitStatus:
    '0 the record was written, or the published one is right, 1 the published record is wrong, or there are several, 2 no record is published, 100 wrong command line or record, 111 the key cannot be used, or DNS failed',
};

const IDLE: readonly IdleRule[] = [
  { idle: DNS_OPTIONS, without: ['published', 'check', 'all-ns', 'wait', 'spf'] },
  { idle: ['json'], beside: ['format'] },
  { idle: ['passphrase-file'], beside: ['published', 'spf', 'dmarc', 'adsp', 'domainkeys-policy'] },
  OFFLINE_RULE,
];

export const dnsRecord: CommandModule = {
  name: 'dns-record',
  register(program, context, finish) {
    const command = program
      .command('dns-record')
      .summary('print the DNS record of a key, or check the published one')
      .description('Print the DNS record of a key, or compare a key with its published record.')
      .argument('[domain]', 'signing domain; without one the record has a relative owner name', readDomain)
      .optionsGroup('Key:')
      .option('-k, --key <file>', 'private key, public key or record (default: stdin)', once(String))
      .option('-s, --selector <name>', 'selector (default: name of the key file)', once(selector))
      .option('-d, --domain <name>', 'signing domain, in place of the argument', readDomain)
      .addOption(new Option('--published', 'start from the published record').conflicts('key'))
      .option('--passphrase-file <file>', 'file with the passphrase of an encrypted key');
    addPlaceOptions(setHelpPage(command, HELP), '--format <format>', 'output format').option(
      '--json',
      'same as --format json',
    );
    addDnsOptions(addPolicyOptions(addComparisonOptions(addTagOptions(command))));
    addCommonOptions(command).action(async (name: string | undefined, options: DnsRecordOptions) => {
      refuseIdleOptions(command, IDLE);
      finish(await run(name, options, context));
    });
  },
};

/** The tags of RFC 6376 section 3.6.1 that a person decides about. */
function addTagOptions(command: Command): Command {
  return command
    .optionsGroup('DNS record:')
    .addOption(new Option('--revoke', 'empty p=: the key is revoked'))
    .option('--hash <list>', 'h=: accepted hashes, such as sha256', words)
    .option('--service <list>', 's=: services the key is for, such as email', words)
    .option('--testing', 't=y: testing, failures count as unsigned')
    .option('--same-domain', 't=s: i= must be in d= itself, not below it')
    .option('--note <text>', 'n=: a note for people')
    .addOption(
      new Option('--domainkeys', 'DomainKeys form, without v=DKIM1').conflicts(['hash', 'service', 'sameDomain']),
    );
}

/** hyphenated-word, with colons between (RFC 6376 section 3.6.1); `*` is a service too. */
function words(text: string): string[] {
  if (!/^(?:[A-Za-z][A-Za-z0-9-]*|\*)(?::(?:[A-Za-z][A-Za-z0-9-]*|\*))*$/.test(text)) {
    throw new InvalidArgumentError('It must be words with colons between them.');
  }
  return text.toLowerCase().split(':');
}

/** Print one record, and warn of what will not work with it. */
export async function run(
  domainArgument: string | undefined,
  options: DnsRecordOptions,
  context: Context,
): Promise<Outcome> {
  const { say, warn } = diagnostics(context, options);
  const behindPolicy = domainBehindPolicy(options);
  const signer = oneDomain(domainArgument ?? (behindPolicy && readDomain(behindPolicy)), options.domain);
  const format = options.json === true ? 'json' : options.format;
  const policy = await policyRecord(options, signer, format, context);
  if (policy !== undefined) {
    const { owner, text, among, sentence, warnings } = policy;
    const record = { ...placeRecord(owner, format, options), text, among };
    const product = formatTxtRecord(record, format);
    say(sentence);
    for (const warning of [...warnings, ...sizeWarnings({ text, owner: owner.name })]) warn(warning);
    if (options.verbose === true) reportSize({ text, owner: owner.name }, context);
    context.stdout.write(`${product}\n`);
    return 'ok';
  }
  const found =
    options.published === true
      ? await publishedRecord(ownerOf(options, signer), options, context)
      : await readKey(options, context);
  if ('outcome' in found) {
    diagnostics(context).say(found.problem);
    return found.outcome;
  }
  const owner = ownerOf(options, signer, found);
  if (isComparison(options)) return checkRecord(owner, found, options, context);
  const record = { ...placeRecord(owner, format, options), text: recordText(found, options, warn) };
  const product = formatTxtRecord(record, format);
  if (options.revoke !== true && found.bits > 0) for (const sentence of keyWarnings(found)) warn(sentence);
  if (options.testing === true)
    warn('t=y makes verifiers treat mail that fails as unsigned; omit it once signing works');
  for (const sentence of sizeWarnings({ ...record, owner: owner.name })) warn(sentence);
  if (options.verbose === true) reportSize({ ...record, owner: owner.name }, context);
  context.stdout.write(`${product}\n`);
  return 'ok';
}

function reportSize(record: Pick<TxtRecord, 'owner' | 'text'>, context: Context): void {
  diagnostics(context).say(`${record.owner}: an answer with this record has ${answerSize(record)} octets`);
}

/** The line of a zone says where its record belongs; the name of its file, such as mail.txt, does not. */
function ownerOf(
  { selector: given, key = '-' }: DnsRecordOptions,
  signer: string | undefined,
  source?: RecordSource,
): KeyOwner {
  const said = source?.owner;
  return keyOwner(given ?? said?.selector ?? selectorOfPath(behindLinks(key)), signer ?? said?.domain);
}

const REVOKED: RecordSource = { type: 'rsa', bits: 0, publicKeyBytes: Buffer.alloc(0), published: undefined };

async function readKey(options: DnsRecordOptions, context: Context): Promise<RecordSource> {
  const { key = '-', passphraseFile } = options;
  // A key that is revoked may well be lost: the record can do without it.
  if (options.key === undefined && options.revoke === true) return REVOKED;
  if (options.key === undefined && context.stdin.isTerminal) {
    const hint = 'give a file with -k, or --published for the record in DNS';
    throw new DktoolError('no-input', 'no key: stdin is a terminal and no file is given', { kind: 'permanent', hint });
  }
  const { name, bytes } = readKeyInput(key, context.stdin);
  return withPath(key, readRecordSource(bytes, { name, passphrase: passphraseFrom(passphraseFile, context) }));
}

/** A record that is there already stays as it is, to the octet, unless options ask for a change. */
function recordText(source: RecordSource, options: DnsRecordOptions, warn: (sentence: string) => void): string {
  const { published } = source;
  const flags = [...(options.testing === true ? ['y'] : []), ...(options.sameDomain === true ? ['s'] : [])];
  const wanted: NewKeyRecordOptions = {
    hashAlgorithms: options.hash,
    services: options.service,
    flags: flags.length > 0 ? flags : undefined,
    notes: options.note === undefined ? undefined : Buffer.from(options.note, 'utf8').toString('latin1'),
    isRevoked: options.revoke,
    isDomainKeys: options.domainkeys,
  };
  if (options.domainkeys === true && source.type !== 'rsa') {
    throw usage('DomainKeys supports RSA keys only; this key is Ed25519');
  }
  if (published !== undefined && Object.values(wanted).every((value) => value === undefined)) return published.text;
  const record = newKeyRecord(source, wanted);
  if (published === undefined) return formatKeyRecord(record);
  const kept = options.domainkeys === true ? ['k', 'n', 'p', 't', 'v'] : ['h', 'k', 'n', 'p', 's', 't', 'v'];
  const lost = published.tags.filter((tag) => !kept.includes(tag));
  if (lost.length > 0) warn(`the record's ${lost.map((tag) => `${tag}=`).join(' and ')} is left out`);
  return formatKeyRecord(withOldTags(record, published.record, wanted));
}

/** What the options leave open is taken from the record that was there. */
function withOldTags(record: KeyRecord, old: KeyRecord, wanted: NewKeyRecordOptions): KeyRecord {
  const isDomainKeys = wanted.isDomainKeys === true;
  return {
    ...record,
    hashAlgorithms: isDomainKeys ? undefined : (wanted.hashAlgorithms ?? old.hashAlgorithms),
    services: isDomainKeys ? ['*'] : (wanted.services ?? old.services),
    flags: wanted.flags ?? old.flags,
    notes: record.notes ?? old.notes,
  };
}

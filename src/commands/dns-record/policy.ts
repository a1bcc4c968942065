/** The other TXT records of a mail domain: SPF, DMARC, and of history ADSP and the policy of DomainKeys. */
import { type Command, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { belowDomain, keyOwner } from '../../console/keys/key-owner.ts';
import { collect } from '../../console/options/options.ts';
import type { TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import { EQUIVALENT_DMARC } from '../../lib/related-policies.ts';
import { ADSP_PRACTICES, type AdspPractice, formatAdspRecord } from '../../lib/adsp/record.ts';
import { dmarcMeaning } from '../../lib/dmarc/meaning.ts';
import { parseDmarcRecord } from '../../lib/dmarc/record.ts';
import { formatPolicyRecord } from '../../lib/domainkeys/policy.ts';
import { DktoolError } from '../../lib/errors.ts';
import { octetsAsText, textAsOctets } from '../../lib/syntax/octets.ts';
import type { PolicyRecord } from './policy-record.ts';
import type { ReplaceOptions } from './spf-neighbours.ts';
import { spfRecord } from './spf.ts';
import { usage } from '../../console/options/usage.ts';

export interface PolicyRecordOptions extends ReplaceOptions {
  readonly spf?: string;
  readonly dmarc?: string;
  readonly adsp?: AdspPractice;
  /** What stands behind it, which may be the domain. */
  readonly domainkeysPolicy?: string | true;
  readonly testing?: boolean;
  readonly note?: string;
}

const KEY_OPTIONS = ['key', 'published', 'selector', 'revoke', 'hash', 'service', 'sameDomain', 'domainkeys'];

export function addPolicyOptions(command: Command): Command {
  const conflicts = [...KEY_OPTIONS, 'testing', 'note'];
  return command
    .optionsGroup('Other records:')
    .addOption(
      new Option('--spf <policy>', "print an SPF record: 'v=spf1 ...', checked first").conflicts([
        ...conflicts,
        'dmarc',
        'adsp',
        'domainkeysPolicy',
      ]),
    )
    .option('--replace <text>', 'SPF record that --spf replaces, or none (default: looked up)')
    .option('--record-id <id>', 'Cloudflare id of a record that --spf replaces (repeatable)', collect)
    .addOption(
      new Option('--dmarc <tags>', "print a DMARC record: 'p=...', checked first").conflicts([
        ...conflicts,
        'adsp',
        'domainkeysPolicy',
      ]),
    )
    .addOption(
      new Option('--adsp <practice>', 'print an ADSP record (RFC 5617, historic)')
        .choices(ADSP_PRACTICES)
        .conflicts([...conflicts, 'domainkeysPolicy']),
    )
    .addOption(
      new Option(
        '--domainkeys-policy [signs]',
        'print a DomainKeys policy: all or some (default) mail is signed (RFC 4870, historic)',
      ).conflicts(KEY_OPTIONS),
    );
}

const OUTBOUND: Readonly<Record<string, string>> = { all: '-', some: '~' };

/** The domain, where it stands behind --domainkeys-policy, which then has no value. */
export function domainBehindPolicy({ domainkeysPolicy: value }: PolicyRecordOptions): string | undefined {
  if (typeof value !== 'string' || Object.hasOwn(OUTBOUND, value)) return undefined;
  if (value.includes('.')) return value;
  throw usage(`--domainkeys-policy ${value} is neither all nor some`);
}

/**
 * The record that is asked for, `undefined` where it is a key's.
 *
 * @param domain `undefined`: the owner is relative
 * @throws DktoolError, kind permanent, where the record would not do what it says
 */
export async function policyRecord(
  options: PolicyRecordOptions,
  domain: string | undefined,
  format: TxtFormat,
  context: Context,
): Promise<PolicyRecord | undefined> {
  const { spf, dmarc, adsp, domainkeysPolicy } = options;
  if (spf !== undefined) return spfRecord(spf, domain, format, options, context);
  if (options.replace !== undefined || options.recordId !== undefined) {
    throw usage('--replace and --record-id need --spf');
  }
  if (dmarc !== undefined) return dmarcRecord(dmarc, domain);
  if (adsp !== undefined) return adspRecord(adsp, domain);
  return domainkeysPolicy === undefined ? undefined : domainkeysRecord(options, domain);
}

/** @param tags the record, with v=DMARC1 or without */
function dmarcRecord(tags: string, domain: string | undefined): PolicyRecord {
  const given = textAsOctets(tags.trim());
  const text = /^v[ \t]*=/i.test(given) ? given : `v=DMARC1; ${given}`;
  const record = parseDmarcRecord(text);
  const details = (wanted: string) =>
    record.problems.filter(({ severity }) => severity === wanted).map(({ detail }) => octetsAsText(detail));
  const errors = details('error');
  if (errors.length > 0) {
    throw new DktoolError('bad-record', `malformed DMARC record: ${errors.slice(0, 5).join('; ')}`, {
      kind: 'permanent',
      hint: "e.g. --dmarc 'p=quarantine; rua=mailto:dmarc@example.com'",
    });
  }
  return {
    owner: { domain, name: belowDomain('_dmarc', domain) },
    text,
    sentence: `DMARC: ${dmarcMeaning(record)}`,
    warnings: details('warning'),
  };
}

const ADSP_MEANING: Readonly<Record<AdspPractice, string>> = {
  unknown: 'some mail of the domain may be unsigned',
  all: 'all mail of the domain is signed',
  discardable: 'all mail of the domain is signed, and unsigned mail may be discarded',
};

function adspRecord(practice: AdspPractice, domain: string | undefined): PolicyRecord {
  const today = `ADSP is historic, DMARC has replaced it: "${EQUIVALENT_DMARC[practice]}" says the same`;
  return {
    owner: keyOwner('_adsp', domain),
    text: formatAdspRecord(practice),
    sentence: `ADSP: ${ADSP_MEANING[practice]}; ${today}`,
    warnings: [],
  };
}

function domainkeysRecord(options: PolicyRecordOptions, domain: string | undefined): PolicyRecord {
  const { domainkeysPolicy, testing = false, note } = options;
  const outbound = OUTBOUND[String(domainkeysPolicy)] ?? '~';
  const signs = outbound === '-' ? 'all mail of the domain is signed' : 'some mail of the domain may be unsigned';
  return {
    owner: { domain, name: belowDomain('_domainkey', domain) },
    text: formatPolicyRecord({
      outbound,
      testing,
      reportTo: undefined,
      notes: note === undefined ? undefined : textAsOctets(note),
    }),
    sentence: `DomainKeys: ${signs}${testing ? ', and the domain is testing' : ''}; DomainKeys is historic, DKIM and DMARC have replaced it`,
    warnings: [],
  };
}

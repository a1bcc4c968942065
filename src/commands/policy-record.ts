/** Records about the signing of a domain that are no keys: ADSP and the policy of DomainKeys. */
import { type Command, Option } from 'commander';
import { type KeyOwner, keyOwner } from '../console/key-owner.ts';
import { EQUIVALENT_DMARC } from '../lib/adsp/related.ts';
import { ADSP_PRACTICES, type AdspPractice, formatAdspRecord } from '../lib/adsp/record.ts';
import { formatPolicyRecord } from '../lib/domainkeys/policy.ts';
import { DktoolError } from '../lib/errors.ts';
import { textAsOctets } from '../lib/syntax/octets.ts';

export interface PolicyRecordOptions {
  readonly adsp?: AdspPractice;
  /** What stands behind it, which may be the domain. */
  readonly domainkeysPolicy?: string | true;
  readonly testing?: boolean;
  readonly note?: string;
}

export interface PolicyRecord {
  readonly owner: KeyOwner;
  readonly text: string;
  /** What it means, for the operator. */
  readonly sentence: string;
}

const KEY_OPTIONS = ['key', 'published', 'selector', 'revoke', 'hash', 'service', 'sameDomain', 'domainkeys'];

export function addPolicyOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--adsp <practice>', 'print the ADSP record instead (RFC 5617, historic)')
        .choices(ADSP_PRACTICES)
        .conflicts([...KEY_OPTIONS, 'testing', 'note', 'domainkeysPolicy']),
    )
    .addOption(
      new Option(
        '--domainkeys-policy [signs]',
        'print the policy of DomainKeys instead: signs all or some (default) mail (RFC 4870, historic)',
      ).conflicts(KEY_OPTIONS),
    );
}

const OUTBOUND: Readonly<Record<string, string>> = { all: '-', some: '~' };

/** The domain, where it stands behind --domainkeys-policy, which then has no value. */
export function domainBehindPolicy({ domainkeysPolicy: value }: PolicyRecordOptions): string | undefined {
  if (typeof value !== 'string' || Object.hasOwn(OUTBOUND, value)) return undefined;
  if (value.includes('.')) return value;
  throw new DktoolError('usage', `--domainkeys-policy ${value} is neither all nor some`, { kind: 'permanent' });
}

/**
 * The record that is asked for, `undefined` where it is a key's.
 *
 * @param domain `undefined`: the owner is relative
 */
export function policyRecord(options: PolicyRecordOptions, domain: string | undefined): PolicyRecord | undefined {
  const { adsp, domainkeysPolicy, testing = false, note } = options;
  if (adsp !== undefined) {
    const sentence = `ADSP is historic, today DMARC counts: "${EQUIVALENT_DMARC[adsp]}" says the same`;
    return { owner: keyOwner('_adsp', domain), text: formatAdspRecord(adsp), sentence };
  }
  if (domainkeysPolicy === undefined) return undefined;
  const outbound = OUTBOUND[String(domainkeysPolicy)] ?? '~';
  const notes = note === undefined ? undefined : textAsOctets(note);
  const name = ['_domainkey', ...(domain === undefined ? [] : [domain])].join('.');
  return {
    owner: { selector: '', domain, name },
    text: formatPolicyRecord({ outbound, testing, reportTo: undefined, notes }),
    sentence: 'DomainKeys is historic, today DKIM and DMARC count',
  };
}

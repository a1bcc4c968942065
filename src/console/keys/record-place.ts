/** Where a record stands: its owner as a format wants it, and its time to live. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ownerKind, TXT_FORMATS, type TxtFormat } from '../../lib/dns/txt-formats/format.ts';
import type { TxtRecord } from '../../lib/dns/txt-formats/record.ts';
import type { DktoolError } from '../../lib/errors.ts';
import { isWithin } from '../../lib/syntax/domain-name.ts';
import type { KeyOwner } from './key-owner.ts';
import { domain as readDomain } from '../options/options.ts';
import { usage } from '../options/usage.ts';

export interface PlaceOptions {
  readonly ttl?: number | undefined;
  readonly origin?: string | undefined;
}

/** @param flag such as `--format <format>` */
export function addPlaceOptions(command: Command, flag: string, what: string): Command {
  return command
    .optionsGroup('DNS record:')
    .addOption(new Option(flag, what).choices(TXT_FORMATS).default('bind'))
    .option('--ttl <seconds>', 'TTL of the record', ttl)
    .option('--origin <zone>', 'print the owner name relative to this zone', readDomain);
}

/** RFC 2181 section 8: 31 bits. */
function ttl(text: string): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0x7fffffff)) throw new InvalidArgumentError('It must be a number of seconds, up to 2147483647.');
  return value;
}

/**
 * @param owner whose name is `@` for a domain that is not known
 * @throws DktoolError, kind permanent, where the format needs a domain, or the domain does not lie in the zone
 */
export function placeRecord(
  owner: Pick<KeyOwner, 'domain' | 'name'>,
  format: TxtFormat,
  { origin, ttl: seconds }: PlaceOptions,
): Omit<TxtRecord, 'text'> {
  const { domain, name } = owner;
  const kind = ownerKind(format);
  if (domain === undefined) {
    if (kind === 'whole') throw noDomain(`the format ${format} uses full names only`);
    if (kind === 'in-zone') throw noDomain(`the format ${format} names the zone`);
    if (origin !== undefined) throw noDomain('without a domain the owner is already relative');
    return { owner: name, isAbsolute: false, ttl: seconds };
  }
  if (origin !== undefined && !isWithin(domain, origin)) {
    throw usage(`${domain} is not in the zone ${origin}`);
  }
  const zone = origin ?? (kind === 'any' || kind === 'whole' ? undefined : domain);
  if (zone === undefined || kind === 'whole') return { owner: name, isAbsolute: true, zone, ttl: seconds };
  const label = name === zone ? '@' : name.slice(0, -zone.length - 1);
  return { owner: label, isAbsolute: false, zone, ttl: seconds };
}

function noDomain(message: string): DktoolError {
  return usage(message, 'give the domain as an argument, e.g. example.com');
}

/** Options that mean the same in every command, and the readers of their values. A bad value is a usage error. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { isDomainName, toAscii } from '../../lib/syntax/domain-name.ts';
import { EXIT_STYLES } from '../outcome.ts';
import { count, seconds } from './numbers.ts';

/** What every command has. */
export interface CommonOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What commands that look names up have. */
export interface DnsOptions {
  readonly zone?: readonly string[];
  readonly nameserver?: readonly string[];
  readonly timeout?: number;
  readonly tries?: number;
  readonly tcp?: boolean;
  readonly deadline?: number;
  readonly trace?: boolean;
}

/**
 * Add `-q`, `-v` and `--exit-style`; call it last, so that they and `--help` end the list.
 *
 * @param moreStyles exit styles that the command has of its own
 */
export function addCommonOptions(command: Command, moreStyles: readonly string[] = []): Command {
  return command
    .optionsGroup('General:')
    .option('-q, --quiet', 'print errors only')
    .option('-v, --verbose', 'print more detail')
    .addOption(
      new Option('--exit-style <style>', 'qmail: for qmail and shell; sysexits: for Postfix')
        .choices([...EXIT_STYLES, ...moreStyles])
        .default('qmail')
        .env('DKTOOL_EXIT_STYLE'),
    );
}

/** Add the options that say where DNS answers come from. */
export function addDnsOptions(command: Command): Command {
  return command
    .optionsGroup('DNS:')
    .option('--zone <file>', 'answer from [ORIGIN=]FILE, offline (repeatable)', collect)
    .option('--nameserver <ip>', 'name server to query, IP or IP:PORT (repeatable)', collect)
    .option('--timeout <seconds>', 'timeout per query', seconds)
    .option('--tries <n>', 'attempts per server', count)
    .option('--tcp', 'query over TCP only')
    .option('--deadline <seconds>', 'overall DNS time limit', seconds)
    .option('--trace', 'print each query and its answer to stderr');
}

/** For repeatable options. */
export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** For options that may be given once: the last one would hide the others. */
export function once<T>(read: (text: string) => T): (text: string, before: T | undefined) => T {
  return (text, before) => {
    if (before !== undefined) throw new InvalidArgumentError('It was given twice, and only one is allowed.');
    return read(text);
  };
}

/** The name of a host. */
export function hostName(text: string): string {
  if (!isDomainName(text)) throw new InvalidArgumentError('It must be the name of a host.');
  return text;
}

/** Seconds since 1970. */
export function epoch(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It must be a number of seconds since 1970.');
  return Number(text);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `7d`, `12h`, `90m`, `3600s` or `3600`, in seconds. */
export function duration(text: string): number {
  const match = /^(\d{1,9})([smhdw]?)$/.exec(text);
  const value = match === null ? 0 : Number(match[1]) * UNITS[match[2] || 's']!;
  if (value < 1) throw new InvalidArgumentError('It must be a time such as 7d, 12h, 90m or 3600s.');
  return value;
}

/** A domain that can sign: A-labels, lower case. U-labels are converted. */
export function domain(text: string): string {
  const ascii = toAscii(Buffer.from(text, 'utf8').toString('latin1'));
  const name = ascii?.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name === undefined || !isDomainName(name)) {
    const isTooLong = name !== undefined && name.split('.').some(({ length }) => length > 63);
    const why = isTooLong ? ' A label has at most 63 octets (RFC 1035 section 2.3.4).' : '';
    throw new InvalidArgumentError(`It must be a domain name.${why}`);
  }
  return name;
}

/** A selector: one or more labels. */
export function selector(text: string): string {
  if (!isDomainName(text)) throw new InvalidArgumentError('It must be a selector: letters, digits, hyphens and dots.');
  return text;
}

/** Options that would do nothing: a misunderstanding, which is better said than obeyed. */
import type { Command, Option } from 'commander';
import { usage } from './usage.ts';

/** Long names without their dashes. Names that a command does not have are never given. */
export interface IdleRule {
  /** Options that do nothing... */
  readonly idle: readonly string[];
  /** ...where none of these is given... */
  readonly without?: readonly string[];
  /** ...or where one of these is. */
  readonly beside?: readonly string[];
}

/** Where no name server is asked. */
const LIVE_OPTIONS = ['nameserver', 'timeout', 'tries', 'tcp', 'deadline', 'trace'];

/** Zone files, and records on the command line, leave nothing to ask of a name server. */
export const OFFLINE_RULE: IdleRule = { idle: LIVE_OPTIONS, beside: ['zone', 'key-record'] };

/** All that says where DNS answers come from. */
export const DNS_OPTIONS: readonly string[] = ['zone', ...LIVE_OPTIONS];

/**
 * @param command has been parsed
 * @throws DktoolError, kind permanent, for the first option on the command line that would do nothing
 */
export function refuseIdleOptions(command: Command, rules: readonly IdleRule[]): void {
  for (const { idle, without, beside } of rules) {
    const lonely = idle.find((name) => isGiven(command, name));
    if (lonely === undefined) continue;
    if (without !== undefined && !without.some((name) => isGiven(command, name))) {
      const known = without.filter((name) => optionOf(command, name) !== undefined);
      throw usage(`--${lonely} needs ${listed(known)}`);
    }
    const over = beside?.find((name) => isGiven(command, name));
    if (over !== undefined) throw usage(`--${lonely} has no effect with --${over}`);
  }
}

function isGiven(command: Command, name: string): boolean {
  const option = optionOf(command, name);
  return option !== undefined && command.getOptionValueSource(option.attributeName()) === 'cli';
}

function optionOf(command: Command, name: string): Option | undefined {
  return command.options.find(({ long }) => long === `--${name}`);
}

function listed(names: readonly string[]): string {
  const flags = names.map((name) => `--${name}`);
  const last = flags.pop()!;
  return flags.length === 0 ? last : `${flags.join(', ')} or ${last}`;
}

/** What can be set once for all runs: in files and in the environment, under the names of the long options. */
import { BadValue } from '../options/bad-value.ts';
import { parseServer } from '../../lib/dns/live/server-address.ts';
import { DktoolError } from '../../lib/errors.ts';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import { collectNetworks } from '../options/network-option.ts';
import { count, seconds } from '../options/numbers.ts';
import { EXIT_STYLES } from '../outcome.ts';
import { COLOR_CHOICES } from '../terminal/terminal.ts';

export interface Setting {
  readonly name: string;
  readonly meaning: string;
  /**
   * From the text to the value that the option has.
   *
   * @throws BadValue that says what it must be
   */
  readonly read: (text: string) => unknown;
  /** What stands between the values of an environment variable; absent: there is one value. */
  readonly separator?: RegExp;
  /** The commands that take it; absent: all that have the option. */
  readonly commands?: readonly string[];
  /** Values are paths, which in a file are absolute: nobody knows where a run will take place. */
  readonly isPath?: true;
}

/**
 * Not `rotate`, which would take a key away on the word of a file, and not `keyring`, which would say that it saw a record in DNS.
 */
const MAY_BE_OFFLINE: readonly string[] = [
  'sign',
  'verify',
  'dns-record',
  'spf-check',
  'adsp-check',
  'dmarc-check',
  'check',
  'serve',
];

/** In the order in which `dktool config` shows them. */
export const SETTINGS: readonly Setting[] = [
  { name: 'nameserver', meaning: 'ask these name servers', read: nameserver, separator: /\s+/ },
  { name: 'timeout', meaning: 'seconds to wait for one answer', read: seconds },
  { name: 'tries', meaning: 'attempts for each name server', read: count },
  { name: 'deadline', meaning: 'seconds for all look-ups of a run', read: seconds },
  {
    name: 'zone',
    meaning: 'answer from zone files',
    read: asItIs,
    separator: /:/,
    commands: MAY_BE_OFFLINE,
    isPath: true,
  },
  { name: 'key', meaning: 'the keys that sign uses', read: asItIs, separator: /:/, commands: ['sign'], isPath: true },
  { name: 'selector', meaning: 'the selectors of these keys', read: selector, separator: /\s+/, commands: ['sign'] },
  { name: 'trusted', meaning: 'own relays and networks in Received fields', read: network, separator: /\s+/ },
  { name: 'receiver', meaning: 'the name of this host in results', read: hostName },
  { name: 'color', meaning: 'colour on stdout', read: (text) => oneOf(text, COLOR_CHOICES) },
  { name: 'exit-style', meaning: 'exit statuses', read: (text) => oneOf(text, EXIT_STYLES) },
];

/** `DKTOOL_EXIT_STYLE` of `exit-style`. */
export function variableOf({ name }: Setting): string {
  return `DKTOOL_${name.toUpperCase().replaceAll('-', '_')}`;
}

function asItIs(text: string): string {
  return text;
}

function nameserver(text: string): string {
  try {
    parseServer(text);
    return text;
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    throw new BadValue('It must be an address, or an address and a port.');
  }
}

function network(text: string): unknown {
  return collectNetworks(text)[0];
}

function selector(text: string): string {
  if (!isDomainName(text)) throw new BadValue('It must be a selector, such as 2026a.');
  return text;
}

function hostName(text: string): string {
  if (!isDomainName(text)) throw new BadValue('It must be the name of a host.');
  return text;
}

function oneOf(text: string, words: readonly string[]): string {
  if (!words.includes(text)) throw new BadValue(`It must be ${words.join(' or ')}.`);
  return text;
}

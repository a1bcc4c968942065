/** After a failure: a file named where a domain belongs, and the reverse. */
import { closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { isDomainName } from '../../lib/syntax/domain-name.ts';
import { parseIpNetwork } from '../../lib/syntax/ip-network.ts';
import { shellWord } from '../../lib/syntax/shell-word.ts';

/** What stands under a name. */
type FileKind = 'key' | 'message' | 'directory' | 'other';

/** Arguments that are looked at: whoever names more did not mistake the first ones. */
const MOST = 3;

/** Endings of files, none of which is a top-level domain. */
const FILE_NAME = /\.(?:eml|emlx|mbox|mbx|msg|txt|rfc822|mime|pem|key|private|der|zone|conf|json)$/i;

/**
 * What was probably meant, as a sentence for a hint.
 *
 * @param command has been parsed as far as it could be
 * @returns `undefined`: every name is what it should be, or nobody can tell
 */
export function mistakenName(command: Command): string | undefined {
  const operands = command.args.slice(0, MOST);
  const [argument] = command.registeredArguments;
  const kinds = argument?.name().split('|') ?? [];
  for (const name of operands) {
    if (name === '-') continue;
    const hint = kinds.includes('file')
      ? asFile(name, command, kinds.includes('domain'))
      : kinds.includes('domain')
        ? asDomain(name, command)
        : undefined;
    if (hint !== undefined) return hint;
  }
  return ofOptions(command);
}

/** Where a domain belongs. */
function asDomain(name: string, command: Command): string | undefined {
  const kind = fileKind(name);
  if (kind === 'directory' || (kind === undefined && !name.includes('/'))) return undefined;
  if (kind === 'other' && !name.includes('/') && !FILE_NAME.test(name)) return undefined;
  const word = shellWord(name);
  if (command.name() === 'keygen') return `the argument is a domain; did you mean -o ${word}?`;
  if (kind === 'message') return `${name} is a message; did you mean dktool verify ${word}?`;
  if (kind === undefined || command.getOptionValue('key') !== undefined) return undefined;
  if (command.name() === 'dns-record') return `a file of this name is here; did you mean -k ${word}?`;
  if (kind === 'key') return `${name} is a key file; did you mean dktool ${command.name()} DOMAIN -k ${word}?`;
  return `a file of this name is here; the argument is a domain`;
}

/** Where a file belongs. @param isDomainToo a domain would do as well */
function asFile(name: string, command: Command, isDomainToo: boolean): string | undefined {
  const kind = fileKind(name);
  const word = shellWord(name);
  if (kind === 'key') {
    const isSign = command.name() === 'sign' && command.getOptionValue('key') === undefined;
    return isSign ? `did you mean -k ${word}?` : `${name} holds a key; dktool dns-record -k ${word} prints its record`;
  }
  if (kind === 'message' && command.name() === 'report') {
    return `${name} is a message; report reads what dktool verify --json ${word} prints`;
  }
  if (kind !== undefined) return undefined;
  if (isDomainToo) {
    const isLookedUp = command.name() === 'dmarc-check' && isDomainName(name) && !name.includes('.');
    return isLookedUp ? `-d ${word} looks it up as a domain` : undefined;
  }
  if (isAddress(name)) return command.name() === 'spf-check' ? `did you mean --ip ${word}?` : undefined;
  if (!looksLikeDomain(name)) return undefined;
  switch (command.name()) {
    case 'sign':
      return `${name} looks like a domain; did you mean -d ${word}?`;
    case 'spf-check':
      return `${name} looks like a domain; did you mean --lint ${word}?`;
    default:
      return `${name} looks like a domain; did you mean dktool check ${word}?`;
  }
}

function ofOptions(command: Command): string | undefined {
  for (const option of command.options) {
    const [name] = [command.getOptionValue(option.attributeName()) as unknown].flat();
    if (typeof name !== 'string') continue;
    const hint = ofOption(option.long ?? '', /<(.*)>/.exec(option.flags)?.[1] ?? '', name, command);
    if (hint !== undefined) return hint;
  }
  return undefined;
}

function ofOption(option: string, placeholder: string, name: string, command: Command): string | undefined {
  const word = shellWord(name);
  if (option === '--key' && fileKind(name) === 'message') return `${name} is a message; -k takes a private key`;
  if (option === '--lint' && placeholder === 'domain' && fileKind(name) === 'message') {
    return `${name} is a message; did you mean dktool ${command.name()} ${word}?`;
  }
  if (option === '--auth-results' && command.args.length === 0 && fileKind(name) === 'message') {
    return `${name} is a message; did you mean --auth-results mx.example.org ${word}?`;
  }
  const isRead = /^--(?:key|zone|config|rspamd|key-table|signing-table|control|passphrase-file|convert)$/.test(option);
  if (!isRead || !looksLikeDomain(name) || fileKind(name) !== undefined) return undefined;
  const what = placeholder === 'directory' ? 'directory' : 'file';
  const example = option === '--key' ? `, such as /etc/domainkeys/${name}/default` : '';
  return `${name} looks like a domain; ${option} takes a ${what}${example}`;
}

function isAddress(name: string): boolean {
  return parseIpNetwork(name) !== undefined;
}

function looksLikeDomain(name: string): boolean {
  return name.includes('.') && isDomainName(name) && !FILE_NAME.test(name) && !isAddress(name);
}

/** Octets of a file that say what it is. */
const HEAD = 4096;

/** @returns `undefined`: there is nothing, or nothing that can be read */
function fileKind(path: string): FileKind | undefined {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return 'directory';
    if (!stats.isFile()) return 'other';
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const head = Buffer.alloc(HEAD);
      const text = head.toString('latin1', 0, readSync(descriptor, head));
      if (/^-----BEGIN /m.test(text)) return 'key';
      return /^(?:From |[A-Za-z][A-Za-z0-9-]*:[ \t\r\n])/.test(text) ? 'message' : 'other';
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

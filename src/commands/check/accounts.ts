/** Accounts and groups of this machine, from passwd(5) and group(5). */
import { readFileSync } from 'node:fs';
import type { Account, SigningAccount } from '../../lib/check/key-facts.ts';
import { usage } from '../../console/options/usage.ts';

export interface Accounts {
  user(id: number): Account;
  group(id: number): Account;
  has(name: string): boolean;
  /** @throws DktoolError, kind permanent, where there is no such account */
  signer(name: string): SigningAccount;
}

export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
  readonly nsswitch: string;
}

const FILES: AccountFiles = { passwd: '/etc/passwd', group: '/etc/group', nsswitch: '/etc/nsswitch.conf' };

export function readAccounts(files: AccountFiles = FILES): Accounts {
  const passwd = entriesOf(files.passwd);
  const groups = entriesOf(files.group);
  const users = new Map(passwd.map((fields) => [Number(fields[2]), fields[0]!]));
  const groupNames = new Map(groups.map((fields) => [Number(fields[2]), fields[0]!]));
  const isAll = hasAllAccounts(files.nsswitch);
  const account = (names: ReadonlyMap<number, string>, id: number): Account => ({
    id,
    name: names.get(id) ?? (isAll && !isDynamic(id) ? undefined : String(id)),
  });
  return {
    user: (id) => account(users, id),
    group: (id) => account(groupNames, id),
    has: (name) => passwd.some((one) => one[0] === name),
    signer: (name) => {
      const fields = passwd.find((one) => one[0] === name || one[2] === name);
      if (fields === undefined) {
        throw usage(`there is no account '${name}' in ${files.passwd}`);
      }
      const member = groups
        .filter((one) => (one[3] ?? '').split(',').includes(fields[0]!))
        .map((one) => Number(one[2]));
      const own = Number(fields[3]);
      const group = groupNames.get(own) ?? String(own);
      return { name: fields[0]!, id: Number(fields[2]), group, groups: [...new Set([own, ...member])] };
    },
  };
}

function entriesOf(path: string): string[][] {
  return textOf(path)
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => /^\d{1,10}$/.test(fields[2] ?? ''));
}

/** What cannot be read holds nothing: names are then numbers. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Accounts may also come from a directory (LDAP, SSSD): what the file lacks is then not unknown. */
function hasAllAccounts(path: string): boolean {
  const sources = /^passwd:(.*)$/m.exec(textOf(path))?.[1] ?? 'files';
  return sources.split(/\s+/).every((source) => ['', 'files', 'compat', 'systemd'].includes(source));
}

/** What systemd hands out to services for as long as they run (systemd.exec(5), DynamicUser=). */
function isDynamic(id: number): boolean {
  return id >= 61_184 && id <= 65_519;
}

/** What a service needs of its process: signals, descriptors that it was started with, and another user. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import type { ServiceProcess } from '../console/context.ts';

/** sd_listen_fds(3): the first descriptor that is handed over. */
const FIRST_INHERITED = 3;

export function serviceProcess(): ServiceProcess {
  return {
    isRoot: process.getuid!() === 0,
    uid: () => process.geteuid!(),
    view: () => ({ groups: [process.getegid!(), ...process.getgroups!()], spaces: nameSpaces() }),
    on: (signal, act) => {
      process.on(signal, act);
      return () => process.off(signal, act);
    },
    inherited: inheritedDescriptors(),
    becomeUser,
    idsOf,
    usage: () => ({
      rss: process.memoryUsage.rss(),
      heap: process.memoryUsage().heapUsed,
      descriptors: openDescriptors(),
    }),
  };
}

/** `LISTEN_FDS` of systemd, where they are meant for this process. */
function inheritedDescriptors(): ServiceProcess['inherited'] {
  const { LISTEN_PID: pid, LISTEN_FDS: count = '', LISTEN_FDNAMES: names = '' } = process.env;
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete process.env[name];
  if (pid !== String(process.pid) || !/^\d{1,3}$/.test(count)) return [];
  const list = names.split(':');
  return Array.from({ length: Number(count) }, (_, i) => ({ fd: FIRST_INHERITED + i, name: list[i] ?? '' }));
}

function nameSpaces(): string[] {
  try {
    return ['mnt', 'net', 'user', 'uts'].map((name) => readlinkSync(`/proc/self/ns/${name}`));
  } catch {
    return []; // no Linux
  }
}

/** id(1) asks whatever the system has accounts in. */
function idOf(option: '-u' | '-g', user: string): number | undefined {
  const { status, stdout } = spawnSync('id', [option, user], { encoding: 'latin1' });
  return status === 0 && /^\d+\s*$/.test(stdout) ? Number(stdout) : undefined;
}

function groupId(group: string): number | undefined {
  if (/^\d+$/.test(group)) return Number(group);
  const { status, stdout } = spawnSync('getent', ['group', group], { encoding: 'latin1' });
  const [, , id = ''] = status === 0 ? stdout.split(':') : [];
  return /^\d+$/.test(id) ? Number(id) : undefined;
}

function idsOf(user: string, group: string | undefined): { uid: number; gid: number } | undefined {
  const uid = idOf('-u', user);
  const gid = group === undefined ? idOf('-g', user) : groupId(group);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** @types/node leaves it out. */
const { initgroups } = process as unknown as { readonly initgroups: (user: string, gid: number) => void };

/** Groups first: nobody but root may change them. */
function becomeUser({ uid, gid }: { uid: number; gid: number }, user: string): void {
  if (/^\d+$/.test(user)) process.setgroups!([gid]);
  else initgroups(user, gid);
  process.setgid!(gid);
  process.setuid!(uid);
  if (process.getuid!() !== uid || process.geteuid!() !== uid) throw new Error('the process is still another user');
}

function openDescriptors(): number | undefined {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined; // no Linux
  }
}

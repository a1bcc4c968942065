/** A real authoritative server on loopback: Debian's NSD. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { temporaryFolder } from './bin.ts';
import { startDnsServer } from './dns-server.ts';
import { findProgram } from './peers.ts';

export interface Nsd {
  /** For --nameserver. */
  readonly nameserver: string;
  readonly stop: () => Promise<void>;
  /** Serve this text from now on; its SOA has another serial. */
  readonly reload: (text: string) => Promise<void>;
}

/**
 * @param text a whole master file, SOA and NS included
 * @param address of loopback, to listen at port 53 there; without one a free port of 127.0.0.1
 * @param more zones that it serves too, by their names
 */
export async function startNsd(
  zone: string,
  text: string,
  address?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Nsd> {
  const folder = temporaryFolder();
  const port = address === undefined ? await freePort() : 53;
  const zones = Object.entries({ [zone]: text, ...more });
  for (const [name, master] of zones) writeFileSync(join(folder, `${name}.db`), master);
  writeFileSync(
    join(folder, 'nsd.conf'),
    `server:
  ip-address: ${address ?? '127.0.0.1'}
  port: ${port}
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  zonelistfile: "${folder}/zone.list"
remote-control:
  control-enable: no
${zones.map(([name]) => `zone:\n  name: ${name}\n  zonefile: ${name}.db\n`).join('')}`,
  );
  const nsd = spawn(findProgram('nsd') ?? 'nsd', ['-d', '-c', join(folder, 'nsd.conf')], { stdio: 'ignore' });
  const nameserver = `${address ?? '127.0.0.1'}:${port}`;
  const closed = new Promise((done) => nsd.once('close', done));
  const stop = async () => {
    nsd.kill();
    await closed;
  };
  const reload = async (master: string) => {
    const before = await serialOf(nameserver, zone);
    writeFileSync(join(folder, `${zone}.db`), master);
    nsd.kill('SIGHUP');
    await until(async () => (await serialOf(nameserver, zone)) !== before);
  };
  try {
    await until(async () => (await serialOf(nameserver, zone)) !== undefined);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nameserver, stop, reload };
}

async function freePort(): Promise<number> {
  const server = await startDnsServer({});
  await server.close();
  return server.port;
}

async function serialOf(nameserver: string, zone: string): Promise<number | undefined> {
  const soa = await liveResolver({ nameservers: [nameserver], deadline: 60 }).query(zone, 'SOA');
  return soa.status === 'found' ? soa.records[0]!.serial : undefined;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('NSD does not answer');
}

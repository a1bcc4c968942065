/** A real authoritative server on loopback: Debian's NSD. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveResolver } from '../../src/lib/dns/live.ts';
import { temporaryFolder } from './bin.ts';
import { startDnsServer } from './dns-server.ts';
import { findProgram } from './peers.ts';

export interface Nsd {
  /** For --nameserver. */
  readonly nameserver: string;
  readonly stop: () => Promise<void>;
}

/** @param text a whole master file, SOA and NS included */
export async function startNsd(zone: string, text: string): Promise<Nsd> {
  const folder = temporaryFolder();
  const port = await freePort();
  writeFileSync(join(folder, 'zone.db'), text);
  writeFileSync(
    join(folder, 'nsd.conf'),
    `server:
  ip-address: 127.0.0.1
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
zone:
  name: ${zone}
  zonefile: zone.db
`,
  );
  const nsd = spawn(findProgram('nsd') ?? 'nsd', ['-d', '-c', join(folder, 'nsd.conf')], { stdio: 'ignore' });
  const nameserver = `127.0.0.1:${port}`;
  const stop = async () => {
    nsd.kill();
    await new Promise((done) => nsd.once('close', done));
  };
  try {
    await answering(nameserver, zone);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nameserver, stop };
}

async function freePort(): Promise<number> {
  const server = await startDnsServer({});
  await server.close();
  return server.port;
}

async function answering(nameserver: string, zone: string): Promise<void> {
  const live = liveResolver({ nameservers: [nameserver], deadline: 60 });
  for (let tries = 0; tries < 200; tries++) {
    if ((await live.query(zone, 'SOA')).status === 'found') return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('NSD does not answer');
}

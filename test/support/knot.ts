/** A real authoritative server on loopback that takes dynamic updates (RFC 2136): Debian's Knot DNS. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveResolver } from '../../src/lib/dns/live/live.ts';
import { runProgram, temporaryFolder } from './bin.ts';
import { findProgram } from './peers.ts';

export interface Knot {
  /** For `nsupdate -k`. */
  readonly keyFile: string;
  /** Its zone as a master file. */
  readonly transfer: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

const SECRET = Buffer.from('an update key of a test, no more').toString('base64');

/**
 * @param text a whole master file, SOA and NS included
 * @param address of loopback, to listen at port 53 there
 */
export async function startKnot(zone: string, text: string, address: string): Promise<Knot> {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('zone.db'), text);
  writeFileSync(at('update.key'), `key "update." { algorithm hmac-sha256; secret "${SECRET}"; };\n`);
  writeFileSync(
    at('knot.conf'),
    `server:
  listen: ${address}@53
  rundir: "${folder}"
database:
  storage: "${folder}"
control:
  listen: "${at('knot.sock')}"
key:
  - id: update.
    algorithm: hmac-sha256
    secret: ${SECRET}
acl:
  - id: update
    key: update.
    action: update
  - id: transfer
    address: 127.0.0.0/8
    action: transfer
zone:
  - domain: ${zone}
    storage: "${folder}"
    file: zone.db
    zonefile-sync: -1
    acl: [update, transfer]
`,
  );
  const knotd = spawn(findProgram('knotd') ?? 'knotd', ['-c', at('knot.conf')], { stdio: 'ignore' });
  const closed = new Promise((done) => knotd.once('close', done));
  const stop = async () => {
    knotd.kill();
    await closed;
  };
  const transfer = async () => {
    const { status, stdout } = await runProgram('dig', [`@${address}`, zone, 'AXFR', '+noall', '+answer', '+onesoa']);
    if (status !== 0 || !stdout.includes('SOA')) throw new Error(`no transfer: ${stdout}`);
    return stdout;
  };
  try {
    for (let tries = 0; ; tries++) {
      const resolver = liveResolver({ nameservers: [address], timeout: 0.2, tries: 1 });
      if ((await resolver.query(zone, 'SOA')).status === 'found') break;
      if (tries === 100) throw new Error('Knot does not answer');
      await new Promise((done) => setTimeout(done, 50));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { keyFile: at('update.key'), transfer, stop };
}

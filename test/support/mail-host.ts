/** A host with a mail server for the tests of a file, with name servers and a receiver of its mail in this process. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type DnsServer, records, startDnsServer } from './dns-server.ts';
import { loopbackAddresses, needPort53 } from './loopback.ts';
import { Machine, type UnpackedPackage } from './machine.ts';
import { isRequired } from './peers.ts';
import { SmtpSink } from './smtp.ts';

export interface MailHost {
  readonly machine: Machine;
  /** Where the mail server is to send everything. */
  readonly sink: SmtpSink;
  /** An address of loopback, port 53, as /etc/resolv.conf of the host has it. */
  readonly nameserver: string;
  /** TXT records for the programs on the host: from now on these names have these texts. */
  readonly publish: (texts: Readonly<Record<string, string>>) => void;
  readonly skip: (reason: string) => never;
  /** What is called behind the tests, the last one first. */
  readonly closing: (() => Promise<void>)[];
}

/**
 * Start a host before the tests of this file, and stop it behind them. Where there can be none, they are left out.
 *
 * @param unpacked packages to lay over the system
 * @param setUp installs and starts the mail server; `skip` leaves all tests out
 */
export function useMailHost(unpacked: readonly UnpackedPackage[], setUp: (host: MailHost) => Promise<void>): void {
  let reason: string | undefined;
  const closing: (() => Promise<void>)[] = [];
  const skip = (why: string): never => {
    reason = why;
    throw new Error(why);
  };
  beforeAll(async () => {
    try {
      const [address] = loopbackAddresses(1);
      await needPort53([address!], skip);
      const machine = await Machine.start(unpacked, skip);
      closing.push(() => machine.stop());
      const table: Parameters<typeof startDnsServer>[0] = {};
      const dns: DnsServer = await startDnsServer(table, { at: address! });
      closing.push(() => dns.close());
      machine.write('/etc/resolv.conf', `nameserver ${address}\n`);
      const sink = await SmtpSink.start();
      closing.push(() => sink.stop());
      const publish = (texts: Readonly<Record<string, string>>) => {
        for (const [name, text] of Object.entries(texts)) {
          Object.assign(table, { [name]: records('TXT', text.match(/[^]{1,255}/g)) });
        }
      };
      await setUp({ machine, sink, nameserver: address!, publish, skip, closing });
    } catch (error) {
      if (reason === undefined || isRequired()) throw error;
    }
  }, 60_000);
  beforeEach(({ skip: leave }) => {
    if (reason !== undefined) leave(reason);
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });
}

/** The record of a zone line that keygen printed, by its name. */
export function recordIn(zone: string): Record<string, string> {
  const [, owner = '', text = ''] = /^(\S+)\. .*?((?:"[^"]*"\s*)+)/m.exec(zone) ?? [];
  return { [owner]: [...text.matchAll(/"([^"]*)"/g)].map(([, string]) => string!).join('') };
}

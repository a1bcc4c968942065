/** Debian's Exim on a host of its own, set up as its package would be, with a configuration file of the test's. */
import type { Machine } from './machine.ts';
import { untilListening } from './smtp.ts';

export const EXIM_LOG = '/var/log/exim4/mainlog';

/** What the package's scripts do. */
const SETUP = `adduser --system --quiet --group --allow-bad-names --no-create-home --home /var/spool/exim4 Debian-exim
mkdir -p /var/spool/exim4 /var/log/exim4 /run/exim4
chown Debian-exim:Debian-exim /var/spool/exim4 /var/log/exim4 /run/exim4
chmod 4755 /usr/sbin/exim4`;

export interface EximSettings {
  /** Where Exim takes mail, on loopback. */
  readonly port: number;
  /** All but the main settings that every test needs. */
  readonly configuration: string;
}

export async function installExim(machine: Machine): Promise<void> {
  await machine.shell(SETUP);
}

export async function startExim(machine: Machine, { port, configuration }: EximSettings): Promise<void> {
  machine.write(
    '/etc/exim4/exim4.conf',
    `primary_hostname = mail.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = ${port}
disable_ipv6
keep_environment =
recipients_max = 100
acl_smtp_rcpt = accept
${configuration}`,
  );
  await machine.shell('exim4 -bd');
  await untilListening(port);
}

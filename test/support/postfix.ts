/** Debian's Postfix on a host of its own, set up as its package would be: one service that takes mail, one way out. */
import type { Machine } from './machine.ts';
import { untilListening } from './smtp.ts';

export interface PostfixSettings {
  /** Where all mail goes, on loopback. */
  readonly relayPort: number;
  /** Services that take mail: for each port of loopback what stands below it in master.cf. */
  readonly services: Readonly<Record<number, string>>;
  /** Further services in master.cf. */
  readonly master?: string;
  readonly main?: string;
}

export const MAIL_LOG = '/var/log/postfix.log';

/** What the package's scripts do. */
const SETUP = `adduser --system --quiet --group --no-create-home --home /var/spool/postfix postfix
addgroup --system --quiet postdrop
chgrp postdrop /usr/sbin/postdrop /usr/sbin/postqueue
chmod 2755 /usr/sbin/postdrop /usr/sbin/postqueue
mkdir -p /var/spool/postfix /var/lib/postfix
chown postfix /var/lib/postfix
cp /usr/share/postfix/dynamicmaps.cf /etc/postfix/
cp /usr/share/postfix/master.cf.dist /etc/postfix/master.cf
touch /etc/postfix/main.cf
postconf -F '*/*/chroot=n'
postconf -MX smtp/inet
: >/etc/aliases`;

export async function startPostfix(machine: Machine, settings: PostfixSettings): Promise<void> {
  const { relayPort, services, master = '', main = '' } = settings;
  await machine.shell(SETUP);
  machine.write(
    '/etc/postfix/main.cf',
    `compatibility_level = 3.6
myhostname = mail.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:${relayPort}
smtp_dns_support_level = disabled
# Clients come from elsewhere, even if these do not.
local_header_rewrite_clients =
maillog_file = ${MAIL_LOG}
${main}`,
  );
  const doors = Object.entries(services).map(([port, options]) => `127.0.0.1:${port} inet n - n - - smtpd\n${options}`);
  machine.write('/etc/postfix/master.cf', `${machine.read('/etc/postfix/master.cf')}${doors.join('')}${master}`);
  await machine.shell('postfix start');
  for (const port of Object.keys(services)) await untilListening(Number(port));
}

/**
 * The set-up that the DomainKeys and DKIM patch for qmail asked for, kept as it was: key by dknewkey, zone with relative
 * owners, control/dksign. A message goes out through dktool-remote and comes in through dktool-queue.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runBin, runDktool } from '../support/bin.ts';
import { ENVELOPE, QmailHome, type WrapperOptions } from '../support/qmail-standins.ts';

const DOMAIN = 'kamata-net.example';
const MESSAGE = [
  `Received: from unknown (HELO ?10.0.0.2?) (kamata@${DOMAIN}@192.0.2.242)`,
  '  by mail.kamata-net.example with ESMTPA; 1 Nov 2026 00:00:00 -0000',
  'Message-ID: <1@kamata-net.example>',
  'Date: Sun, 01 Nov 2026 09:00:00 +0900',
  `From: Kamata <kamata@${DOMAIN}>`,
  'To: friend@friends.example',
  'Subject: =?ISO-2022-JP?B?GyRCJUYlOSVIGyhC?=',
  '',
  'domainkeys and dkim',
  '',
].join('\n');

/** @returns a host, and the zone of the domain in the shape in which it was published */
async function host() {
  const made = new QmailHome();
  const folder = made.path('domainkeys', DOMAIN);
  mkdirSync(folder, { recursive: true });
  const key = await runBin('dknewkey', ['default', '1024'], { cwd: folder });
  expect(key.status).toBe(0);
  expect(key.stdout).toMatch(/^default\._domainkey\tIN\tTXT\t"k=rsa; p=MIGf[^"]*"\n$/);
  chmodSync(made.path('domainkeys', DOMAIN, 'default'), 0o640);
  made.control('dksign', `${made.path('domainkeys')}/%/default\n`);
  const zone = made.path('zone');
  const lines = [
    '@\tIN\tTXT\t"v=spf1 ip4:192.0.2.1 -all"',
    'mail\tIN\tA\t192.0.2.1',
    'mail\tIN\tTXT\t"v=spf1 a -all"',
    key.stdout.trimEnd(),
    '_adsp._domainkey\tIN\tTXT\t"dkim=unknown"',
  ];
  writeFileSync(zone, `${lines.join('\n')}\n`);
  return { made, zone: `${DOMAIN}=${zone}` };
}

/** Without a launcher, and with it. */
const WAYS: readonly (readonly [string, Pick<WrapperOptions, 'launcher'>])[] = [
  ['the programs', {}],
  ['the launchers', { launcher: ['/bin/sh'] }],
];

describe.each(WAYS)('with %s', (_name, way) => {
  async function sent(made: QmailHome): Promise<string> {
    const args = ['mx.friends.example', `kamata@${DOMAIN}`, 'friend@friends.example'];
    const run = await made.remote({ ...way, args, input: MESSAGE });
    expect(run).toEqual({ status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' });
    return made.deliveries[0]!.message;
  }

  /** What qmail-queue gets. */
  async function received(input: string, env: Record<string, string>) {
    const other = new QmailHome();
    other.control('me', 'mail.friends.example\n');
    const run = await other.queue({ ...way, input, env });
    expect(run).toEqual({ status: 0, signal: null, report: '', stderr: '' });
    expect(other.deliveries).toMatchObject([{ envelope: ENVELOPE }]);
    return other.deliveries[0]!.message;
  }

  it('what was sent is received with domainkeys=pass and dkim=pass', async () => {
    const { made, zone } = await host();
    const message = await sent(made);
    expect(message).toMatch(/^DKIM-Signature: [^]*\nDomainKey-Signature: /);
    expect(message.endsWith(MESSAGE)).toBe(true);
    // AUTH_UNSET_DKVERIFY is qmail-smtpd's own business.
    const env = { DKVERIFY: 'DEGIJKfh,CGHIJMQRkl', AUTH_UNSET_DKVERIFY: '', DKTOOL_ZONE: zone };
    const queued = await received(message, env);
    expect(queued.endsWith(message)).toBe(true);
    const field = queued.slice(0, queued.length - message.length);
    expect(field).toMatch(/^Authentication-Results: mail\.friends\.example;/);
    expect(field).toContain('\tdkim=pass header.d=kamata-net.example ');
    expect(field).toMatch(/\tdomainkeys=pass header\.d=kamata-net\.example\b/);

    const verdict = await runDktool(['verify', '--zone', zone, '--now', '1694000000', '-q'], { input: message });
    expect(verdict).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('a changed message is refused by DKVERIFY', async () => {
    const { made, zone } = await host();
    const input = (await sent(made)).replace('\ndomainkeys and dkim', '\ndomainkeys and spam');
    const other = new QmailHome();
    const env = { DKVERIFY: 'BDEGIJKfh,CDGHIJMPQRkl', DKTOOL_ZONE: zone };
    expect(await other.queue({ ...way, input, env })).toMatchObject({ status: 31 });
    expect(other.started).toBe(0);
  });

  it.each<[string, Record<string, string>]>([
    ['RELAYCLIENT is set', { RELAYCLIENT: '', DKVERIFY: 'C,N' }],
    ['DKVERIFY was taken away after AUTH', { AUTH_UNSET_DKVERIFY: '' }],
  ])('nothing is touched where %s', async (_why, env) => {
    const { made, zone } = await host();
    expect(await received(MESSAGE, { ...env, DKTOOL_ZONE: zone })).toBe(MESSAGE);
    const message = await sent(made);
    expect(await received(message, { ...env, DKTOOL_ZONE: zone })).toBe(message);
  });
});

it('the zone says the rest to the other commands', async () => {
  const { zone } = await host();
  const adsp = await runDktool(['adsp-check', DOMAIN, '--zone', zone, '--json']);
  expect(JSON.parse(adsp.stdout)).toMatchObject({ domain: DOMAIN, practice: 'unknown' });
  const args = ['--ip', '192.0.2.242', '--helo', '[10.0.0.2]', '--from', `kamata@${DOMAIN}`];
  const spf = await runDktool(['spf-check', ...args, '--zone', zone, '--json']);
  expect(JSON.parse(spf.stdout)).toMatchObject({ result: 'fail', mechanism: '-all' });
});

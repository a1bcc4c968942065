/** The recipes for Postfix, run as they are written by Debian's Postfix, as the users that they name. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import type { Machine } from '../support/machine.ts';
import { recordIn, useMailHost } from '../support/mail-host.ts';
import { MAIL_LOG, startPostfix } from '../support/postfix.ts';
import { manualBlock } from '../support/recipes.ts';
import { freePort, sendMail, type SmtpSink } from '../support/smtp.ts';
import { textResolver } from '../support/vectors.ts';

const PAGE = 'dktool-recipes.7';
const root = fileURLToPath(new URL('../..', import.meta.url));
const SIGNED = readFileSync(join(root, 'examples/signed.eml'), 'latin1');
const UNSIGNED = readFileSync(join(root, 'examples/plain.eml'), 'latin1');

let machine: Machine;
let sink: SmtpSink;
let submission = 0;
let smtp = 0;
/** The key of the recipe. */
let published: Record<string, string>;

useMailHost(['postfix'], async (host) => {
  ({ machine, sink } = host);
  host.publish(recordIn(readFileSync(join(root, 'examples/signed.zone'), 'utf8')));
  [submission, smtp] = [await freePort(), await freePort()];
  await machine.shell(manualBlock(PAGE, '.Cm user=\nnames'));
  published = recordIn(machine.read('/root/2026a.zone'));
  await machine.shell('adduser --system --quiet --group dkverify');
  machine.write('/usr/local/bin/dksign', manualBlock(PAGE, '.Pa /usr/local/bin/dksign ,'), 0o755);
  machine.write('/usr/local/bin/dkverify', manualBlock(PAGE, '.Pa /usr/local/bin/dkverify ,'), 0o755);
  await startPostfix(machine, {
    relayPort: sink.port,
    services: {
      [submission]: manualBlock(PAGE, '.Cm submission\nservice'),
      [smtp]: '  -o content_filter=dkverify:dummy\n',
    },
    master: manualBlock(PAGE, '.Pa master.cf :') + manualBlock(PAGE, '.Ss Verify what comes from outside'),
  });
});

const judge = (message: string) =>
  verifyMessage(Buffer.from(message, 'latin1'), { resolver: textResolver(published).resolver, now: Date.now() / 1000 });

let count = 0;
/** Two addresses that no other mail has. */
const addresses = () => [`ada${++count}@example.com`, `bob${count}@example.net`] as const;

const FIELDS =
  'Subject: hello\nDate: Tue, 24 Nov 2026 12:00:00 +0000\nMessage-ID: <1@example.com>\nTo: bob@example.net\n';

describe('Postfix signs what users submit', () => {
  it.each([
    ['a usual message', `From: ada@example.com\n${FIELDS}\nhello\n`],
    ['8-bit text and dots', `From: ada@example.com\n${FIELDS}\n.\n..\n.gr\xc3\xbc\xc3\x9fe\n\n\n`],
    ['no body', `From: ada@example.com\n${FIELDS}`],
    ['no Date, Message-ID or To', 'From: ada@example.com\nSubject: hello\n\nhello\n'],
    ['an address without a domain', `From: ada@example.com\nCc: carol\n${FIELDS}\nhello\n`],
    [
      'lines over 998 octets',
      `From: ada@example.com\n${FIELDS}\n${[998, 999, 2500, 5000].map((n) => 'x'.repeat(n)).join('\n')}\n`,
    ],
    ['a long header line', `From: ada@example.com\nReferences:${' <a@example.com>'.repeat(200)}\n${FIELDS}\nhello\n`],
    ['300 KB', `From: ada@example.com\n${FIELDS}\n${`${'y'.repeat(76)}\n`.repeat(4000)}`],
  ])('%s', async (_name, message) => {
    const [from, to] = addresses();
    await sendMail(submission, from, to, message);
    const came = await sink.messageFor(to);
    expect((await judge(came)).dkim.signatures).toMatchObject([
      { result: 'pass', domain: 'example.com', selector: '2026a' },
    ]);
    expect(Math.max(...came.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998);
    expect(sink.deliveries.find((delivery) => delivery.to.includes(to))).toMatchObject({ from, to: [to] });
  });
});

it('Postfix signs what has no envelope sender', async () => {
  const [, to] = addresses();
  await sendMail(submission, '', to, `From: ada@example.com\n${FIELDS}\nhello\n`);
  expect((await judge(await sink.messageFor(to))).dkim.result).toBe('pass');
  expect(sink.deliveries.find((delivery) => delivery.to.includes(to))).toMatchObject({ from: '' });
});

describe('what cannot be signed', () => {
  it('without From: Postfix adds one before the filter', async () => {
    const [from, to] = addresses();
    await sendMail(submission, from, to, `${FIELDS}\nhello\n`);
    const came = await sink.messageFor(to);
    expect(came).toMatch(new RegExp(`^From: ${from}\r$`, 'm'));
    expect((await judge(came)).dkim.result).toBe('pass');
  });

  it.each([
    ['From: ada@example.com\nFrom: eve@example.com\n', 'the message has 2 From fields; there must be exactly one'],
    ['From: undisclosed:;\n', 'the From field cannot be read: it contains no address'],
  ])('returns to its sender, with the reason (%#)', async (fields, reason) => {
    const [from, to] = addresses();
    await sendMail(submission, from, to, `${fields}${FIELDS}\nhello\n`);
    const bounce = (await sink.messageFor(from)).replace(/\s+/g, ' ');
    expect(bounce).toContain('data format error');
    expect(bounce).toContain(`dktool: ${reason}`);
    expect(bounce).not.toContain('usage');
  });
});

describe('a fault of the host', () => {
  const KEY = '/etc/domainkeys/example.com/2026a';

  it.each([
    [
      'dktool is killed',
      'printf "#!/bin/sh\\nkill -9 \\$\\$\\n" >/usr/local/bin/dktool-dead; ln -sf dktool-dead /usr/local/bin/dktool',
    ],
    ['dktool is not installed', 'mv /usr/local/bin/dktool /usr/local/bin/dktool-away'],
    ['its command line is wrong', 'sed -i "s/--exit-style/--no-such-option &/" /usr/local/bin/dksign'],
    ['the filter cannot read the key', `chmod 600 ${KEY}`],
    ['the user is in the group of the key, but runs without it', `chgrp mail ${KEY}; adduser --quiet dksign mail`],
    [
      'there is no room for the message',
      'sed -i "s,^PATH=,TMPDIR=/proc/nowhere; export TMPDIR; &," /usr/local/bin/dksign',
    ],
    ['sendmail is not there', 'mv /usr/sbin/sendmail /usr/sbin/sendmail-away'],
  ])('keeps the mail until it is put right: %s', async (_name, breakIt) => {
    const [from, to] = addresses();
    const script = machine.read('/usr/local/bin/dksign');
    await machine.shell(breakIt);
    await sendMail(submission, from, to, `From: ada@example.com\n${FIELDS}\nhello\n`);
    await machine.until(MAIL_LOG, new RegExp(`to=<${to}>.*relay=dksign.*status=deferred`));
    machine.write('/usr/local/bin/dksign', script, 0o755);
    await machine.shell(`chgrp dksign ${KEY}; chmod 640 ${KEY}
[ ! -e /usr/sbin/sendmail-away ] || mv /usr/sbin/sendmail-away /usr/sbin/sendmail
ln -sf ../lib/node_modules/dktool/bin/dktool.js /usr/local/bin/dktool
postqueue -f`);
    expect((await judge(await sink.messageFor(to))).dkim.result).toBe('pass');
    expect(sink.deliveries.filter((delivery) => delivery.to.includes(from))).toEqual([]);
  });

  it('reads keys of another group that master.cf names', async () => {
    const master = machine.read('/etc/postfix/master.cf');
    machine.write('/etc/postfix/master.cf', master.replace('user=dksign:dksign', 'user=dksign:mail'));
    await machine.shell(`chgrp mail ${KEY}; postfix reload`);
    const [from, to] = addresses();
    await sendMail(submission, from, to, `From: ada@example.com\n${FIELDS}\nhello\n`);
    expect((await judge(await sink.messageFor(to))).dkim.result).toBe('pass');
  });
});

describe('Postfix verifies what comes from outside', () => {
  it.each([
    ['what is signed', SIGNED, 'pass'],
    ['what is forged', SIGNED.replace(/^Subject: /m, 'Subject: not '), 'fail'],
    ['what pretends', `Authentication-Results: mx.example.org; dkim=pass header.d=example.com\n${UNSIGNED}`, 'none'],
  ])('%s', async (_name, message, result) => {
    const [from, to] = addresses();
    await sendMail(smtp, from, to, message);
    const came = await sink.messageFor(to);
    expect(came.match(/^Authentication-Results:[^]*?(?=\r\n\S)/gm)).toHaveLength(1);
    expect(came).toMatch(new RegExp(`^Authentication-Results: mx\\.example\\.org;\\s+dkim=${result}\\b`, 'm'));
    const [, body = ''] = message.split(/\n\n([^]*)/);
    expect(came.endsWith(`\r\n\r\n${body.replaceAll('\n', '\r\n')}`)).toBe(true);
    expect(sink.deliveries.find((delivery) => delivery.to.includes(to))).toMatchObject({ from, to: [to] });
  });

  it('changes nothing else in it', async () => {
    const [from, to] = addresses();
    await sendMail(smtp, from, to, 'Subject: hello\nCc: carol\n\nhello\n');
    const came = await sink.messageFor(to);
    expect(came.endsWith('\r\nSubject: hello\r\nCc: carol\r\n\r\nhello\r\n')).toBe(true);
    expect(came).not.toMatch(/^(?:From|Date|Message-Id):/im);
  });

  it('keeps the mail while dktool fails', async () => {
    const [from, to] = addresses();
    await machine.shell('chmod 755 /usr/local/bin/dkverify; mv /usr/local/bin/dktool /usr/local/bin/dktool-away');
    await sendMail(smtp, from, to, SIGNED);
    await machine.until(MAIL_LOG, new RegExp(`to=<${to}>.*relay=dkverify.*status=deferred`));
    await machine.shell('mv /usr/local/bin/dktool-away /usr/local/bin/dktool; postqueue -f');
    expect(await sink.messageFor(to)).toMatch(/^Authentication-Results: mx/m);
  });
});

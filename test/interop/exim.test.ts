/** Debian's Exim: its recipe, and signatures of both that verify at the other. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { runInMemory } from '../support/context.ts';
import { EXIM_LOG, installExim, startExim } from '../support/exim.ts';
import { type MailHost, recordIn, useMailHost } from '../support/mail-host.ts';
import { manualBlock } from '../support/recipes.ts';
import { freePort, sendMail } from '../support/smtp.ts';
import { keyOwner, keyPath, keyRecord, type KeyName, textResolver } from '../support/vectors.ts';

const PAGE = 'dktool-recipes.7';
const KEYS = ['rsa2048', 'ed25519'] as const satisfies readonly KeyName[];

let host: MailHost;
let port = 0;
/** The keys of KEYS, and the one that the recipe made. */
let published: Record<string, string>;

useMailHost(['exim4-daemon-light'], async (started) => {
  host = started;
  const { machine, publish } = host;
  await installExim(machine);
  await machine.shell(manualBlock(PAGE, 'and in no other group'));
  published = {
    ...Object.fromEntries(KEYS.map((name) => [keyOwner(name), keyRecord(name)])),
    ...recordIn(machine.read('/root/2026a.zone')),
  };
  publish(published);
  for (const key of KEYS) machine.write(`/etc/exim4/${key}.key`, readFileSync(keyPath(key), 'latin1'));
  port = await freePort();
  await startExim(machine, { port, configuration: configuration(host.sink.port) });
});

/** Mail to exim-KEY@ is signed by Exim itself, everything else as the recipe says; what comes in is judged. */
function configuration(sinkPort: number): string {
  const route = `  driver = manualroute\n  route_list = * 127.0.0.1::${sinkPort} byname\n  self = send\n`;
  return `acl_smtp_data = judge
begin acl
judge:
  accept add_header = :at_start:\${authresults {$primary_hostname}}
begin routers
exim_signs:
${route}  local_parts = ^exim-
  transport = exim_signs
out:
${route}${manualBlock(PAGE, '.Ql transport = remote_smtp :')}
begin transports
${manualBlock(PAGE, '.Cm remote_smtp :')}
remote_smtp:
  driver = smtp
exim_signs:
  driver = smtp
  dkim_domain = example.com
  dkim_selector = \${if match {$local_part} {ed25519} {ed25519} {rsa2048}}
  dkim_private_key = /etc/exim4/$dkim_selector.key
`;
}

const judge = (message: string) =>
  verifyMessage(Buffer.from(message, 'latin1'), { resolver: textResolver(published).resolver, now: Date.now() / 1000 });

let count = 0;
/** Send a message. @returns what arrives */
async function throughExim(message: string, local = 'bob'): Promise<string> {
  const to = `${local}+${++count}@example.net`;
  await sendMail(port, 'ada@example.com', to, message);
  return host.sink.messageFor(to);
}

const FIELDS = `From: Ada <ada@Example.COM>
Subject: hello
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <1@example.com>
To: bob@example.net
`;

describe('Exim signs with dktool, by the recipe', () => {
  it.each([
    ['a usual message', `${FIELDS}\nhello\n`],
    ['dots', `${FIELDS}\n.\n..\n.x\n...\n`],
    ['8-bit text', `${FIELDS}\ngr\xc3\xbc\xc3\x9fe \xff\n`],
    ['no body', FIELDS],
    ['empty lines at the end', `${FIELDS}\nhello\n\n\n`],
    [
      '3,000 header fields',
      `${Array.from({ length: 3000 }, (_, i) => `X-Field-${i}: ${i}\n`).join('')}${FIELDS}\nhello\n`,
    ],
    ['10 MB', `${FIELDS}\n${`${'0123456789abcdef'.repeat(4)}\n`.repeat(161_320)}`],
  ])('%s', async (_name, message) => {
    const came = await throughExim(message);
    expect((await judge(came)).dkim.signatures).toMatchObject([
      { result: 'pass', domain: 'example.com', selector: '2026a' },
    ]);
    expect(came.endsWith(message.slice(FIELDS.length).replaceAll('\n', '\r\n').slice(-100_000))).toBe(true);
  });
});

it.each(['\n', '\r\n'])('Exim signs with dktool what programs on its host send, with %j', async (lineEnd) => {
  const to = `bob+${++count}@example.net`;
  const input = `${FIELDS}\nhello\n`.replaceAll('\n', lineEnd);
  expect(await host.machine.run('/usr/sbin/exim4', ['-i', '-f', 'ada@example.com', to], { input })).toMatchObject({
    status: 0,
    stderr: '',
  });
  expect((await judge(await host.sink.messageFor(to))).dkim.result).toBe('pass');
});

describe('Exim sends as it is', () => {
  it.each([
    ['mail of a domain without a key', FIELDS.replace('Example.COM', 'example.org')],
    [
      'mail that hides another address',
      FIELDS.replace('Ada <ada@Example.COM>', '=?us-ascii?q?=3Cada=40example.com=3E?= <eve@example.org>'),
    ],
    ['mail of a domain that is no name', FIELDS.replace('Example.COM', '..')],
    ['mail without From', FIELDS.replace(/^From:.*\n/, '')],
    ['mail with two From fields', `From: eve@example.com\n${FIELDS}`],
  ])('%s', async (_name, fields) => {
    const came = await throughExim(`${fields}\nhello\n`);
    expect(came).not.toMatch(/^DKIM-Signature:/m);
    expect(came.endsWith('\r\n\r\nhello\r\n')).toBe(true);
  });
});

describe('Exim keeps the mail until it is put right', () => {
  it.each([
    [
      'dktool is not installed',
      'mv /usr/local/bin/dktool /usr/local/bin/away',
      'mv /usr/local/bin/away /usr/local/bin/dktool',
    ],
    [
      'the filter cannot read the key',
      'chmod 600 /etc/domainkeys/example.com/2026a',
      'chmod 640 /etc/domainkeys/example.com/2026a',
    ],
  ])('%s', async (_name, breakIt, repair) => {
    const { machine, sink } = host;
    const to = `bob+${++count}@example.net`;
    await machine.shell(breakIt);
    await sendMail(port, 'ada@example.com', to, `${FIELDS}\nhello\n`);
    await machine.until(EXIM_LOG, new RegExp(`== ${to.replace('+', '.')} .*transport filter`));
    expect(sink.deliveries.filter((delivery) => delivery.to.includes(to))).toEqual([]);
    await machine.shell(`${repair}; exim4 -qff`);
    expect((await judge(await sink.messageFor(to))).dkim.result).toBe('pass');
  });
});

it('Exim returns lines of more than 998 octets, as the recipe says', async () => {
  const from = 'carol@example.com';
  await sendMail(port, from, 'bob+long@example.net', `${FIELDS}\n${'x'.repeat(999)}\n`);
  expect(await host.sink.messageFor(from)).toContain('message has lines too long for transport');
});

describe('signatures', () => {
  it.each(KEYS)('of Exim verify here (%s)', async (key) => {
    const came = await throughExim(`${FIELDS}\n.\n gr\xc3\xbc\xc3\x9fe \n\n`, `exim-${key}`);
    expect((await judge(came)).dkim.signatures).toMatchObject([
      { result: 'pass', selector: key, domain: 'example.com' },
    ]);
  });

  it.each(
    KEYS.flatMap((key) =>
      ['relaxed/relaxed', 'simple/simple'].map((canonicalization) => [key, canonicalization] as const),
    ),
  )('of dktool verify in Exim (%s, %s)', async (key, canonicalization) => {
    const message = `${FIELDS.replaceAll('example.net', 'example.net (Bob)')}\n.\n gr\xc3\xbc\xc3\x9fe \n\n`;
    const sign = ['sign', '-q', '-k', keyPath(key), '-s', key, '-c', canonicalization];
    const { output } = await runInMemory(sign, message);
    const came = await throughExim(output, 'exim-none');
    expect(came).toMatch(
      new RegExp(
        `^Authentication-Results: mail\\.example\\.org;\\s+dkim=pass header\\.d=example\\.com header\\.s=${key}\\b`,
        'm',
      ),
    );
    const forged = await throughExim(output.replace('Subject: hello', 'Subject: help'), 'exim-none');
    expect(forged).toMatch(/^Authentication-Results: mail\.example\.org;\s+dkim=fail\b/m);
  });
});

/** rspamd on loopback: what it signs verifies here, and what dktool signs verifies there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { runInMemory } from '../support/context.ts';
import { useMailHost } from '../support/mail-host.ts';
import { needProgram } from '../support/peers.ts';
import { freePort, untilListening } from '../support/smtp.ts';
import { keyOwner, keyPath, keyRecord, privateKey, textResolver } from '../support/vectors.ts';

const KEYS = ['rsa2048', 'ed25519'] as const;
const PUBLISHED = Object.fromEntries(KEYS.map((name) => [keyOwner(name), keyRecord(name)]));
const LOG = '/var/log/rspamd/test.log';

let port = 0;

/** DKIM alone: neither its other rules nor its lists of names, which take seconds to compile. */
const configuration = () => `options {
  filters = "dkim";
  disable_hyperscan = true;
  url_tld = "/etc/rspamd-test/tld";
  pidfile = "/run/rspamd.pid";
  cache_file = "/run/rspamd.cache";
  control_socket = "/run/rspamd.control mode=0600";
}
logging { type = "file"; filename = "${LOG}"; level = "info"; }
worker "normal" { bind_socket = "127.0.0.1:${port}"; count = 1; }
lua = "/usr/share/rspamd/rules/rspamd.lua";
modules { path = "/usr/share/rspamd/plugins/dkim_signing.lua"; }
dkim {}
dkim_signing {
  use_domain = "header";
  use_esld = false;
  sign_local = true;
  allow_username_mismatch = true;
  domain { "example.com" { selectors [
    ${KEYS.map((key) => `{ selector = "${key}"; path = "/etc/rspamd-test/${key}"; }`).join(',\n    ')}
  ] } }
}
`;

useMailHost([], async ({ machine, publish, skip }) => {
  const rspamd = needProgram('rspamd', 'rspamd', skip);
  publish(PUBLISHED);
  port = await freePort();
  machine.write('/etc/rspamd-test/tld', 'com\nnet\norg\n');
  machine.write('/etc/rspamd-test/rsa2048', readFileSync(keyPath('rsa2048'), 'latin1'));
  // Its form of an Ed25519 key: seed and public key, in base64.
  const { d = '', x = '' } = privateKey('ed25519').export({ format: 'jwk' });
  const pair = Buffer.concat([d, x].map((half) => Buffer.from(half, 'base64url')));
  machine.write('/etc/rspamd-test/ed25519', pair.toString('base64'));
  machine.write('/etc/rspamd-test/conf', configuration());
  await machine.shell(`mkdir -p /var/log/rspamd
chown _rspamd /var/log/rspamd /run
${rspamd} -c /etc/rspamd-test/conf -u _rspamd -g _rspamd >/dev/null 2>&1`);
  await untilListening(port);
});

interface Answer {
  readonly symbols: Readonly<Record<string, { readonly options?: readonly string[] }>>;
  readonly 'dkim-signature'?: string | readonly string[];
}

/** @param ip where the message came from: rspamd signs what comes from here, and verifies what comes from elsewhere */
async function scan(message: string, ip: string): Promise<Answer> {
  const headers = { IP: ip, From: 'ada@example.com', Rcpt: 'bob@example.net' };
  const body = Buffer.from(message, 'latin1');
  const response = await fetch(`http://127.0.0.1:${port}/checkv2`, { method: 'POST', headers, body });
  return (await response.json()) as Answer;
}

const MESSAGE = [
  'From: Ada <ada@example.com>',
  'To: bob@example.net',
  'Subject: hello',
  'Date: Tue, 24 Nov 2026 12:00:00 +0000',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: 8bit',
  '',
  '.',
  ' gr\xc3\xbc\xc3\x9fe \t x ',
  '',
  '',
].join('\r\n');

describe('signatures', () => {
  it('of rspamd verify here', async () => {
    const { 'dkim-signature': made = [] } = await scan(MESSAGE, '127.0.0.1');
    const fields = [made].flat().map((value) => `DKIM-Signature: ${value.replace(/\r?\n/g, '\r\n')}\r\n`);
    expect(fields).toHaveLength(KEYS.length);
    const { resolver } = textResolver(PUBLISHED);
    const { dkim } = await verifyMessage(Buffer.from(fields.join('') + MESSAGE, 'latin1'), {
      resolver,
      now: Date.now() / 1000,
    });
    expect(dkim.signatures).toMatchObject(KEYS.map((selector) => ({ selector, result: 'pass' })));
  });

  it.each(
    KEYS.flatMap((key) =>
      ['relaxed/relaxed', 'simple/simple'].map((canonicalization) => [key, canonicalization] as const),
    ),
  )('of dktool verify in rspamd (%s, %s)', async (key, canonicalization) => {
    const sign = ['sign', '-q', '-k', keyPath(key), '-s', key, '-c', canonicalization];
    const { output } = await runInMemory(sign, MESSAGE);
    const passed = await scan(output, '203.0.113.5');
    expect(passed.symbols).toMatchObject({ R_DKIM_ALLOW: { options: [`example.com:s=${key}`] } });
    const forged = await scan(output.replace('Subject: hello', 'Subject: help'), '203.0.113.5');
    expect(Object.keys(forged.symbols)).toContain('R_DKIM_REJECT');
  });
});

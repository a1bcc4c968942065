/** OpenDKIM as a milter of Postfix: what it signs verifies here, and what dktool signs verifies there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { runInMemory } from '../support/context.ts';
import { type MailHost, useMailHost } from '../support/mail-host.ts';
import { needProgram } from '../support/peers.ts';
import { startPostfix } from '../support/postfix.ts';
import { freePort, sendMail, untilListening } from '../support/smtp.ts';
import { keyOwner, keyPath, keyRecord, textResolver } from '../support/vectors.ts';

const KEYS = ['rsa2048', 'ed25519'] as const;
const PUBLISHED = Object.fromEntries(KEYS.map((name) => [keyOwner(name), keyRecord(name)]));

let host: MailHost;
/** Where Postfix takes mail: what comes in at one is signed with that key, or judged. */
let ports: Record<(typeof KEYS)[number] | 'judge', number>;

useMailHost(['postfix'], async (started) => {
  host = started;
  const { machine, sink, publish } = host;
  needProgram('opendkim', 'opendkim', host.skip);
  publish(PUBLISHED);
  const services: Record<number, string> = {};
  const start = async (name: string, settings: string): Promise<number> => {
    const [milter, port] = [await freePort(), await freePort()];
    machine.write(
      `/etc/opendkim/${name}.conf`,
      `Socket inet:${milter}@127.0.0.1\nUserID opendkim\nSyslog no\n${settings}`,
    );
    await machine.shell(`opendkim -x /etc/opendkim/${name}.conf`);
    await untilListening(milter);
    services[port] = `  -o smtpd_milters=inet:127.0.0.1:${milter}\n`;
    return port;
  };
  const signer = (key: string) => {
    machine.write(`/etc/opendkim/${key}.key`, readFileSync(keyPath(key as 'rsa2048'), 'latin1'));
    const algorithm = key === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
    return start(
      key,
      `Mode s\nDomain example.com\nSelector ${key}\nKeyFile /etc/opendkim/${key}.key\nSignatureAlgorithm ${algorithm}
Canonicalization relaxed/simple\nOversignHeaders From\nInternalHosts 127.0.0.1\nRequireSafeKeys no\n`,
    );
  };
  ports = {
    rsa2048: await signer('rsa2048'),
    ed25519: await signer('ed25519'),
    judge: await start(
      'judge',
      `Mode v\nNameservers ${host.nameserver}\nInternalHosts 192.0.2.1\nAuthservID mx.example.org\nAlwaysAddARHeader yes\n`,
    ),
  };
  await startPostfix(machine, { relayPort: sink.port, services });
});

const MESSAGE = `From: Ada <ada@example.com>
To: bob@example.net (Bob)
Subject: hello
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <1@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

.
 gr\xc3\xbc\xc3\x9fe \t x 

`;

let count = 0;
async function throughPostfix(port: number, message: string): Promise<string> {
  const to = `bob${++count}@example.net`;
  await sendMail(port, 'ada@example.com', to, message);
  return host.sink.messageFor(to);
}

/** What OpenDKIM says of a message. */
const result = (came: string) => /^Authentication-Results: mx\.example\.org;\s+dkim=(\w+)/m.exec(came)?.[1];

describe('signatures', () => {
  it.each(KEYS)('of OpenDKIM verify here (%s)', async (key) => {
    const came = await throughPostfix(ports[key], MESSAGE);
    const { resolver } = textResolver(PUBLISHED);
    const { dkim } = await verifyMessage(Buffer.from(came, 'latin1'), { resolver, now: Date.now() / 1000 });
    expect(dkim.signatures).toMatchObject([{ result: 'pass', selector: key, domain: 'example.com' }]);
  });

  it.each(
    KEYS.flatMap((key) =>
      ['relaxed/relaxed', 'simple/simple'].map((canonicalization) => [key, canonicalization] as const),
    ),
  )('of dktool verify in OpenDKIM (%s, %s)', async (key, canonicalization) => {
    const sign = ['sign', '-q', '-k', keyPath(key), '-s', key, '-c', canonicalization];
    const { output } = await runInMemory(sign, MESSAGE);
    expect(result(await throughPostfix(ports.judge, output))).toBe('pass');
    const forged = output.replace('Subject: hello', 'Subject: help');
    expect(result(await throughPostfix(ports.judge, forged))).toBe('fail');
  });
});

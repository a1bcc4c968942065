/** `serve --verify`: what an MTA is asked to do with the mail of others. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, describe } from 'vitest';
import { temporaryFolder } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';
import { EVERYTHING, MilterClient } from '../../support/milter-client.ts';
import { startService } from '../../support/service.ts';
import { keyPath, keyZone, NOW } from '../../support/vectors.ts';

const MESSAGE = `From: Ada <ada@example.com>
To: bob@example.net
Subject: hello
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <1@example.com>

hello
`;

const ZONE = {
  ...keyZone(),
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
};

async function signedMessage(canonicalization = 'relaxed/relaxed'): Promise<string> {
  const args = ['sign', '-q', '-k', keyPath('rsa2048'), '--now', String(NOW), '-c', canonicalization];
  return (await runInMemory(args, MESSAGE)).output;
}

async function serveAt(args: readonly string[] = [], offer = EVERYTHING) {
  const folder = temporaryFolder();
  const [path, zone] = [join(folder, 'milter'), join(folder, 'zone.json')];
  writeFileSync(zone, JSON.stringify(ZONE));
  const service = await startService(['--milter', `unix:${path}`, '--verify', '--zone', zone, ...args]);
  const client = await MilterClient.connect({ path }, offer);
  onTestFinished(() => client.close());
  return { service, client, path };
}

describe('a message of somebody else', () => {
  it('gets an Authentication-Results field in the name of the MTA', async () => {
    const { client, service } = await serveAt();
    await client.begin('192.0.2.1');
    const { end, message } = await client.mail({ message: await signedMessage() });
    expect(end).toBe('c');
    expect(message).toMatch(
      /^Authentication-Results: mx\.example\.org;\r\n\tdkim=pass header\.d=example\.com header\.i=@example\.com header\.s=rsa2048[^]*?;\r\n\tdomainkeys=none;\r\n\tspf=pass smtp\.mailfrom=example\.com;\r\n\tdmarc=pass[^]*?\r\nDKIM-Signature:/,
    );
    expect(service.log()).toMatch(
      /verified queue=QUEUE1 client=192\.0\.2\.1 sender=user@example\.com author=example\.com dkim=pass spf=pass dmarc=pass/,
    );
  });

  it.each(['simple/simple', 'relaxed/relaxed'])(
    'verifies by %s in every form of the protocol',
    async (canonicalization) => {
      const signed = await signedMessage(canonicalization);
      for (const offer of [
        EVERYTHING,
        { version: 2, actions: 0x1f, protocol: 0 },
        { ...EVERYTHING, protocol: 0xfffff },
      ]) {
        const { client } = await serveAt(['--auth-results', 'filter.example.org'], offer);
        await client.begin('2001:db8::1');
        const { end, message } = await client.mail({ message: signed });
        expect(end).toBe('c');
        expect(message).toMatch(/^Authentication-Results: filter\.example\.org;\r\n\tdkim=pass /);
        expect(message.endsWith(signed.replaceAll('\n', '\r\n'))).toBe(true);
      }
    },
  );

  it('is the same as with verify --auth-results', async () => {
    const { client } = await serveAt(['--auth-results', 'mx.example.org']);
    const forged = `Authentication-Results: mx.example.org; spf=pass\n${await signedMessage()}`.replace(
      'Subject: hello',
      'Subject: help\nauthentication-results: other.example; dkim=pass\nAuthentication-Results : MX.example.org; dkim=pass',
    );
    await client.begin('192.0.2.9');
    const { message, changes } = await client.mail({ message: forged, sender: '' });
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'zone.json'), JSON.stringify(ZONE));
    const args = [
      'verify',
      '--auth-results',
      'mx.example.org',
      '--zone',
      join(folder, 'zone.json'),
      '--now',
      String(NOW),
    ];
    const spf = ['--spf', '--dmarc', '--ip', '192.0.2.9', '--helo', 'client.example', '--from', ''];
    const { output } = await runInMemory([...args, ...spf], forged.replaceAll('\n', '\r\n'));
    expect(message).toBe(output);
    // The MTA counts by name, and what stands further down goes first.
    expect(changes.map(({ kind, index, name }) => [kind, index, name])).toEqual([
      ['change', 1, 'Authentication-Results '],
      ['change', 1, 'Authentication-Results'],
      ['insert', 0, 'Authentication-Results'],
    ]);
  });
});

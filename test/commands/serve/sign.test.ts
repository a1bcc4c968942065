/** `serve --sign`: which mail is signed, with which keys, and how keys change under it. */
import { copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Counters } from '../../../src/commands/serve/counters.ts';
import { ReloadedSigners } from '../../../src/commands/serve/reloading.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';
import { EVERYTHING, MilterClient } from '../../support/milter-client.ts';
import { startService } from '../../support/service.ts';
import { keyOwner, keyPath, keyRecord, NOW, textResolver } from '../../support/vectors.ts';

const MESSAGE = `From: Ada <ada@mail.example.com>
To: bob@example.net
Subject: hello
 there
Date: Tue, 24 Nov 2026 12:00:00 +0000
Message-ID: <1@example.com>

hello
`;

function keyFolder(): { folder: string; pattern: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'example.com'));
  copyFileSync(keyPath('rsa2048'), join(folder, 'example.com', 'rsa2048'));
  copyFileSync(keyPath('ed25519'), join(folder, 'example.com', 'ed25519'));
  symlinkSync('rsa2048', join(folder, 'example.com', 'default'));
  return { folder, pattern: join(folder, '%', 'default') };
}

async function serveAt(args: readonly string[], offer = EVERYTHING) {
  const path = join(temporaryFolder(), 'milter');
  const service = await startService(['--milter', `unix:${path}`, ...args]);
  const client = await MilterClient.connect({ path }, offer);
  onTestFinished(() => client.close());
  return { service, client, path };
}

const { resolver } = textResolver({
  [keyOwner('rsa2048')]: keyRecord('rsa2048'),
  [keyOwner('ed25519')]: keyRecord('ed25519'),
});

async function signaturesOf(message: string) {
  const { dkim } = await verifyMessage(Buffer.from(message, 'latin1'), { resolver, now: NOW });
  return dkim.signatures.map(({ result, domain, selector }) => [result, domain, selector]);
}

const table = (folder: string, name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const signedWith = async (client: MilterClient) => {
  const { message } = await client.mail({ message: MESSAGE });
  return /s=(\w+);/.exec(message)?.[1];
};

function switchTo(folder: string, target: string): void {
  symlinkSync(target, join(folder, 'example.com', 'next'));
  renameSync(join(folder, 'example.com', 'next'), join(folder, 'example.com', 'default'));
}

describe('mail of our own', () => {
  it('is signed as sign does it, by the key of its domain or the closest parent', async () => {
    const { pattern } = keyFolder();
    const { client, service } = await serveAt(['--sign', '--key-path', pattern]);
    await client.begin('127.0.0.1');
    const { end, message } = await client.mail({ message: MESSAGE });
    expect(end).toBe('c');
    expect(await signaturesOf(message)).toEqual([['pass', 'example.com', 'rsa2048']]);
    const { output } = await runInMemory(
      ['sign', '-q', '-k', pattern, '--now', String(NOW)],
      MESSAGE.replaceAll('\n', '\r\n'),
    );
    expect(message).toBe(output);
    expect(service.log()).toContain(
      'signed queue=QUEUE1 client=127.0.0.1 sender=user@example.com author=mail.example.com keys=example.com/rsa2048',
    );
  });

  it.each([
    ['an authenticated sender', '198.51.100.7', { '{auth_type}': 'PLAIN' }, []],
    ['an internal host', '198.51.100.7', {}, ['--internal-hosts', '198.51.100.0/24']],
    ['loopback', '::1', {}, []],
  ])('is that of %s', async (_, address, macros, args) => {
    const { client } = await serveAt(['--sign', '--key-path', keyFolder().pattern, ...args]);
    await client.begin(address);
    const { message } = await client.mail({ message: MESSAGE, macros });
    expect(await signaturesOf(message)).toHaveLength(1);
    // What the MTA said of one message does not count for the next.
    const { changes } = await client.mail({ message: MESSAGE });
    expect(changes).toHaveLength('{auth_type}' in macros ? 0 : 1);
  });

  it.each([
    ['another client', '198.51.100.7', []],
    ['loopback, where no host is internal', '127.0.0.1', ['--internal-hosts', 'none']],
  ])('is not that of %s', async (_, address, args) => {
    const { client } = await serveAt(['--sign', '--key-path', keyFolder().pattern, ...args]);
    await client.begin(address);
    expect(await client.mail({ message: MESSAGE })).toMatchObject({ end: 'c', changes: [] });
  });

  it.each([
    [
      'of a domain without a key',
      MESSAGE.replace('example.com>', 'example.org>'),
      /unsigned .* why="there is no key for mail\.example\.org"/,
    ],
    ['without an author', MESSAGE.replace(/^From/, 'X-From'), /unsigned .* why="the message has no From field"/],
  ])('goes on as it is %s', async (_, message, logged) => {
    const { client, service } = await serveAt(['--sign', '--key-path', keyFolder().pattern]);
    await client.begin('127.0.0.1');
    expect(await client.mail({ message })).toMatchObject({ end: 'c', changes: [] });
    expect(service.log()).toMatch(logged);
  });

  it.each([EVERYTHING, { version: 2, actions: 0x1f, protocol: 0 }])(
    'survives simple/simple in every form of the protocol',
    async (offer) => {
      const folder = temporaryFolder();
      const config = join(folder, 'opendkim.conf');
      writeFileSync(
        config,
        `Mode s\nDomain example.com\nSubDomains yes\nSelector rsa2048\nKeyFile ${keyPath('rsa2048')}\nRequireSafeKeys no\n`,
      );
      const { client } = await serveAt(['--config', config], offer);
      await client.begin('127.0.0.1');
      const { message } = await client.mail({ message: MESSAGE });
      expect(message).toContain('c=simple/simple');
      expect(await signaturesOf(message)).toEqual([['pass', 'example.com', 'rsa2048']]);
    },
  );

  it.each([
    ['no', 'c', 0],
    ['yes', 'c', 1],
  ])('of a subdomain is signed by one KeyFile as SubDomains says: %s', async (word, end, count) => {
    const config = join(temporaryFolder(), 'opendkim.conf');
    const key = `Domain example.com\nSelector rsa2048\nKeyFile ${keyPath('rsa2048')}\nRequireSafeKeys no\n`;
    writeFileSync(config, `Mode s\n${key}SubDomains ${word}\nOversignHeaders From,X-Never\nSignatureTTL 3600\n`);
    const { client } = await serveAt(['--config', config]);
    await client.begin('127.0.0.1');
    const { message, ...rest } = await client.mail({ message: MESSAGE });
    expect([rest.end, rest.changes.length]).toEqual([end, count]);
    if (count === 1) expect(message).toMatch(/; x=1694003600;[^]*h=From:From:[^;]*:X-Never;/);
  });

  it('is signed with a warning where a line is too long to be sent as it is', async () => {
    const { client, service } = await serveAt(['--sign', '--key-path', keyFolder().pattern]);
    await client.begin('127.0.0.1');
    const { message } = await client.mail({ message: `${MESSAGE}${'x'.repeat(1500)}\n` });
    expect(await signaturesOf(message)).toHaveLength(1);
    expect(service.log()).toMatch(/warning .*1500 octets/);
  });
});

describe('tables of OpenDKIM', () => {
  it('say which key signs for whom', async () => {
    const folder = temporaryFolder();
    const keys = table(
      folder,
      'KeyTable',
      `one example.com:rsa2048:${keyPath('rsa2048')}\ntwo %:ed25519:${keyPath('ed25519')}\nthree example.net:x:${keyPath('rsa1024')}\n`,
    );
    const senders = table(
      folder,
      'SigningTable',
      `# comment\nbob@*.example.com two\n*@mail.example.com one\n*@example.net three\n*@other.example two\n`,
    );
    const { client } = await serveAt(['--sign', '--key-table', keys, '--signing-table', senders]);
    await client.begin('127.0.0.1');
    const signedBy = async (author: string) => {
      const { message } = await client.mail({ message: MESSAGE.replace('ada@mail.example.com', author) });
      return /^DKIM-Signature: [^]*?d=(\S+);\s+s=(\w+)/.exec(message)?.slice(1);
    };
    expect(await signedBy('ada@mail.example.com')).toEqual(['example.com', 'rsa2048']);
    expect(await signedBy('ada@example.net')).toEqual(['example.net', 'x']);
    expect(await signedBy('x@other.example')).toEqual(['other.example', 'ed25519']);
    expect(await signedBy('ada@elsewhere.example')).toBeUndefined();
  });

  it.each([
    [
      'a line that is none',
      'one example.com\n',
      '*@example.com one\n',
      'KeyTable: line 1 is not NAME DOMAIN:SELECTOR:KEY',
    ],
    [
      'a name that is not there',
      `one example.com:s:${keyPath('rsa2048')}\n`,
      '*@example.com two\n',
      'SigningTable: line 1 names the key two',
    ],
    [
      'a key that is not there',
      'one example.com:s:/nowhere/key\n',
      '*@example.com one\n',
      'key file /nowhere/key does not exist',
    ],
  ])('with %s are refused at the start', async (_, keyTable, signingTable, complaint) => {
    const folder = temporaryFolder();
    const args = [
      '--key-table',
      table(folder, 'KeyTable', keyTable),
      '--signing-table',
      table(folder, 'SigningTable', signingTable),
    ];
    await expect(startService(['--milter', `unix:${join(folder, 's')}`, '--sign', ...args])).rejects.toThrow(complaint);
  });
});

describe('control files of qmail', () => {
  it('name the key, and DomainKeys signatures too', async () => {
    const { pattern } = keyFolder();
    const control = join(temporaryFolder(), 'control');
    mkdirSync(control);
    writeFileSync(join(control, 'dksign'), `${pattern}\n`);
    const { client } = await serveAt(['--sign', '--control', control]);
    await client.begin('127.0.0.1');
    const { message } = await client.mail({ message: MESSAGE });
    expect(message).toMatch(/^DKIM-Signature:[^]*\r\nDomainKey-Signature:/);
    const { dkim, domainkeys } = await verifyMessage(Buffer.from(message, 'latin1'), { resolver, now: NOW });
    expect([dkim.result, domainkeys.result]).toEqual(['pass', 'pass']);
  });
});

describe('keys that change', () => {
  it('sign from SIGHUP on', async () => {
    const { folder, pattern } = keyFolder();
    const { client, service } = await serveAt(['--sign', '--key-path', pattern]);
    await client.begin('127.0.0.1');
    expect(await signedWith(client)).toBe('rsa2048');
    switchTo(folder, 'ed25519');
    service.signal('SIGHUP');
    await service.until(/reloaded keys=1/);
    expect(await signedWith(client)).toBe('ed25519');
  });

  it('are taken whole or not at all', async () => {
    const { folder, pattern } = keyFolder();
    const { client, service } = await serveAt(['--sign', '--key-path', pattern]);
    await client.begin('127.0.0.1');
    mkdirSync(join(folder, 'example.net'));
    writeFileSync(join(folder, 'example.net', 'default'), '-----BEGIN PRIVATE KEY-----\nMII');
    switchTo(folder, 'ed25519');
    service.signal('SIGHUP');
    await service.until(/reload-failed why=".*example\.net\/default/);
    expect(await signedWith(client)).toBe('rsa2048');
    copyFileSync(keyPath('rsa1024'), join(folder, 'example.net', 'default'));
    service.signal('SIGHUP');
    await service.until(/reloaded keys=2/);
    expect(await signedWith(client)).toBe('ed25519');
  });

  it('are found without a signal, once nobody writes any more', async () => {
    const { folder, pattern } = keyFolder();
    const events: string[] = [];
    const log = { write: (_: string, event: string) => void events.push(event) };
    const source = { kind: 'path', pattern } as const;
    const options = { requireSafe: false, warn: () => {} };
    const signers = await ReloadedSigners.load(source, options, { log, counters: new Counters() });
    signers.watch(0.02);
    onTestFinished(() => signers.stop());
    switchTo(folder, 'ed25519');
    while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events).toEqual(['reloaded']);
    expect(signers.current.keysFor({ localPart: 'a', domain: 'example.com' })).toMatchObject([{ selector: 'ed25519' }]);
  });
});

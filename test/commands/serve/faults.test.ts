/** What `serve` does when something goes wrong: the message is put off, and the service goes on. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Places } from '../../../src/commands/serve/places.ts';
import { packet } from '../../../src/lib/milter/frames.ts';
import { temporaryFolder } from '../../support/bin.ts';
import { EVERYTHING, MilterClient } from '../../support/milter-client.ts';
import { startService } from '../../support/service.ts';
import { freePort } from '../../support/smtp.ts';
import { keyPath } from '../../support/vectors.ts';

/** The filter answers each piece of a body: once a message is delivered, it is in hand there. */
const ANSWERED = { ...EVERYTHING, protocol: EVERYTHING.protocol & ~0x80000 };

const MESSAGE = 'From: ada@example.com\nTo: bob@example.net\nSubject: hello\n\nhello\n';

async function serveAt(args: readonly string[] = []) {
  const folder = temporaryFolder();
  const [path, zone] = [join(folder, 'milter'), join(folder, 'zone.json')];
  writeFileSync(zone, '{"example.com":{"TXT":["v=spf1 -all"]},"_dmarc.example.com":{"TXT":["v=DMARC1; p=reject"]}}');
  const service = await startService(['--milter', `unix:${path}`, '--verify', '--zone', zone, ...args]);
  const client = async (offer = EVERYTHING) => {
    const one = await MilterClient.connect({ path }, offer);
    onTestFinished(() => one.close());
    await one.begin('192.0.2.1');
    return one;
  };
  return { service, client, path, folder };
}

describe('mail that is refused', () => {
  it('is none without --reject', async () => {
    const { client } = await serveAt();
    const { end, message } = await (await client()).mail({ message: MESSAGE });
    expect([end, /dmarc=(\w+)/.exec(message)?.[1]]).toEqual(['c', 'fail']);
  });

  it('fails the DMARC policy of its author, with --reject dmarc', async () => {
    const { client, service } = await serveAt(['--reject', 'dmarc']);
    const one = await client();
    const { end, answer, changes } = await one.mail({ message: MESSAGE });
    expect([end, answer, changes]).toEqual(['y', '550 5.7.1 refused by the DMARC policy of example.com', []]);
    expect(service.log()).toMatch(/rejected .* dmarc=fail/);
    expect(await one.mail({ message: MESSAGE.replace('example.com', 'example.org') })).toMatchObject({ end: 'c' });
  });

  it('has a signature that does not verify, with --reject dkim', async () => {
    const { client } = await serveAt(['--reject', 'dkim']);
    const one = await client();
    expect(await one.mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
    // DNS knows no such key: that is permerror, and not a signature that is wrong.
    const unknown = 'DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=x; h=From; bh=AAAA; b=AAAA\n';
    expect(await one.mail({ message: unknown + MESSAGE })).toMatchObject({ end: 'c' });
  });
});

describe('a message that cannot be worked on', () => {
  it('is put off where the MTA does not say its name', async () => {
    const { path, service } = await serveAt();
    const one = await MilterClient.connect({ path });
    onTestFinished(() => one.close());
    expect(await one.mail({ message: MESSAGE })).toMatchObject({ end: 't', changes: [] });
    expect(service.log()).toMatch(/deferred .* why="the MTA does not say its name/);
  });

  it('is judged as none where it is no message, and forged results are taken out all the same', async () => {
    const { client } = await serveAt();
    const odd = `gr\xfc\xdfe: x\nAuthentication-Results: mx.example.org; dkim=pass\n${MESSAGE}`;
    const { end, message } = await (await client()).mail({ message: odd });
    expect(end).toBe('c');
    expect(message).toMatch(/^Authentication-Results: mx\.example\.org; none\r\ngr\xfc\xdfe: x\r\nFrom:/);
  });

  it('is put off where its header block is over a limit', async () => {
    const { client, service } = await serveAt();
    const one = await client();
    const long = `X: ${'x'.repeat(1_000_000)}\n`.repeat(9);
    expect(await one.mail({ message: long + MESSAGE })).toMatchObject({ end: 't', changes: [] });
    expect(service.log()).toContain('deferred');
    expect(await one.mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
  });

  it('is put off where too many are in hand already, and the next one is not', async () => {
    const { client, service } = await serveAt(['--limit', '1', '--wait', '0.2']);
    const [first, second] = [await client(ANSWERED), await client()];
    await first.deliver({ message: MESSAGE });
    expect(await second.mail({ message: MESSAGE })).toMatchObject({ end: 't' });
    expect(service.log()).toMatch(/deferred .*no place for one more message/);
    first.send('E');
    expect(await first.verdict(MESSAGE)).toMatchObject({ end: 'c' });
    expect(await second.mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
    // A connection that goes away gives its place back.
    await first.deliver({ message: MESSAGE });
    first.close();
    expect(await second.mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
  });

  it('waits for its place', async () => {
    const places = new Places(1, 5);
    expect(places.take()).toBe(true);
    const [second, third] = [places.take(), places.take()];
    places.release();
    expect(await second).toBe(true);
    places.release();
    expect(await third).toBe(true);
    places.release();
    expect(places.taken).toBe(0);
  });

  it('goes on in the same connection after an abort and with another client', async () => {
    const { client } = await serveAt();
    const one = await client();
    await one.deliver({ message: MESSAGE });
    one.send('A');
    one.send('K');
    await one.begin('192.0.2.2');
    expect(await one.mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
    one.send('Q');
    await once(one.socket, 'close');
  });
});

describe('a connection that is not of the protocol', () => {
  it.each([
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a command before the negotiation', packet('H', Buffer.from('x\0'))],
    ['an MTA that is too old', packet('O', Buffer.from('000000010000000000000000', 'hex'))],
    [
      'a body without a header',
      Buffer.concat([packet('O', Buffer.from('00000006000001ff001fffff', 'hex')), packet('B', Buffer.from('x'))]),
    ],
    [
      'a header without a sender',
      Buffer.concat([packet('O', Buffer.from('00000006000001ff001fffff', 'hex')), packet('L', Buffer.from('X\0x\0'))]),
    ],
  ])('is ended and logged: %s', async (_, bytes) => {
    const { service, client, path } = await serveAt();
    const socket = connect(path);
    socket.on('error', () => {});
    socket.write(bytes);
    await once(socket.resume(), 'close');
    await service.until(/connection-ended socket=unix:\S+ why=/);
    expect(await (await client()).mail({ message: MESSAGE })).toMatchObject({ end: 'c' });
  });
});

describe('a service', () => {
  it('ends what is in hand when it is stopped, and then exits with 0', async () => {
    const { service, client, path } = await serveAt();
    const [busy, idle] = [await client(ANSWERED), await client(ANSWERED)];
    await busy.deliver({ message: MESSAGE });
    service.signal('SIGTERM');
    await once(idle.socket.resume(), 'close');
    busy.send('E');
    expect(await busy.verdict(MESSAGE)).toMatchObject({ end: 'c' });
    expect(await service.ended).toBe(0);
    expect(service.log()).toMatch(/stopping signal=SIGTERM[^]*stopped/);
    expect(existsSync(path)).toBe(false);
  });

  it('takes the place of one that was killed, and not of one that answers', async () => {
    const { path, folder } = await serveAt();
    await expect(startService(['--milter', `unix:${path}`, '--verify'])).rejects.toThrow(
      'another service answers there',
    );
    writeFileSync(join(folder, 'file'), 'mine');
    await expect(startService(['--milter', `unix:${join(folder, 'file')}`, '--verify'])).rejects.toThrow(
      'no socket has this name',
    );
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });

  it('becomes its user, whose sockets they are then', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'milter');
    const became: unknown[] = [];
    const ids = { uid: process.getuid!(), gid: process.getgid!() };
    const args = ['--milter', `unix:${path}`, '--verify', '--user', 'mail:mail', '--socket-mode', '600'];
    await startService(args, {
      isRoot: true,
      idsOf: (user, group) => (user === 'mail' && group === 'mail' ? ids : undefined),
      becomeUser: (...all) => became.push(all),
    });
    expect(became).toEqual([[ids, 'mail']]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const nobody = startService([...args.slice(0, 3), '--user', 'nobody-at-all', '--milter', `unix:${path}2`], {
      isRoot: true,
    });
    await expect(nobody).rejects.toThrow();
  });

  it('tells metrics over HTTP and in a file', async () => {
    const port = await freePort();
    const { client, folder } = await serveAt(['--metrics', `inet:${port}`]);
    await (await client()).mail({ message: MESSAGE });
    const [status, text] = await new Promise<[number, string]>((resolve, reject) => {
      request({ port, path: '/metrics' }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (part: string) => (body += part));
        response.on('end', () => resolve([response.statusCode!, body]));
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    expect(text).toContain('# TYPE dktool_serve_verified_total counter\ndktool_serve_verified_total{dkim="none"} 1\n');
    expect(text).toContain('dktool_serve_dmarc_total{dmarc="fail"} 1\n');
    expect(text).toContain('\ndktool_serve_connections 1\n');
    const file = join(folder, 'serve.prom');
    await startService(['--milter', `unix:${join(folder, 'other')}`, '--verify', '--metrics', file]);
    expect(readFileSync(file, 'utf8')).toContain('dktool_serve_connections_total 0\n');
  });

  it('has a mode for each socket', async () => {
    const folder = temporaryFolder();
    const [sign, verify] = [join(folder, 'sign'), join(folder, 'verify')];
    const args = [
      '--milter',
      `sign=unix:${sign}`,
      '--milter',
      `verify=unix:${verify}`,
      '--key-table',
      join(folder, 'keys'),
    ];
    writeFileSync(join(folder, 'keys'), `a example.com:rsa2048:${keyPath('rsa2048')}\n`);
    await startService([...args, '--zone', '/dev/null']);
    expect(await namesAt(sign, '127.0.0.1')).toEqual(['DKIM-Signature']);
    expect(await namesAt(sign, '192.0.2.1')).toEqual([]);
    expect(await namesAt(verify, '127.0.0.1')).toEqual([]);
    expect(await namesAt(verify, '192.0.2.1')).toEqual(['Authentication-Results']);
  });
});

/** The fields that are put in. */
async function namesAt(path: string, address: string) {
  const one = await MilterClient.connect({ path });
  await one.begin(address);
  const { changes } = await one.mail({ message: MESSAGE });
  one.close();
  return changes.map(({ name }) => name);
}

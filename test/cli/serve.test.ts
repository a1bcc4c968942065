/** `dktool serve` as a process: sockets that it is started with, signals, and its end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLEAN_ENV, DKTOOL, spawnDktool, temporaryFolder } from '../support/bin.ts';
import { MilterClient } from '../support/milter-client.ts';
import { keyPath } from '../support/vectors.ts';

const MESSAGE = 'From: ada@example.com\nTo: bob@example.net\nSubject: hello\n\nhello\n';

/** systemd starts a service with its own number in LISTEN_PID. */
const AS_SYSTEMD = 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=verify exec "$@"';

interface Started {
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly until: (wanted: RegExp) => Promise<void>;
}

async function start(args: readonly string[], listening?: number): Promise<Started> {
  const command = [process.execPath, DKTOOL, 'serve', ...args];
  const [program, ...rest] = listening === undefined ? command : ['/bin/sh', '-c', AS_SYSTEMD, 'sh', ...command];
  const child = spawn(program!, rest, {
    env: CLEAN_ENV,
    stdio: ['ignore', 'ignore', 'pipe', ...(listening === undefined ? [] : [listening])],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const until = async (wanted: RegExp) => {
    for (let tries = 0; tries < 2000 && !wanted.test(text); tries++) {
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(text).toMatch(wanted);
  };
  await until(/ ready /);
  return { child, log: () => text, until };
}

describe('dktool serve', () => {
  it('serves the socket that systemd hands over', async () => {
    const path = join(temporaryFolder(), 'milter');
    const server = createServer().listen(path);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    // oxlint-disable-next-line no-underscore-dangle -- the only way to a descriptor
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const { child, log } = await start(['--zone', '/dev/null', '--auth-results', 'mx.example.org'], fd);
    server.close();
    expect(log()).toContain('verify=descriptor 3');
    child.kill();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('verifies, signs with keys that have changed, and ends with what is in hand', async () => {
    const folder = temporaryFolder();
    const [path, table] = [join(folder, 'milter'), join(folder, 'KeyTable')];
    writeFileSync(table, `a example.com:rsa2048:${keyPath('rsa2048')}\n`);
    const service = await start(['--milter', `unix:${path}`, '--both', '--key-table', table, '--zone', '/dev/null']);
    const [own, other] = [await MilterClient.connect({ path }), await MilterClient.connect({ path })];
    await own.begin('127.0.0.1');
    await other.begin('192.0.2.1');
    expect((await other.mail({ message: MESSAGE })).message).toMatch(/^Authentication-Results: mx\.example\.org;/);
    expect((await own.mail({ message: MESSAGE })).message).toContain('s=rsa2048;');
    writeFileSync(table, `a example.com:ed25519:${keyPath('ed25519')}\n`);
    service.child.kill('SIGHUP');
    await service.until(/reloaded keys=1/);
    await own.deliver({ message: MESSAGE });
    const idle = once(other.socket.resume(), 'close');
    // Its own answer to a whole message tells that the first one is in hand.
    await other.mail({ message: MESSAGE });
    service.child.kill('SIGTERM');
    await idle;
    own.send('E');
    expect((await own.verdict(MESSAGE)).message).toContain('s=ed25519;');
    expect(await once(service.child, 'exit')).toEqual([0, null]);
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });

  it('judges its configuration with --check', async () => {
    const folder = temporaryFolder();
    const [config, keys] = [join(folder, 'opendkim.conf'), join(folder, 'KeyTable')];
    const check = () => spawnDktool(['serve', '--config', config, '--check', '--user', 'nobody']);
    const key = join(folder, 'rsa2048');
    writeFileSync(key, readFileSync(keyPath('rsa2048')), { mode: 0o600 });
    writeFileSync(keys, `a example.com:rsa2048:${key}\n`);
    writeFileSync(join(folder, 'SigningTable'), '*@example.com a\n');
    const text = `Mode sv\nSocket local:${folder}/s\nKeyTable ${keys}\nSigningTable refile:${folder}/SigningTable\nSyslog yes\nRequireSafeKeys no\n`;
    writeFileSync(config, text);
    const sound = await check();
    expect(sound).toMatchObject({ status: 0, stdout: 'the configuration is sound: 1 key\n' });
    writeFileSync(config, `${text}Statistics /tmp/stats\nOn-BadSignature reject\n`);
    expect(await check()).toMatchObject({
      status: 1,
      stdout: '',
      stderr: `dktool: ${config}: statistics is not used\ndktool: ${config}: on-badsignature is not used\n`,
    });
    writeFileSync(keys, 'a example.com:rsa2048:/nowhere\n');
    expect((await check()).stderr).toContain('dktool: key file /nowhere does not exist\n');
  });
});

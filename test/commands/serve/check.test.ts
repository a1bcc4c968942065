/** `serve --check`, and what it takes from an opendkim.conf. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readOpendkimSettings } from '../../../src/commands/serve/opendkim.ts';
import type { ServiceProcess } from '../../../src/console/context.ts';
import { runInMemory } from '../../support/context.ts';
import { keyPath } from '../../support/vectors.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dktool-serve-'));
});

function put(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const conf = (...lines: string[]) => put('opendkim.conf', `${lines.join('\n')}\n`);

const SERVICE: ServiceProcess = {
  isRoot: true,
  uid: () => 0,
  on: () => () => {},
  view: () => ({ groups: [], spaces: [] }),
  inherited: [],
  idsOf: (user) => (user === 'nobody' ? { uid: 65_534, gid: 65_534 } : undefined),
  becomeUser: () => {},
  usage: () => ({ rss: 0, heap: 0, descriptors: undefined }),
};

const check = (...args: string[]) =>
  runInMemory(['serve', '--check', ...args], '', { service: () => Promise.resolve(SERVICE) });

describe('serve --check', () => {
  it('says how many keys there are, and nothing with -q', async () => {
    const key = put('keys/example.com/default', readFileSync(keyPath('rsa2048'), 'latin1'));
    const config = conf('Mode s', 'Domain example.com', `KeyFile ${key}`, 'Selector s1', `Socket local:${folder}/s`);
    const run = await check('--config', config, '--user', 'nobody');
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/: 1 key\n$/);
    expect(await check('--config', config, '--user', 'nobody', '-q')).toMatchObject({ status: 0, stdout: '' });
  });

  it('names each fault on a line of its own', async () => {
    const config = conf(
      'Mode s',
      'Domain example.com',
      `KeyFile ${folder}/gone`,
      'Selector s1',
      'Socket local:/gone/s',
      'LuaScript x',
    );
    const { status, stdout, stderr } = await check('--config', config, '--metrics', '/gone/metrics.prom');
    expect([status, stdout]).toEqual([1, '']);
    for (const part of ['luascript', `${folder}/gone`, 'root', 'cannot write into /gone']) {
      expect(stderr).toContain(part);
    }
    expect((await check('--config', config, '--user', 'ghost')).stderr).toContain('there is no user or group ghost');
  });

  it('wants keys where mail is to be signed', async () => {
    mkdirSync(join(folder, 'keys'));
    const args = [
      '--milter',
      `unix:${folder}/s`,
      '--sign',
      '--key-path',
      `${folder}/keys/%/default`,
      '--user',
      'nobody',
    ];
    expect(await check(...args)).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('an opendkim.conf', () => {
  it('sets mode, socket, user, hosts, id and what is signed', () => {
    put('hosts', '# ours\n192.0.2.0/24\n[2001:db8::]/32\nlocalhost\nrelay.example\n');
    const config = conf(
      'Mode sv',
      'Socket inet:8891@localhost',
      'UserID opendkim:mail',
      'UMask 007',
      'AuthservID mx.example.org',
      'InternalHosts refile:hosts',
      'Nameservers 192.0.2.53',
      'Canonicalization relaxed/simple',
      'OversignHeaders From,Subject',
      'SignHeaders *,+X-Ours,-Date',
      'OmitHeaders Message-ID',
      'SignatureTTL 3600',
      'Diagnostics yes',
      'RequireSafeKeys no',
      'Syslog yes',
    );
    const settings = readOpendkimSettings(config);
    expect(settings).toMatchObject({
      mode: 'both',
      user: 'opendkim:mail',
      id: 'mx.example.org',
      nameservers: ['192.0.2.53'],
      socketMode: 0o770,
      keys: undefined,
      requireSafeKeys: false,
    });
    expect(settings.socket).toMatchObject({ kind: 'inet', port: 8891 });
    expect(settings.internal).toHaveLength(2);
    expect(settings.notes).toEqual([expect.stringContaining('relay.example')]);
    const { sign } = settings;
    expect(sign).toMatchObject({
      headerCanonicalization: 'relaxed',
      bodyCanonicalization: 'simple',
      lifetime: 3600,
      copiedHeaders: true,
      oversigned: ['From', 'Subject'],
    });
    const names = sign.signedFields!.map((name) => name.toLowerCase());
    expect(names).toContain('x-ours');
    expect(names).not.toContain('date');
    expect(names).not.toContain('message-id');
  });

  it('signs and verifies with simple/simple where it says nothing, and never leaves From out', () => {
    expect(readOpendkimSettings(conf(''))).toMatchObject({
      mode: 'both',
      socket: undefined,
      sign: { headerCanonicalization: 'simple', bodyCanonicalization: 'simple', signedFields: undefined },
      notes: [],
    });
    expect(readOpendkimSettings(conf('SignHeaders Subject')).sign.signedFields).toEqual(['From', 'Subject']);
    expect(readOpendkimSettings(conf('SignHeaders From,Subject', 'OmitHeaders From')).sign.signedFields).toContain(
      'From',
    );
  });

  it('names keys by tables, in files or in line', () => {
    put('KeyTable', 'k example.com:s1:/keys/s1\n');
    const { keys } = readOpendkimSettings(conf('KeyTable file:KeyTable', 'SigningTable *@example.com=k'));
    if (keys?.kind !== 'table') throw new Error('no table');
    expect(keys.keys().text).toContain('example.com:s1:/keys/s1');
    expect(keys.senders!().text).toBe('*@example.com k');
  });

  it.each([
    ['Mode x', "mode is 'x'"],
    ['Socket nowhere', "socket is 'nowhere'"],
    ['UMask 9', "umask is '9'"],
    ['AuthservID a b;c', 'authservid'],
    ['Canonicalization loose', 'canonicalization'],
    ['Canonicalization simple/simple/simple', 'canonicalization'],
    ['SignatureTTL soon', 'signaturettl'],
    ['Diagnostics perhaps', 'diagnostics'],
    ['KeyTable /gone', 'SigningTable'],
    ['KeyFile /gone', 'Selector'],
    ['KeyFile /gone\nSelector s\nDomain -', 'domain'],
    ['InternalHosts dsn:mysql://x', 'OpenDKIM'],
  ])('is refused where %j cannot be done', (lines, part) => {
    expect(() => readOpendkimSettings(conf(lines))).toThrow(part);
  });
});

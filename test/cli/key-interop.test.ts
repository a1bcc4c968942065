/** Keys go back and forth between dktool and the programs that people come from. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Run, runDktool, runProgram, temporaryFolder } from '../support/bin.ts';
import { needProgram } from '../support/peers.ts';

const MESSAGE =
  'From: a@example.com\r\nTo: b@example.org\r\nSubject: keys\r\nDate: Mon, 3 Aug 2026 10:00:00 +0000\r\n\r\nbody\r\n';

/** The strings of a TXT record in a master file, joined. */
const joined = (zone: string) => [...zone.matchAll(/"([^"]*)"/g)].map(([, string]) => string).join('');
const publicKeyIn = (record: string) => /p=([A-Za-z0-9+/=]+)/.exec(record)?.[1];

const printRecord = (cwd: string, file: string, ...more: string[]): Promise<Run> =>
  runDktool(['dns-record', 'example.com', '-s', 's', '-k', file, '--format', 'raw', ...more], { cwd });

describe('keys of openssl', () => {
  it.for([
    ['genrsa -out key 2048', 'rsa'],
    ['genrsa -traditional -out key 2048', 'rsa'],
    ['genpkey -algorithm ed25519 -out key', 'ed25519'],
    ['genpkey -algorithm ed25519 -outform der -out key', 'ed25519'],
    ['genrsa -aes256 -passout file:word -out key 2048', 'rsa'],
    ['genrsa -traditional -aes128 -passout file:word -out key 2048', 'rsa'],
    ['genpkey -algorithm ed25519 -aes256 -pass file:word -out key', 'ed25519'],
  ] as const)('%s', async ([command, type], { skip }) => {
    const openssl = needProgram('openssl', 'openssl', skip);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'word'), 'open sesame\n');
    expect((await runProgram(openssl, command.split(' '), { cwd })).status).toBe(0);
    const ours = await printRecord(cwd, 'key', '--passphrase-file', 'word');
    const der = command.includes('der') ? ['-inform', 'der'] : [];
    const args = ['pkey', '-in', 'key', ...der, '-passin', 'file:word', '-pubout', '-out', 'public'];
    expect((await runProgram(openssl, args, { cwd })).status).toBe(0);
    // The public key alone gives the same record.
    expect(ours).toEqual(await printRecord(cwd, 'public'));
    const spki = readFileSync(join(cwd, 'public'), 'latin1').replace(/-----[^-]*-----|\n/g, '');
    const expected = type === 'rsa' ? spki : Buffer.from(spki, 'base64').subarray(-32).toString('base64');
    expect(ours).toEqual({ status: 0, stdout: `v=DKIM1; k=${type}; p=${expected}\n`, stderr: '' });
  });

  it.for(['pkcs8', 'pkcs8-der', 'pkcs1', 'pkcs1-der', 'spki', 'spki-der'])(
    'ours as %s is read by it',
    async (format, { skip }) => {
      const openssl = needProgram('openssl', 'openssl', skip);
      const cwd = temporaryFolder();
      const made = await runDktool(['keygen', '-s', 's', '-o', 'made'], { cwd });
      await runDktool(['keygen', '--convert', 'made', '--format', format, '-s', 's', '-o', 'key'], { cwd });
      const args = ['pkey', '-in', 'key', ...(format.endsWith('-der') ? ['-inform', 'der'] : [])];
      const half = format.startsWith('spki') ? ['-pubin'] : [];
      const { status, stdout } = await runProgram(openssl, [...args, ...half, '-pubout'], { cwd });
      expect(status).toBe(0);
      expect(stdout.replace(/-----[^-]*-----|\n/g, '')).toBe(publicKeyIn(joined(made.stdout)));
    },
  );

  it.for(['pkcs8', 'pkcs1', 'pkcs8-der'])('ours encrypted as %s is opened by it', async (format, { skip }) => {
    const openssl = needProgram('openssl', 'openssl', skip);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'word'), 'open sesame\n');
    const more = ['--format', format, '--encrypt', '--passphrase-file', 'word'];
    expect((await runDktool(['keygen', '-s', 's', '-o', 'key', ...more], { cwd })).status).toBe(0);
    const der = format.endsWith('-der') ? ['-inform', 'der'] : [];
    const args = ['pkey', '-in', 'key', ...der, '-noout', '-passin'];
    expect((await runProgram(openssl, [...args, 'file:word'], { cwd })).status).toBe(0);
    expect((await runProgram(openssl, [...args, 'pass:open barley'], { cwd })).status).not.toBe(0);
  });
});

describe('opendkim-genkey', () => {
  it('its key is read, its record is the same', async ({ skip }) => {
    const genkey = needProgram('opendkim-genkey', 'opendkim-tools', skip);
    const cwd = temporaryFolder();
    expect((await runProgram(genkey, ['-s', 's', '-d', 'example.com'], { cwd })).status).toBe(0);
    const { stdout } = await printRecord(cwd, 's.private', '--hash', 'sha256');
    expect(stdout).toBe(`${joined(readFileSync(join(cwd, 's.txt'), 'latin1'))}\n`);
  });

  it.for(['pkcs8', 'pkcs1'])('opendkim signs with our %s', async (format, { skip }) => {
    const testmsg = needProgram('opendkim-testmsg', 'opendkim-tools', skip);
    const cwd = temporaryFolder();
    await runDktool(['keygen', '-s', 's', '--format', format], { cwd });
    const { status, stdout } = await runProgram(testmsg, ['-d', 'example.com', '-s', 's', '-k', 's'], {
      cwd,
      input: MESSAGE,
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^DKIM-Signature:/);
  });
});

describe('dkimpy', () => {
  it.for(['rsa', 'ed25519'])('its %s key is read, its record is the same', async (type, { skip }) => {
    const dknewkey = needProgram('dknewkey', 'python3-dkim', skip);
    const cwd = temporaryFolder();
    expect((await runProgram(dknewkey, ['--ktype', type, 'k'], { cwd })).status).toBe(0);
    const { status, stdout } = await printRecord(cwd, 'k.key');
    expect(status).toBe(0);
    const theirs = readFileSync(join(cwd, 'k.dns'), 'latin1');
    expect(theirs).toContain(`k=${type};`);
    expect(publicKeyIn(stdout)).toBe(publicKeyIn(theirs));
    // and a record stays as it is
    expect((await printRecord(cwd, 'k.dns')).stdout).toBe(`${theirs.trim()}\n`);
  });

  it.for([
    ['rsa', 'pkcs8'],
    ['rsa', 'pkcs1'],
    ['ed25519', 'seed'],
  ] as const)('signs with our %s key as %s, and we verify it', async ([type, format], { skip }) => {
    const dkimsign = needProgram('dkimsign', 'python3-dkim', skip);
    const cwd = temporaryFolder();
    const { stdout: zone } = await runDktool(['keygen', 'example.com', '-s', 's', '--type', type, '--format', format], {
      cwd,
    });
    writeFileSync(join(cwd, 'zone'), zone);
    const args = ['--signalg', `${type}-sha256`, 's', 'example.com', 's'];
    const signed = await runProgram(dkimsign, args, { cwd, input: MESSAGE });
    expect(signed.stdout).toMatch(/^DKIM-Signature:/i);
    const verdict = await runDktool(['verify', '--zone', 'zone'], { cwd, input: Buffer.from(signed.stdout, 'latin1') });
    expect(verdict).toMatchObject({ status: 0 });
  });
});

describe('rspamadm', () => {
  it.for(['rsa', 'ed25519'])('its %s key is read, its record is the same', async (type, { skip }) => {
    const rspamadm = needProgram('rspamadm', 'rspamd', skip);
    const cwd = temporaryFolder();
    const args = ['dkim_keygen', '-s', 's', '-d', 'example.com', '-t', type, '-k', 'key'];
    const { status, stdout: theirs } = await runProgram(rspamadm, args, { cwd });
    expect(status).toBe(0);
    expect(publicKeyIn((await printRecord(cwd, 'key', '-q')).stdout)).toBe(publicKeyIn(joined(theirs)));
  });
});

describe('tinydns-data', () => {
  it('compiles what dns-record prints for it', async ({ skip }) => {
    const [data, get] = [needProgram('tinydns-data', 'tinydns', skip), needProgram('tinydns-get', 'tinydns', skip)];
    const cwd = temporaryFolder();
    await runDktool(['keygen', '-s', 's'], { cwd });
    const options = ['--hash', 'sha1:sha256', '--note', 'back\\slash'];
    const line = await runDktool(['dns-record', 'example.com', '-k', 's', '--format', 'tinydns', ...options], { cwd });
    writeFileSync(join(cwd, 'data'), `.example.com:192.0.2.1:a\n${line.stdout}`);
    expect((await runProgram(data, [], { cwd })).status).toBe(0);
    const raw = await runDktool(['dns-record', 'example.com', '-k', 's', '--format', 'raw', ...options], { cwd });
    const answer = await runProgram(get, ['txt', 's._domainkey.example.com'], { cwd });
    const data16 = /^answer: s\._domainkey\.example\.com 86400 16 (\S+)$/m.exec(answer.stdout)![1]!;
    expect(`${joinedStrings(data16)}\n`).toBe(raw.stdout);
  });
});

/** The data of a TXT record as tinydns-get prints it, \ooo in octal, its character-strings joined. */
function joinedStrings(printed: string): string {
  const octets = printed.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
  let text = '';
  for (let at = 0; at < octets.length; at += 1 + octets.charCodeAt(at)) {
    text += octets.slice(at + 1, at + 1 + octets.charCodeAt(at));
  }
  return text;
}

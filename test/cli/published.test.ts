/** From keygen to a verdict through a real name server: what dns-record prints is published as it is. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withLf } from '../support/awkward-messages.ts';
import { runDktool, temporaryFolder } from '../support/bin.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { startNsd } from '../support/nsd.ts';
import { needProgram } from '../support/peers.ts';

const LF = withLf(PLAIN);
const KEYS = [
  ['rsa', '2048'],
  ['rsa', '4096'], // its answer does not fit into 512 octets
  ['ed25519', '256'],
] as const;
const HEAD = `$TTL 300
@ IN SOA ns.example.com. hostmaster.example.com. 1 3600 600 86400 300
@ IN NS ns.example.com.
ns IN A 127.0.0.1
`;

describe('a record that dns-record printed', () => {
  it('is served by NSD, and what its key signed passes', async ({ skip }) => {
    needProgram('nsd', 'nsd', skip);
    const cwd = temporaryFolder();
    let zone = HEAD;
    for (const [type, bits] of KEYS) {
      const size = type === 'rsa' ? ['--bits', bits] : [];
      const made = await runDktool(['keygen', 'example.com', '-q', '-s', `${type}${bits}`, '--type', type, ...size], {
        cwd,
      });
      expect(made.status).toBe(0);
      const printed = await runDktool(['dns-record', 'example.com', '-q', '-k', `${type}${bits}`], { cwd });
      expect(printed.stdout).toBe(made.stdout);
      zone += printed.stdout;
    }
    const { nameserver, stop } = await startNsd('example.com', zone);
    try {
      for (const [type, bits] of KEYS) {
        const name = `${type}${bits}`;
        for (const tcp of [[], ['--tcp']]) {
          const dns = ['--nameserver', nameserver, ...tcp];
          const signed = await runDktool(['sign', '-q', '-k', name, '--check-dns', ...dns], { cwd, input: LF });
          expect([name, signed.status, signed.stderr]).toEqual([name, 0, '']);
          const judged = await runDktool(['verify', '--json', '--trace', ...dns], { cwd, input: signed.stdout });
          expect(JSON.parse(judged.stdout)).toMatchObject({
            result: 'pass',
            dkim: { signatures: [{ selector: name, keyBits: Number(bits) }] },
          });
          expect(judged.stderr).toMatch(new RegExp(`${name}\\._domainkey\\.example\\.com TXT .*${nameserver}`));
        }
      }
      // Another key under a published name does not get out.
      await runDktool(['keygen', 'example.com', '-q', '-s', 'rsa2048', '-o', 'stranger'], { cwd });
      const refused = await runDktool(
        ['sign', '-q', '-k', 'stranger', '-s', 'rsa2048', '--check-dns', '--nameserver', nameserver],
        { cwd, input: LF },
      );
      expect([refused.status, refused.stdout]).toEqual([111, '']);
      expect(refused.stderr).toContain('the signature does not match the signed header fields and the published key');
    } finally {
      await stop();
    }
  }, 60_000);

  it('is compiled by tinydns-data, and what its key signed passes', async ({ skip }) => {
    const compiler = needProgram('tinydns-data', 'tinydns', skip);
    const getter = needProgram('tinydns-get', 'tinydns', skip);
    const cwd = temporaryFolder();
    await runDktool(['keygen', 'example.com', '-q', '-s', 'tiny', '--bits', '4096'], { cwd });
    const line = await runDktool(['dns-record', 'example.com', '-q', '-k', 'tiny', '--format', 'tinydns'], { cwd });
    writeFileSync(join(cwd, 'data'), `.example.com:127.0.0.1:a:300\n${line.stdout}`);
    execFileSync(compiler, { cwd });
    expect(existsSync(join(cwd, 'data.cdb'))).toBe(true);
    const answer = execFileSync(getter, ['txt', 'tiny._domainkey.example.com'], { cwd, encoding: 'latin1' });
    const raw = await runDktool(['dns-record', 'example.com', '-q', '-k', 'tiny', '--format', 'raw'], { cwd });
    expect(served(answer)).toBe(raw.stdout.trimEnd());
    const signed = await runDktool(['sign', '-q', '-k', 'tiny'], { cwd, input: LF });
    const judged = await runDktool(['verify', '--zone', 'data'], { cwd, input: signed.stdout });
    expect([judged.status, readFileSync(join(cwd, 'data'), 'latin1')]).toEqual([0, expect.stringContaining('tiny')]);
  });
});

/** The text in the answer of tinydns-get, which writes octets as \DDD and each string's length before it. */
function served(answer: string): string {
  const [, rdata = ''] = /^answer: \S+ \d+ (?:16|TXT) (.*)$/m.exec(answer) ?? [];
  const octets = rdata.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
  let text = '';
  for (let at = 0; at < octets.length; at += 1 + octets.charCodeAt(at)) {
    text += octets.slice(at + 1, at + 1 + octets.charCodeAt(at));
  }
  return text;
}

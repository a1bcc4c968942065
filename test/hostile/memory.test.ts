/** The memory that a message takes, whatever fills its header block: Node.js alone takes some 40 MB. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DKTOOL, runProgram } from '../support/bin.ts';
import { mailFolder } from '../support/mail-folder.ts';

const HOOK = fileURLToPath(new URL('../support/report-memory.cjs', import.meta.url));
const MIB = 1024 * 1024;
const LIMIT = 150_000; // KiB

/** As much of it as a header block of 8 MiB has room for. */
const filled = (text: string) => text.repeat(Math.floor((8 * MIB - 4096) / text.length));
const FROM = 'From: ann@example.com\r\n';
const signature = (tags: string) =>
  `DKIM-Signature: v=1; a=rsa-sha256; d=a.b; s=c; bh=QQ==; b=QQ==; ${tags}\r\n${FROM}`;

const HEADERS: Readonly<Record<string, () => string>> = {
  'From of angles': () => `From: ${filled('<')}\r\n`,
  'From of commas': () => `From: ${filled(',')}\r\n`,
  'From of dots': () => `From: ${filled('.')}\r\n`,
  'From of addresses': () => `From: ${filled('a@b,')}\r\n`,
  'From of words': () => `From: ${filled('x ')}\r\n`,
  'From of labels': () => `From: a@${filled('x.')}com\r\n`,
  'From of escapes': () => `From: "${filled('\\"')}"@b.c\r\n`,
  'From of comments': () => `From: ${filled('()')}a@b.c\r\n`,
  'i= of coded octets': () => signature(`h=from; i=${filled('=41')}@a.b`),
  'h= of colons': () => signature(`h=${filled(':')}`),
  'c= of slashes': () => signature(`h=from; c=${filled('/')}`),
  'q= of colons': () => signature(`h=from; q=${filled(':')}`),
  'bh= of blanks': () => signature(`h=from; bh=${filled('Q \r\n ')}`),
  'tags without number': () => signature(Array.from({ length: 700_000 }, (_, i) => `t${i}=1`).join(';')),
  'h= of DomainKeys': () => `DomainKey-Signature: a=rsa-sha1; d=example.com; s=x; b=QQ==; h=${filled(':')}\r\n${FROM}`,
  'Sender of addresses': () =>
    `Sender: ${filled('a@b,')}\r\nDomainKey-Signature: d=b.c; s=x; b=QQ==\r\nFrom: a@b.c\r\n`,
  '130,000 DKIM-Signatures': () => 'DKIM-Signature: x\r\n'.repeat(130_000) + FROM,
  '130,000 DomainKey-Signatures': () => 'DomainKey-Signature: x\r\n'.repeat(130_000) + FROM,
};

describe('verify takes less than 150 MB for a header block of 8 MiB', () => {
  it.each(Object.keys(HEADERS))('%s', async (name) => {
    const cwd = mailFolder();
    writeFileSync(join(cwd, 'msg.eml'), `${HEADERS[name]!()}\r\nbody\r\n`, 'latin1');
    const args = ['--require', HOOK, DKTOOL, 'verify', '--zone', 'zone.json', 'msg.eml'];
    const { status, stderr } = await runProgram(process.execPath, args, { cwd });
    expect([0, 1, 2]).toContain(status);
    const [, kilobytes] = /^maxRSS=(\d+)\n$/.exec(stderr)!;
    expect(Number(kilobytes)).toBeLessThan(LIMIT);
  });
});

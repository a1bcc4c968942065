/** Zone files that are too large are refused with a sentence, at once and in little memory. */
import { closeSync, ftruncateSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DKTOOL, runProgram, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';

const MIB = 1024 * 1024;

function fileOf(octets: number, text = ''): string {
  const path = join(temporaryFolder(), 'zone');
  writeFileSync(path, text);
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, Math.max(octets, text.length));
  closeSync(fd);
  return path;
}

const deepName = (_: unknown, i: number) => `${'a.'.repeat(115)}b${i}. A 1.2.3.4\n`;

const ask = (path: string) => [
  'spf-check',
  '--ip',
  '192.0.2.1',
  '--helo',
  'h.example',
  '--from',
  'a@a.example',
  '--zone',
  path,
];

describe('a zone file', () => {
  it.each([
    ['of more than 32 MiB', () => fileOf(32 * MIB + 1, 'a. A 192.0.2.1\n'), `${32 * MIB} octets`],
    ['of 247 MiB', () => fileOf(247 * MIB, 'a. A 192.0.2.1\n'), `${32 * MIB} octets`],
    [
      'of more than 8 MiB of JSON',
      () => fileOf(8 * MIB + 1, `{"a.example":{"TXT":["x"]}}${' '.repeat(100)}`),
      `${8 * MIB} octets of JSON`,
    ],
    ['without end', () => '/dev/zero', `${32 * MIB} octets`],
  ])('%s is refused', async (_, make, limit) => {
    const path = make();
    const run = await runInMemory(ask(path));
    expect([run.status, run.output]).toEqual([100, '']);
    expect(run.stderr).toBe(
      `dktool: zone file ${path} is too large: the limit is ${limit}\ndktool: hint: load it into a name server, and give that with --nameserver\n`,
    );
  });

  it('may be a pipe', async () => {
    const script = `printf '%s\\n' 'a.example. TXT "v=spf1 ip4:192.0.2.1 -all"' | "$0" "$@"`;
    const { status, stdout } = await runProgram('sh', ['-c', script, process.execPath, DKTOOL, ...ask('/dev/stdin')]);
    expect([status, stdout]).toEqual([0, expect.stringContaining('pass')]);
  });

  it.each([
    ['master file', () => 'a. A 1.2.3.4\n'.repeat(1_500_001)],
    ['tinydns-data', () => '=a:1.2.3.4\n'.repeat(750_001)],
  ])(
    'has so many records at most: %s',
    (_, make) => {
      const bytes = Buffer.from(make());
      expect(() => parseZone('z', bytes)).toThrow('zone file z is too large: the limit is 1500000 records');
    },
    300_000,
  );

  it('has so many names at most, those above others counted', () => {
    const file = parseZone('z', Buffer.from(Array.from({ length: 30_000 }, deepName).join('')));
    expect(() => zoneResolver([file])).toThrow('zone file z is too large: the limit is 3000000 names');
  }, 300_000);

  it('has no record of more words than fit', () => {
    expect(() => parseZone('z', Buffer.from(`a. TXT ${'x '.repeat(70_000)}`))).toThrow('a record has too many words');
  });
});

/** verify of packed messages: tar, zip and compressed files, out of files and pipes, whole or damaged. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/lib/report/verify.ts';
import { DKTOOL, runProgram, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mboxOf } from '../support/mailboxes.ts';
import { type TarMember, tarOf, zipOf } from '../support/archives.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

const RECORD = ['--now', String(NOW), '--key-record', `${keyOwner('rsa2048')}=${keyRecord('rsa2048')}`];

const lf = (text: string) => text.replaceAll('\r\n', '\n');
const GOOD = lf(signByHand(PLAIN));
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const LONG = lf(signByHand(`${PLAIN}${'a long line of text\r\n'.repeat(80_000)}`));
const MEMBERS: readonly TarMember[] = [
  ['cur/1', GOOD],
  ['cur/2', FORGED],
  ['dovecot.index', 'no message'],
  ['deep/er/long', LONG],
  ['plain\nname', lf(PLAIN)],
];
const WANTED = [
  ['cur/1', 'pass'],
  ['cur/2', 'fail'],
  ['deep/er/long', 'pass'],
  ['plain\nname', 'none'],
];

type Line = VerifyReport & { readonly error?: { readonly code: string; readonly detail: string } };

async function judge(bytes: Uint8Array, ...args: string[]): Promise<(string | undefined)[][]> {
  const path = join(temporaryFolder(), 'archive');
  writeFileSync(path, bytes);
  const outputs = [
    await runInMemory(['verify', '--json', ...RECORD, ...args, path]),
    await runInMemory(['verify', '--json', ...RECORD, ...args], Buffer.from(bytes).toString('latin1')),
  ];
  const [fromFile, fromPipe] = outputs.map(({ stdout, stderr }) => {
    expect(stderr).toBe('');
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .map(({ id, result, error }) => [id, result ?? error?.code]);
  });
  expect(fromPipe).toEqual(fromFile);
  return fromFile!;
}

describe('the messages of an archive', () => {
  it('are judged in their order, under their names: tar', async () => {
    expect(await judge(tarOf(MEMBERS))).toEqual(WANTED);
    expect(await judge(zlib.gzipSync(tarOf(MEMBERS)))).toEqual(WANTED);
  });

  it('are judged in their order, under their names: zip, packed and stored', async () => {
    for (const method of ['deflate', 'store'] as const) expect(await judge(zipOf(MEMBERS, method))).toEqual(WANTED);
  });

  it('are what tar and zip of the system write', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.eml'), GOOD);
    writeFileSync(join(folder, `${'long'.repeat(50)}.eml`), FORGED);
    execFileSync('tar', ['-czf', 'mail.tgz', 'a.eml', `${'long'.repeat(50)}.eml`], { cwd: folder });
    execFileSync('zip', ['-q', 'mail.zip', 'a.eml', `${'long'.repeat(50)}.eml`], { cwd: folder });
    const wanted = [
      ['a.eml', 'pass'],
      [`${'long'.repeat(50)}.eml`, 'fail'],
    ];
    for (const name of ['mail.tgz', 'mail.zip']) expect(await judge(readFileSync(join(folder, name)))).toEqual(wanted);
  });

  it('may be a compressed file alone, with the name of that', async () => {
    expect(await judge(zlib.gzipSync(GOOD))).toEqual([[undefined, 'pass']]);
    const path = join(temporaryFolder(), 'a.eml.gz');
    writeFileSync(path, zlib.gzipSync(GOOD));
    expect((await runInMemory(['verify', ...RECORD, path])).stdout).toContain(`${path}: pass from=ann@example.com\n`);
  });

  it('may be mailboxes and archives in turn', async () => {
    const box = mboxOf([GOOD, FORGED], 'mboxrd');
    expect(await judge(zlib.gzipSync(box))).toEqual([
      ['1', 'pass'],
      ['2', 'fail'],
    ]);
    const inner = zipOf([['x', GOOD]]);
    const members: TarMember[] = [
      ['list.mbox', box],
      ['list.mbox.gz', zlib.gzipSync(box)],
      ['inner.zip', inner],
      ['last', GOOD],
    ];
    expect(await judge(tarOf(members))).toEqual([
      ['list.mbox:1', 'pass'],
      ['list.mbox:2', 'fail'],
      ['list.mbox.gz:1', 'pass'],
      ['list.mbox.gz:2', 'fail'],
      ['inner.zip:x', 'pass'],
      ['last', 'pass'],
    ]);
    let deep: Uint8Array = Buffer.from(GOOD, 'latin1');
    for (let i = 0; i < 5; i++) deep = zlib.gzipSync(deep);
    expect(await judge(deep)).toEqual([[undefined, 'archive-nested']]);
  });

  it('may be lines of JSON that are compressed', async () => {
    const line = JSON.stringify({ id: 'a', raw_b64: Buffer.from(GOOD, 'latin1').toString('base64') });
    expect(await judge(zlib.gzipSync(`${line}\n`), '--input', 'ndjson')).toEqual([['a', 'pass']]);
  });

  it.runIf('createZstdDecompress' in zlib)('may be compressed by zstd', async () => {
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync: (text: string) => Buffer };
    expect(await judge(zstdCompressSync(GOOD))).toEqual([[undefined, 'pass']]);
  });

  it.skipIf('createZstdDecompress' in zlib)('compressed by zstd are an error where Node cannot read it', async () => {
    expect(await judge(Buffer.from('28b52ffd0458', 'hex'))).toEqual([[undefined, 'compression-unsupported']]);
  });
});

describe('an archive that is damaged', () => {
  it('is judged as far as it can be read', async () => {
    const tar = tarOf([
      ['a', GOOD],
      ['b', LONG],
      ['c', GOOD],
    ]);
    for (const cut of [zlib.gzipSync(tar).subarray(0, -20), tar.subarray(0, 600_000)]) {
      const told = await judge(cut);
      expect(told[0]).toEqual(['a', 'pass']);
      expect(told.at(-1)![1]).toBe('archive-damaged');
    }
    const zip = Buffer.from(
      zipOf([
        ['a', GOOD],
        ['b', LONG],
        ['c', GOOD],
      ]),
    );
    const place = zip.indexOf('PK\x03\x04', 10, 'latin1') + 200; // in the second
    zip.writeUInt8(zip.readUInt8(place) ^ 0xff, place);
    expect(await judge(zip)).toEqual([
      ['a', 'pass'],
      ['b', 'archive-damaged'],
      ['c', 'pass'],
    ]);
    expect(await judge(zip.subarray(0, -30))).toEqual([[undefined, 'archive-damaged']]);
  });

  it('or empty, or locked, is an error in its place', async () => {
    expect(await judge(Buffer.from('PK\x05\x06' + '\0'.repeat(18), 'latin1')).catch(() => 'nothing')).toBe('nothing');
    expect(
      await judge(
        zipOf(
          [
            ['secret', GOOD],
            ['b', GOOD],
          ],
          'deflate',
          { encrypted: 'secret' },
        ),
      ),
    ).toEqual([
      ['secret', 'member-unreadable'],
      ['b', 'pass'],
    ]);
  });

  it('or a bomb does not go off', async () => {
    const zeros = zlib.gzipSync(Buffer.alloc(64 * 1024 * 1024), { level: 9 });
    const bomb = Buffer.concat(Array.from({ length: 20 }, () => zeros));
    const start = performance.now();
    expect(await judge(bomb)).toEqual([[undefined, 'archive-bomb']]);
    expect(performance.now() - start).toBeLessThan(120_000);
  }, 150_000);
});

it('threads share the messages of archives as those of files', async () => {
  const folder = temporaryFolder();
  const count = 2300;
  const members = Array.from({ length: count }, (_, i): TarMember => [`m${i}`, i % 50 === 7 ? FORGED : GOOD]);
  writeFileSync(join(folder, 'mail.tar.gz'), zlib.gzipSync(tarOf([...members, ['long', LONG], ['end', GOOD]])));
  const run = (...args: string[]) =>
    runProgram(process.execPath, [DKTOOL, 'verify', '--json', ...RECORD, ...args, 'mail.tar.gz'], { cwd: folder });
  const [one, four] = [await run(), await run('--jobs', '4')];
  expect(one.stdout.split('\n')).toHaveLength(count + 3);
  expect(four).toEqual(one);
});

/** The real program, killed by the system at its system calls (strace): the same as test/commands/rotate/faults.test.ts, for sure. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processContext } from '../../src/entry/process-context.ts';
import { DKTOOL, runProgram, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { needProgram } from '../support/peers.ts';
import { DOMAIN, keyPath, keyRecord } from '../support/vectors.ts';

/** Calls of the system by which the program changes what lasts. */
const CALLS = ['rename', 'link', 'symlink', 'fsync'];

const MESSAGE = `From: ada@${DOMAIN}\r\nSubject: hello\r\nDate: Tue, 1 Dec 2026 00:00:00 +0000\r\n\r\nhello\r\n`;

describe('rotate, killed', () => {
  it.for(CALLS)(
    'at any %s goes on in the next run, and what is signed verifies all the time',
    { timeout: 60_000 },
    async (call, { skip }) => {
      const strace = needProgram('strace', 'strace', skip);
      const folder = temporaryFolder();
      for (let at = 1; ; at++) {
        const { keys, zone, line } = site(mkdtempSync(join(folder, 'site-')));
        const inject = ['-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${at}`];
        const killed = await runProgram(strace, [...inject, process.execPath, DKTOOL, ...line]);
        const isOver = killed.status === 0;
        expect([at, await verdict(keys, zone)]).toEqual([at, 'pass']);
        const next = await runInMemory(line, '', { now: () => Date.now() / 1000, self: processContext().self! });
        expect([at, next]).toMatchObject([at, { status: 0, stdout: '', stderr: '' }]);
        expect([at, await verdict(keys, zone)]).toEqual([at, 'pass']);
        expect([at, readdirSync(keys).sort()]).toEqual([at, ['k2', 'default', 'dktool-rotate.json', 'old'].sort()]);
        expect([at, readlinkSync(join(keys, 'default'))]).toEqual([at, 'k2']);
        expect(readFileSync(zone, 'latin1').match(/^k2\._domainkey/gm)).toHaveLength(1);
        if (isOver) {
          expect(at).toBeGreaterThan(1);
          return;
        }
      }
    },
  );
});

/** A domain whose zone is a file that the publish command adds to: one run makes, publishes and switches. */
function site(folder: string) {
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  copyFileSync(keyPath('ed25519'), join(keys, 'old'));
  chmodSync(join(keys, 'old'), 0o600);
  symlinkSync('old', join(keys, 'default'));
  const zone = join(folder, 'zone');
  writeFileSync(zone, `old._domainkey.${DOMAIN}. IN TXT "${keyRecord('ed25519')}"\n`);
  const publish = `cat >> '${zone}'`;
  const line = ['rotate', DOMAIN, '-k', join(keys, 'default'), '-s', 'k2', '--format', 'bind', '--publish', publish];
  return { keys, zone, line: [...line, '--zone', zone] };
}

async function verdict(keys: string, zone: string): Promise<string> {
  const signed = await runInMemory(['sign', '-k', join(keys, 'default')], MESSAGE);
  const { stdout } = await runInMemory(['verify', '--json', '--zone', zone], signed.output);
  return (JSON.parse(stdout) as { result: string }).result;
}

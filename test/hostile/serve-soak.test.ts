/** A service for a while: what it holds after many messages is what it held after the first ones. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CLEAN_ENV, DKTOOL, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { MilterClient } from '../support/milter-client.ts';
import { keyPath, keyZone } from '../support/vectors.ts';

const ROUND = 1500;
const CONNECTIONS = 6;

it('keeps memory and descriptors as they are', async ({ skip }) => {
  if (process.platform !== 'linux') skip('it reads /proc');
  const folder = temporaryFolder();
  const [path, zone] = [join(folder, 'milter'), join(folder, 'zone.json')];
  writeFileSync(zone, JSON.stringify(keyZone()));
  const message = (
    await runInMemory(
      ['sign', '-q', '-k', keyPath('rsa2048')],
      `From: ada@example.com\nSubject: x\n\n${'hello\n'.repeat(500)}`,
    )
  ).output;
  // A small heap shows soon what is kept.
  const args = ['--max-old-space-size=48', DKTOOL, 'serve', '--verify', '--milter', `unix:${path}`, '--zone', zone];
  const child = spawn(process.execPath, args, { env: CLEAN_ENV, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const log = { text: '' };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.text ||= text;
  });
  while (log.text === '' && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
  const facts = () => ({
    memory: Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]) / 1024,
    descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
  });
  const round = async () => {
    let left = ROUND;
    const send = async () => {
      const client = await MilterClient.connect({ path });
      await client.begin('192.0.2.1');
      for (let i = 0; left-- > 0; i++) {
        // Some go away in the middle, as they do.
        if (i % 50 === 49) {
          await client.deliver({ message });
          client.send('A');
          continue;
        }
        const { end, changes } = await client.mail({ message });
        expect([end, changes.length]).toEqual(['c', 1]);
      }
      client.close();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, send));
    await new Promise((resolve) => setTimeout(resolve, 200));
    return facts();
  };
  await round();
  const before = await round();
  await round();
  const after = await round();
  expect(child.exitCode).toBe(null);
  expect(after.descriptors).toBe(before.descriptors);
  expect(after.memory - before.memory).toBeLessThan(25);
}, 300_000);

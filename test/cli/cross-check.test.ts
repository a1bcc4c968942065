/** verify --cross-check: mailauth on the same message, answers and clock. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { chainByHand, sealByHand } from '../support/arc-sealer.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { NOW } from '../support/vectors.ts';
import { VERDICT_ZONE } from '../support/verdict-cases.ts';

const SIGNED = signByHand(PLAIN);
const RECORDS = {
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
  'bounces.example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
};

async function judge(message: string, ...more: string[]) {
  const folder = temporaryFolder();
  const [file, zone] = [join(folder, 'msg.eml'), join(folder, 'zone.json')];
  writeFileSync(file, message, 'latin1');
  writeFileSync(zone, JSON.stringify({ ...VERDICT_ZONE, ...RECORDS }));
  const run = await runInMemory(['verify', '--cross-check', '--now', String(NOW), '--zone', zone, ...more, file]);
  return { ...run, stdout: run.stdout.replaceAll(file, 'msg.eml') };
}

const linesOf = (stdout: string) => stdout.split('\n').filter((line) => line.includes(': cross-check '));

describe('verify --cross-check', () => {
  it('says that both agree about everything that was judged', async () => {
    const session = ['--spf', '--ip', '192.0.2.1', '--helo', 'mx.example.com', '--from', 'x@bounces.example.com'];
    const message = sealByHand(SIGNED, { instance: 1 });
    const { status, stdout, stderr } = await judge(message, '--arc', '--dmarc', ...session);
    expect([status, stderr]).toEqual([0, '']);
    expect(linesOf(stdout)).toEqual([
      'msg.eml: cross-check dkim d=example.com s=rsa2048: same result: dktool says pass (signature-valid), mailauth says pass',
      expect.stringMatching(
        /^msg\.eml: cross-check arc: same result: dktool says pass \(chain-valid\), mailauth says pass \(i=1/,
      ),
      expect.stringMatching(
        /^msg\.eml: cross-check spf bounces\.example\.com: same result: dktool says pass \(.*\), mailauth says pass/,
      ),
      expect.stringMatching(
        /^msg\.eml: cross-check dmarc example\.com: same result: dktool says pass \(aligned\), mailauth says pass/,
      ),
    ]);
  });

  it('agrees about what does not pass, whatever the words', async () => {
    const changed = await judge(SIGNED.replace('hungry', 'thirsty'));
    expect(linesOf(changed.stdout)[0]).toMatch(
      /same result: dktool says fail \(body-hash-mismatch\), mailauth says \w+ \(body hash/,
    );
    expect(linesOf((await judge(SIGNED, '--now', String(NOW - 1))).stdout)[0]).toContain('same result');
    expect(linesOf((await judge(PLAIN)).stdout)).toEqual([
      'msg.eml: cross-check dkim: same result: dktool says none (no signature), mailauth says none (message not signed)',
    ]);
    expect(linesOf((await judge(chainByHand(PLAIN, 2).replace('mx1', 'mx9'))).stdout)[1]).toContain('arc: same result');
  });

  it('shows a difference, with both reasons, and ends with 1', async () => {
    const odd = SIGNED.replace(/(; b=.{8})/, '$1<'); // mailauth skips what is not base64
    const { status, stdout } = await judge(odd);
    expect(linesOf(stdout)).toEqual([
      'msg.eml: cross-check dkim d=example.com s=rsa2048: different result: dktool says permerror (signature-syntax), mailauth says pass',
    ]);
    expect(status).toBe(1);
    const { crossCheck } = JSON.parse((await judge(odd, '--json')).stdout) as { crossCheck: object };
    expect(crossCheck).toMatchObject({
      by: 'mailauth',
      agrees: false,
      problem: null,
      comparisons: [
        {
          method: 'dkim',
          subject: 'd=example.com s=rsa2048',
          ours: { result: 'permerror', reason: 'signature-syntax' },
          theirs: { result: 'pass' },
          agrees: false,
          note: null,
        },
        { method: 'arc', agrees: true },
      ],
    });
  });

  it('takes a rule of ours for no difference, and says so', async () => {
    const { status, stdout } = await judge(
      `From: eve@example.net\r\n${signByHand(PLAIN, { tags: { h: 'From:To:Subject:Date' } })}`,
    );
    expect(linesOf(stdout)[0]).toMatch(
      /same result: dktool says policy \(from-added\), mailauth says pass.*; the signature itself verifies; mailauth does not have the rule/,
    );
    expect(status).toBe(1); // the verdict's own
  });

  it('hands nothing over that would take mailauth for ever', async () => {
    const folded = `X: a\r\n${' b\r\n'.repeat(20_000)}${SIGNED}`;
    const { status, stdout } = await judge(folded);
    expect(linesOf(stdout)).toEqual([
      'msg.eml: cross-check not done: mailauth is not given header blocks of more than 64 KiB',
    ]);
    expect(status).toBe(1);
  });

  it('does not go with a message that is written on', async () => {
    const { status, stderr } = await judge(SIGNED, '--auth-results', 'mx.example.org');
    expect([status, stderr]).toEqual([
      100,
      expect.stringContaining('--cross-check has no effect with --auth-results') as string,
    ]);
  });

  it('says how to install mailauth where it is missing, and everything else works without it', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const folder = temporaryFolder();
    for (const part of ['bin', 'dist', 'package.json'])
      cpSync(join(root, part), join(folder, part), { recursive: true });
    mkdirSync(join(folder, 'node_modules'));
    for (const name of ['commander', 'chalk']) {
      cpSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true });
    }
    writeFileSync(join(folder, 'zone.json'), JSON.stringify(VERDICT_ZONE));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(folder, 'bin/dktool.js'), ...args], {
        input: SIGNED,
        encoding: 'latin1',
        cwd: folder,
      });
    const verify = ['verify', '--now', String(NOW), '--zone', 'zone.json'];
    expect(run(...verify).status).toBe(0);
    expect(run(...verify, '--dmarc', '--arc').status).toBe(0);
    const session = ['--ip', '192.0.2.1', '--from', 'x@example.com'];
    for (const args of [verify, ['spf-check', '--zone', 'zone.json', ...session]]) {
      const { status, stdout, stderr } = run(...args, '--cross-check');
      expect([status, stdout]).toEqual([111, '']);
      expect(stderr).toContain('--cross-check needs the package mailauth');
      expect(stderr).toContain('npm install mailauth@7.1.0');
    }
  });
});

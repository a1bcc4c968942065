/** Nothing is wider than the terminal: every command that draws for a person, dark and plain, narrow and wide, in Japanese. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MemorySink } from '../../../src/console/streams/bytes.ts';
import { displayWidth } from '../../../src/console/terminal/text-width.ts';
import { DKTOOL, runProgram, temporaryFolder } from '../../support/bin.ts';
import { CheckSite } from '../../support/check-site.ts';
import { runInMemory } from '../../support/context.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { needProgram } from '../../support/peers.ts';
import { keyRecord, NOW } from '../../support/vectors.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packageFile = (path: string) => readFileSync(root + path, 'utf8');

/** How a terminal may be set up. */
const TERMINALS = {
  dark: { LANG: 'ja_JP.UTF-8', TERM: 'xterm-256color' },
  plain: { LANG: 'ja_JP.UTF-8', NO_COLOR: '1' },
  dumb: { LANG: 'ja_JP.UTF-8', TERM: 'dumb' },
  ascii: { LANG: 'C' },
};

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** A message from Japan, with its octets as UTF-8 (RFC 6532). */
const JAPANESE = utf8(
  [
    'From: 営業部 山田太郎 <山田@例え.テスト>, "株式会社日本電子メール配信サービス" <ann@example.com>',
    'To: bob@example.net',
    'Subject: 【重要】第三回メール認証技術勉強会のご案内と会場変更についてのお知らせ',
    'Date: Wed, 06 Sep 2023 11:33:20 +0000',
    'Message-ID: <1@example.com>',
    '',
    'こんにちは。',
    '',
  ].join('\r\n'),
);

const SPF_ZONE = {
  'example.com': { TXT: ['v=spf1 include:_spf.example.com a:mail.example.com mx -all'] },
  '_spf.example.com': { TXT: [`v=spf1 ${'ip4:198.51.100.0/24 ip6:2001:db8::/32 '.repeat(6)}~all`] },
  'rsa2048._domainkey.example.com': { TXT: [keyRecord('rsa2048')] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com'] },
};

interface Shown {
  readonly args: readonly string[];
  /** latin1 */
  readonly input?: string;
}

/** Each view, made in a directory of its own. */
const VIEWS: Readonly<Record<string, (folder: string) => Shown>> = {
  help: () => ({ args: ['verify', '--help'] }),
  'help --all': () => ({ args: ['rotate', '--help', '--all'] }),
  'help dns': () => ({ args: ['help', 'dns'] }),
  'help reasons': () => ({ args: ['help', 'reasons'] }),
  explain: () => ({ args: ['explain', 'key-not-found'] }),
  'verify, passing': (folder) => ({ args: verifying(folder), input: signByHand(JAPANESE) }),
  'verify -v, changed': (folder) => ({
    args: [...verifying(folder), '-v', '--explain', '--dmarc'],
    input: signByHand(JAPANESE).replace(utf8('【重要】'), utf8('[勉強会ML] 【重要】')),
  }),
  'verify of Japanese names': (folder) => {
    mkdirSync(join(folder, '受信箱'));
    for (let i = 0; i < 12; i++) {
      writeFileSync(
        join(folder, '受信箱', `${i}-${'お知らせ'.repeat(i)}.eml`),
        i % 2 === 0 ? signByHand(PLAIN) : JAPANESE,
        'latin1',
      );
    }
    return { args: [...verifying(folder), '-r', '--summary', join(folder, '受信箱')] };
  },
  'spf-check --explain': (folder) => ({
    args: [
      'spf-check',
      '--explain',
      '--zone',
      zone(folder),
      '--ip',
      '192.0.2.1',
      '--from',
      '山田@example.com',
      '--helo',
      'x.example',
    ],
  }),
  'spf-check --lint': (folder) => ({
    args: ['spf-check', '--lint', 'example.com', '--networks', '--zone', zone(folder)],
  }),
  check: () => {
    const site = new CheckSite();
    site.txt('_dmarc.example.com', 'v=DMARC1; p=reject; rua=' + utf8('mailto:営業@例え.テスト'));
    return { args: site.commandLine('-v', 'example.com', '例え.テスト', '--now', String(NOW)) };
  },
};

function zone(folder: string): string {
  const path = join(folder, 'zone.json');
  writeFileSync(path, JSON.stringify(SPF_ZONE));
  return path;
}

const verifying = (folder: string) => ['verify', '--now', String(NOW), '--zone', zone(folder)];

async function shown({ args, input = '' }: Shown, columns: number, env: Record<string, string>): Promise<string> {
  const [stdout, stderr] = [new MemorySink(true, columns), new MemorySink(true, columns)];
  await runInMemory(args, input, { stdout, stderr, env, packageFile });
  expect(stderr.text).not.toContain('internal error');
  expect(stdout.text, stderr.text).not.toBe('');
  return stdout.text;
}

const linesOf = (text: string) => stripVTControlCharacters(text).split('\n');

/** A table has a rectangle of lines around it. */
function expectRectangle(lines: readonly string[]): void {
  let width: number | undefined;
  for (const line of lines) {
    if (/^[┌]/.test(line)) width = displayWidth(line);
    if (/^[│├└]/.test(line)) expect(displayWidth(line), line).toBe(width);
  }
}

describe.each(Object.entries(VIEWS))('%s', (_, view) => {
  it.each(Object.entries(TERMINALS))('fits 60, 80 and 132 columns of a terminal that is %s', async (name, env) => {
    const what = view(temporaryFolder());
    for (const columns of [60, 80, 132]) {
      const text = await shown(what, columns, env);
      for (const line of linesOf(text)) expect(displayWidth(line), line).toBeLessThanOrEqual(columns);
      expectRectangle(linesOf(text));
      if (name === 'plain' || name === 'dumb') expect(text).not.toContain('\u001b');
      if (name === 'dumb' || name === 'ascii') expect(text).not.toMatch(/[┌│└]/);
    }
  });

  it('has its columns in line at every width from 60 to 200', async () => {
    const what = view(temporaryFolder());
    for (let columns = 60; columns <= 200; columns += 7) {
      const lines = linesOf(await shown(what, columns, TERMINALS.plain));
      for (const line of lines) expect(displayWidth(line), `${columns}: ${line}`).toBeLessThanOrEqual(columns);
      expectRectangle(lines);
    }
  });
});

describe('a real terminal', () => {
  it.for([60, 80, 132])('of %i columns wraps no line', async (columns, { skip }) => {
    const tmux = needProgram('tmux', 'tmux', skip);
    const folder = temporaryFolder();
    const script = join(folder, 'run');
    writeFileSync(join(folder, 'msg.eml'), signByHand(JAPANESE), 'latin1');
    const commands = [
      ['verify', '--help'],
      ['verify', '--now', String(NOW), '--zone', zone(folder), join(folder, 'msg.eml')],
      [
        'spf-check',
        '--explain',
        '--zone',
        zone(folder),
        '--ip',
        '192.0.2.1',
        '--from',
        'a@example.com',
        '--helo',
        'x.example',
      ],
    ];
    const lines = commands.map(
      (args) => `'${process.execPath}' '${DKTOOL}' ${args.map((arg) => `'${arg}'`).join(' ')}`,
    );
    writeFileSync(script, `${lines.join('\n')}\n: > '${folder}/done'\nexec sleep 60\n`);
    const server = ['-L', `dktool-${process.pid}-${columns}`, '-f', '/dev/null'];
    const run = (...args: string[]) =>
      runProgram(tmux, ['-u', ...server, ...args], { env: { LANG: 'C.UTF-8', TERM: 'xterm-256color' } });
    try {
      await run('new-session', '-d', '-x', String(columns), '-y', '200', `sh '${script}'`);
      await expect.poll(() => readable(join(folder, 'done')), { timeout: 20_000, interval: 100 }).toBe(true);
      const pane = await run('capture-pane', '-p', '-S', '-500');
      // Joined, a line that the terminal had to wrap is longer than it.
      const joined = await run('capture-pane', '-p', '-J', '-S', '-500');
      expect(
        paneText(joined)
          .split('\n')
          .map((line) => line.trimEnd()),
      ).toEqual(
        paneText(pane)
          .split('\n')
          .map((line) => line.trimEnd()),
      );
      expect(paneText(pane)).toContain('Usage: dktool verify');
      expect(paneText(pane)).toContain('│ pass');
      expectRectangle(paneText(pane).split('\n'));
    } finally {
      await run('kill-server');
    }
  });
});

function paneText(one: { readonly stdout: string }): string {
  return Buffer.from(one.stdout, 'latin1').toString('utf8').trimEnd();
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

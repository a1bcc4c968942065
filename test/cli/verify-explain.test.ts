/** verify --explain as users see it. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { mailFolder } from '../support/mail-folder.ts';

const SIGNED = signByHand(`List-Id: Users <users.lists.example.org>\r\nX-Mailman-Version: 2.1.39\r\n${PLAIN}`);
const FOOTER = ['_'.repeat(47), 'Users mailing list', 'https://lists.example.org/listinfo/users', ''].join('\r\n');
const FROM_LIST = SIGNED.replace('Subject: ', 'Subject: [users] ') + FOOTER;
const LONG = `${PLAIN}${Array.from({ length: 40 }, (_, i) => `${i} ${'and so on '.repeat(10)}\r\n`).join('')}`;
const UNKNOWN = signByHand(LONG).replace('hungry', 'thirsty');

function folder(files: Readonly<Record<string, string>> = {}) {
  const path = mailFolder({ 'list.eml': FROM_LIST, 'good.eml': SIGNED, 'unknown.eml': UNKNOWN, ...files });
  const run = (...args: string[]) => runInMemory(['verify', '--zone', join(path, 'zone.json'), ...args]);
  return { path, run, at: (name: string) => join(path, name) };
}

describe('verify --explain', () => {
  it('says what changed, proven, and what to do, in lines', async () => {
    const { run, at } = folder();
    const name = at('list.eml');
    const { status, stdout, stderr } = await run('--explain', name);
    expect([status, stderr]).toEqual([1, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.every((line) => line.startsWith(`${name}: `))).toBe(true);
    const explained = lines.map((line) => line.slice(name.length + 2)).filter((line) => line.startsWith('explain '));
    expect(explained[0]).toMatch(
      /^explain part=body\+header proof=both \(\d+ tries\): 3 lines were added at the end and the Subject was tagged, most likely by Mailman 2\.1\.39: this is proven, since undoing it restores both signed hashes$/,
    );
    expect(explained).toContain('explain key: rsa2048._domainkey.example.com, found, 2048 bits');
    expect(explained).toContain('explain signed fields: from to subject date message-id');
    expect(explained).toContain('explain | -Subject: Lunch');
    expect(explained).toContain('explain | +Subject: [users] Lunch');
    expect(explained).toContain('explain |  Are you hungry yet?');
    expect(explained).toContain('explain | +Users mailing list');
    expect(explained.find((line) => line.startsWith('explain body hash: '))).toMatch(/signed \S{43}=, got \S{43}=$/);
    expect(explained.at(-2)).toMatch(/^explain sender: /);
    expect(explained.at(-1)).toMatch(/^explain receiver: /);
  });

  it('adds an explanation to each signature that does not pass, in JSON, and nothing to one that does', async () => {
    const { run, at } = folder();
    const { status, stdout } = await run('--explain', '--json', at('list.eml'), at('good.eml'));
    expect(status).toBe(1);
    const [list, good] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).dkim.signatures[0]);
    expect(good).not.toHaveProperty('explanation');
    expect(list.explanation).toMatchObject({
      part: 'body+header',
      proof: 'both',
      changes: [
        { kind: 'lines-appended', count: 3, at: 'end', text: FOOTER.trimEnd().split('\r\n'), by: 'Mailman 2.1.39' },
        { kind: 'subject-tagged', field: 'Subject', from: 'Lunch', to: '[users] Lunch', by: 'Mailman 2.1.39' },
      ],
      undo: { h: { subject: [{ d: ['Lunch'] }] }, b: [{ c: [1, 1] }] },
      bounded: false,
      trail: { key: { status: 'found', bits: 2048 } },
    });
    const plain = await run('--json', at('list.eml'));
    expect(plain.stdout).not.toContain('explanation');
  });

  it('makes no text of a message dangerous on a terminal', async () => {
    const { run, at } = folder({ 'odd.eml': `${SIGNED}\x1b[31m\x9b\r\n` });
    const { output } = await run('--explain', at('odd.eml'));
    expect(output).toContain('\\x1b[31m');
    expect(output).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/);
  });

  it('tries as much as --effort says, and says that there was more to try', async () => {
    const { run, at } = folder();
    const explanation = async (effort: string) => {
      const { stdout } = await run('--explain', '--effort', effort, '--json', at('unknown.eml'));
      return JSON.parse(stdout).dkim.signatures[0].explanation as { attempts: number; proof: string; bounded: boolean };
    };
    const [quick, normal] = [await explanation('quick'), await explanation('normal')];
    expect(quick).toMatchObject({ proof: 'none', bounded: true });
    expect(normal).toMatchObject({ proof: 'none', bounded: false });
    expect(normal.attempts).toBeGreaterThan(quick.attempts);
    const wrong = await run('--explain', '--effort', 'much', at('unknown.eml'));
    expect(wrong.status).toBe(100);
  });

  it('shares the work among threads', async () => {
    const { path } = folder();
    const args = [
      'verify',
      '--zone',
      'zone.json',
      '--now',
      '1694000000',
      '--explain',
      '--jobs',
      '2',
      'list.eml',
      'good.eml',
    ];
    const { status, stdout } = await runDktool(args, { cwd: path });
    expect(status).toBe(1);
    expect(stdout).toContain('list.eml: explain part=body+header proof=both');
  });
});

describe('verify --restore', () => {
  it('writes the message as it was signed, all that is not signed as it came', async () => {
    const { run, at } = folder();
    const { status, stdout } = await run('--explain', '--restore', at('was.eml'), at('list.eml'));
    expect(status).toBe(1);
    expect(stdout).toContain('proof=both');
    expect(readFileSync(at('was.eml'), 'latin1')).toBe(SIGNED);
    expect(await run('-q', at('was.eml'))).toMatchObject({ status: 0 });
  });

  it('keeps the line ends and the mbox line, and leaves stdout to the message', async () => {
    const mbox = `From ann Thu Jan  1 00:00:00 1970\n${FROM_LIST.replaceAll('\r\n', '\n')}`;
    const { run, at } = folder({ 'mbox.eml': mbox });
    const { output, stderr } = await run('--explain', '--restore', '-', at('mbox.eml'));
    expect(output).toBe(`From ann Thu Jan  1 00:00:00 1970\n${SIGNED.replaceAll('\r\n', '\n')}`);
    expect(stderr).toContain('explain part=body+header proof=both');
  });

  it('writes nothing where no signature would pass, and says so', async () => {
    const { run, at } = folder();
    const { status, stderr } = await run('--explain', '--restore', at('was.eml'), at('unknown.eml'));
    expect(status).toBe(1);
    expect(stderr).toBe(
      'dktool: nothing was restored: no earlier form of this message could be proven on which a signature passes\n',
    );
    expect(existsSync(at('was.eml'))).toBe(false);
  });

  it('writes a message that passes as it came', async () => {
    const { run, at } = folder();
    expect((await run('--explain', '--restore', at('was.eml'), at('good.eml'))).status).toBe(0);
    expect(readFileSync(at('was.eml'), 'latin1')).toBe(SIGNED);
  });
});

describe('verify --dump-canonical', () => {
  it('writes the octets that were hashed', async () => {
    const { run, at } = folder();
    mkdirSync(at('octets'));
    await run('--explain', '--dump-canonical', at('octets'), at('list.eml'));
    expect(readFileSync(at('octets/1.body'), 'latin1')).toBe(`Are you hungry yet?\r\n${FOOTER}`);
    const header = readFileSync(at('octets/1.header'), 'latin1');
    expect(header).toContain('subject:[users] Lunch\r\n');
    expect(header).toMatch(/dkim-signature:v=1;.* b=$/);
    const missing = await run('--explain', '--dump-canonical', at('nowhere'), at('list.eml'));
    expect(missing).toMatchObject({ status: 111, stderr: expect.stringContaining('there is no directory') });
  });
});

describe('options that do not go together', () => {
  it.each([
    [['--restore', 'x', 'a.eml'], '--restore needs --explain'],
    [['--dump-canonical', 'x', 'a.eml'], '--dump-canonical needs --explain'],
    [['--explain', '--restore', 'x', 'a.eml', 'b.eml'], '--restore takes one message; 2 were given'],
    [['--explain', '--restore', 'x', '-r', '.'], '--restore takes one message and cannot be used with --recursive'],
    [['--explain', '--auth-results', 'mx', 'a.eml'], '--explain has no effect with --auth-results'],
    [['--effort', 'all', 'a.eml'], '--effort needs --explain'],
  ])('%j are refused', async (args, message) => {
    const { status, stdout, stderr } = await runInMemory(['verify', ...args]);
    expect([status, stdout]).toEqual([100, '']);
    expect(stderr).toContain(message);
  });
});

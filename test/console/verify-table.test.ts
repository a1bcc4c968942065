/** What a person sees: verify with a terminal on stdout. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/bytes.ts';
import { main } from '../../src/main.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW } from '../support/vectors.ts';

async function shown(message: string, args: readonly string[] = [], env = {}, columns = 100): Promise<string> {
  const [stdout, stderr] = [new MemorySink(true, columns), new MemorySink(true, columns)];
  const record = `${keyOwner('rsa1024')}=${keyRecord('rsa1024')}`;
  const context = {
    stdin: new MemorySource(Buffer.from(message, 'latin1')),
    stdout,
    stderr,
    env,
    now: () => NOW,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  await main(['verify', '--now', String(NOW), '--key-record', record, ...args], context, COMMANDS);
  expect(stderr.text).toBe('');
  return stdout.text;
}

const GOOD = signByHand(PLAIN, { key: 'rsa1024' });

const isColoured = async (args: readonly string[], env = {}) => (await shown(GOOD, args, env)).includes('\u001b[32m');

describe('the table of verdicts', () => {
  it('says results, signers and reasons in words, warnings with a mark', async () => {
    const text = stripVTControlCharacters(await shown(GOOD));
    expect(text).toMatch(/^-: pass from ann@example\.com\n/);
    for (const part of [
      '│ pass ',
      'd=example.com',
      's=rsa1024',
      'signed by example.com (1024-bit rsa-sha256)',
      '! the RSA key has 1024 bits',
    ]) {
      expect(text).toContain(part);
    }
    expect(stripVTControlCharacters(await shown(PLAIN))).toMatch(
      /^-: none from ann@example\.com\n {2}no DKIM signature\n/,
    );
  });

  it.each([40, 80, 200])('fits a terminal of %i columns, from 60 on', async (columns) => {
    const text = stripVTControlCharacters(await shown(GOOD, ['-v'], {}, columns));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 60));
  });

  it('is coloured on a terminal, unless somebody does not want it', async () => {
    expect(await isColoured([])).toBe(true);
    expect(await isColoured([], { NO_COLOR: '1' })).toBe(false);
    expect(await isColoured([], { TERM: 'dumb' })).toBe(false);
    expect(await isColoured(['--color', 'never'], { FORCE_COLOR: '1' })).toBe(false);
    expect(await isColoured(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
    expect(await isColoured([], { NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(true);
  });

  it('lets no text of a message play with the terminal', async () => {
    const evil = '\u001b]0;gone\u0007\u001b[2J';
    const message = `DKIM-Signature: v=1; a=${evil}\xff\u009b31m; d=x.test; s=\u0085; h=From:\xe2\x80\xae; bh=QQ==; b=QQ==\r\nFrom: "${evil}" <"${evil}"@example.com>\r\n\r\n`;
    for (const args of [[], ['-v'], ['--color', 'never', '-v']]) {
      const text = await shown(message, args);
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(text.replace(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

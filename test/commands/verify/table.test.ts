/** What a person sees: verify with a terminal on stdout. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../../src/console/streams/bytes.ts';
import { main } from '../../../src/main.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW } from '../../support/vectors.ts';

const UTF8 = { LANG: 'C.UTF-8' };

async function shown(message: string, args: readonly string[] = [], env = {}, columns = 100): Promise<string> {
  const [stdout, stderr] = [new MemorySink(true, columns), new MemorySink(true, columns)];
  const record = `${keyOwner('rsa1024')}=${keyRecord('rsa1024')}`;
  const context = {
    stdin: new MemorySource(Buffer.from(message, 'latin1')),
    stdout,
    stderr,
    env: { ...UTF8, ...env },
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

  it.each([60, 80, 132, 200])('fits a terminal of %i columns, broken at words', async (columns) => {
    const domain = `${'sub-domain.'.repeat(8)}example.com`;
    const long = GOOD.replaceAll('example.com', domain);
    for (const message of [GOOD, long]) {
      for (const env of [{}, { LANG: 'C' }]) {
        const text = stripVTControlCharacters(await shown(message, ['-v'], env, columns));
        for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
        expect(text.replace(/[\s│]+/g, '')).toContain(message === GOOD ? 'd=example.com' : 'd=sub-domain.');
      }
    }
    const narrow = stripVTControlCharacters(await shown(GOOD, ['-v'], {}, 60));
    for (const word of ['signature-valid', 'alignment exact', 'subject']) expect(narrow).toContain(word);
  });

  it('draws no lines where the terminal or the locale cannot', async () => {
    const isAscii = /^[ -~\n]*$/;
    expect(await shown(GOOD)).toContain('┌');
    for (const env of [{ TERM: 'dumb' }, { LANG: 'C' }, { LC_ALL: 'C', LANG: 'C.UTF-8' }, { LANG: '' }]) {
      expect(stripVTControlCharacters(await shown(GOOD, [], env))).toMatch(isAscii);
    }
    expect(await shown(GOOD, [], { LANG: 'C', LC_CTYPE: 'en_GB.utf8' })).toContain('┌');
  });

  it('says that a signature is valid where only the body was changed', async () => {
    const text = stripVTControlCharacters(await shown(`${GOOD}-- \r\nfooter\r\n`, [], {}, 132));
    expect(text).toContain('the body was changed after it was signed; the signature itself is valid: no');
  });

  it('shows as many signatures as are judged, and counts the rest', async () => {
    const text = stripVTControlCharacters(await shown(`${'DKIM-Signature: x\r\n'.repeat(20_000)}${PLAIN}`));
    expect(text.match(/^│ permerror/gm)).toHaveLength(32);
    expect(text).toContain('and 4969 more DKIM signatures, shown in a pipe and by --json\n');
  });

  it.each([20_000, 2_000_000])('cuts a d= of %i octets before it lays it out', async (length) => {
    const text = await shown(`DKIM-Signature: v=1; a=rsa-sha256; d=${'x'.repeat(length)}; s=y\r\n${PLAIN}`);
    expect(text.length).toBeLessThan(20_000);
    expect(text).toContain('...');
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

/** `dktool help`: the help of commands, and the manual pages that come with the program. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packageFile = (path: string) => {
  try {
    return readFileSync(root + path, 'utf8');
  } catch {
    return undefined;
  }
};
const help = (...args: string[]) => runInMemory(['help', ...args], '', { packageFile });

describe('dktool help --man', () => {
  const pages = readdirSync(`${root}man`).filter((file) => /\.\d$/.test(file));

  it.each(pages)('prints the source of %s', async (page) => {
    const name = page.replace(/\.\d$/, '');
    const source = packageFile(`man/${page}`);
    for (const topic of new Set([name, name.replace(/^dktool-/, '')])) {
      expect(await help(topic, '--man')).toMatchObject({ status: 0, stdout: source, stderr: '' });
    }
  });

  it('prints that of dktool itself where no page is named', async () => {
    expect((await help('--man')).stdout).toBe(packageFile('man/dktool.1'));
  });

  it.each([
    ['LC_ALL', { LC_ALL: 'ja_JP.UTF-8', LC_MESSAGES: 'C', LANG: 'C' }],
    ['LC_MESSAGES', { LC_ALL: '', LC_MESSAGES: 'ja_JP.eucJP', LANG: 'de_DE.UTF-8' }],
    ['LANG', { LANG: 'ja' }],
  ])('is in Japanese where %s says so, and in English where there is no such page', async (_, env) => {
    const inJapanese = (topic: string) => runInMemory(['help', topic, '--man'], '', { packageFile, env });
    for (const page of readdirSync(`${root}man/ja`)) {
      const { stdout } = await inJapanese(page.replace(/\.\d$/, ''));
      expect(stdout).toBe(packageFile(`man/ja/${page}`));
    }
    expect((await inJapanese('sign')).stdout).toContain('署名');
    expect((await inJapanese('rotate')).stdout).toBe(packageFile('man/dktool-rotate.1'));
  });

  it.each(['C', 'de_DE.UTF-8', 'jam_JM', '../ja', 'javanese'])(
    'is in English where the locale is %s',
    async (locale) => {
      const { stdout } = await runInMemory(['help', 'sign', '--man'], '', {
        packageFile,
        env: { LC_ALL: locale, LANG: 'ja' },
      });
      expect(stdout).toBe(packageFile('man/dktool-sign.1'));
    },
  );

  it.each(['frobnicate', '../LICENSE', 'sign.1', ''])('has no page %j', async (topic) => {
    const { status, stdout, stderr } = await help(topic, '--man');
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain(`there is no manual page for ${topic}\n`);
  });
});

describe('dktool help', () => {
  it('prints what --help prints', async () => {
    expect((await help('sign')).stdout).toBe((await runInMemory(['sign', '--help'])).stdout);
    expect((await help()).stdout).toBe((await runInMemory(['--help'])).stdout);
    expect((await help('help')).stdout).toBe((await runInMemory(['help', '--help'])).stdout);
  });
});

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

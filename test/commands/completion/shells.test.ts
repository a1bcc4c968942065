/** What `dktool completion` prints, run by the shells that it is for. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runProgram, temporaryFolder } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';
import { needProgram } from '../../support/peers.ts';

const ZSH_OFFERS = fileURLToPath(new URL('../../support/zsh-offers.zsh', import.meta.url));

const KEY = '-----BEGIN PRIVATE KEY-----\n';

/** A directory with keys, a message, and a key whose name a shell would carry out if it were let. */
function workingDirectory(): string {
  const directory = temporaryFolder();
  mkdirSync(join(directory, 'messages'));
  for (const [name, text] of Object.entries({
    '2026a': KEY,
    'ed.private': KEY,
    '$(touch run)': KEY,
    'my mail.eml': '',
  })) {
    writeFileSync(join(directory, name), text);
  }
  return directory;
}

/** What a shell offers at the end of a line, in whatever order. */
type Offers = (line: string, skip: (reason: string) => never) => Promise<readonly string[]>;

async function withScript(shell: string, run: (script: string, cwd: string) => Promise<string>): Promise<string[]> {
  const cwd = workingDirectory();
  const script = join(temporaryFolder(), 'script');
  writeFileSync(script, (await runInMemory(['completion', shell])).stdout);
  const offered = await run(script, cwd);
  expect(existsSync(join(cwd, 'run'))).toBe(false);
  return [...new Set(offered.split('\n').filter((line) => line !== ''))];
}

async function succeeded(program: string, args: readonly string[], cwd: string): Promise<string> {
  const home = temporaryFolder(); // fish makes directories
  const { status, stdout, stderr } = await runProgram(program, args, {
    cwd,
    env: { HOME: home, XDG_CONFIG_HOME: home },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Bash takes `=` for a word of its own. */
const bashWords = (line: string) => line.split(/ |(?<==)|(?==)/);

const bash: Offers = (line) =>
  withScript('bash', (script, cwd) => {
    const act = '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dktool; printf "%s\\n" "${COMPREPLY[@]}"';
    return succeeded('bash', ['-c', act, script, ...bashWords(line)], cwd);
  });

const zsh: Offers = (line, skip) =>
  withScript('zsh', async (script, cwd) => {
    const result = join(temporaryFolder(), 'result');
    await succeeded(needProgram('zsh', 'zsh', skip), ['-f', ZSH_OFFERS, script, line, result], cwd);
    return existsSync(result) ? readFileSync(result, 'utf8').replace(/[+=]$/gm, '') : '';
  });

const fish: Offers = (line, skip) =>
  withScript('fish', async (script, cwd) => {
    const act = `source ${script}; complete -C '${line}'`;
    const said = await succeeded(needProgram('fish', 'fish', skip), ['--no-config', '-c', act], cwd);
    // With a description behind a tab, and with what stands before an `=`.
    return said
      .replace(/\t.*$/gm, '')
      .replace(/^--[\w-]+=/gm, '')
      .replace(/\/$/gm, '');
  });

describe.each([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
] as const)('completion in %s', (_, offers) => {
  it.for<[string, string[]]>([
    ['dktool s', ['serve', 'sign', 'spf-check']],
    ['dktool completion ', ['bash', 'zsh', 'fish']],
    ['dktool sign --time', ['--timestamp', '--timeout']],
    ['dktool sign --hash ', ['sha256', 'sha1', 'both']],
    ['dktool sign --hash=sha', ['sha256', 'sha1']],
    ['dktool sign -k 2026a --canon n', ['nofws']],
    ['dktool sign -k 20', ['2026a']],
    ['dktool verify mess', ['messages']],
    ['dktool help dm', ['dmarc-check']],
    ['dktool keygen ', []],
    ['dktool --config', ['--config-file']],
    ['dktool --config-file 20', ['2026a']],
    ['dktool --config-file=20', ['2026a']],
    ['dktool --config-file 2026a adsp', ['adsp-check']],
    ['dktool check --config-f', ['--config-file']],
    ['dktool check --config-file 20', ['2026a']],
    ['dktool help exit', ['exit-status']],
    ['dktool --config-file 2026a sign --canon n', ['nofws']],
  ])('%j', async ([line, expected], { skip }) => {
    expect([...(await offers(line, skip))].sort()).toEqual([...expected].sort());
  });

  it('offers the selectors of key files, and nothing that a shell would carry out', async ({ skip }) => {
    const offered = await offers('dktool sign -s ', skip);
    expect(offered).toEqual(expect.arrayContaining(['2026a', 'ed']));
    expect(offered.filter((name) => /[^\w.-]/.test(name))).toEqual([]);
  });

  it('offers directories alone where one is wanted', async ({ skip }) => {
    expect(await offers('dktool check --control ', skip)).toEqual(['messages']);
  });
});

describe('completion', () => {
  it('knows every option that help lists', async () => {
    const names = [...(await runInMemory(['help', '--all'])).stdout.matchAll(/^ {2}([a-z]\S+) {2,}\S/gm)].map(
      ([, name]) => name!,
    );
    expect(names).toContain('sign');
    for (const name of names) {
      const listed = (await runInMemory([name, '--help', '--all'])).stdout.match(/^ {2}(?:-\w, )?--[\w-]+/gm) ?? [];
      const flags = listed.map((line) => line.split(' ').at(-1)!);
      expect(flags).toContain('--help');
      for (const flag of await bash(`dktool ${name} -`, () => expect.unreachable())) {
        if (flag.startsWith('--')) expect(flags, `of ${name}`).toContain(flag);
      }
      expect(await bash(`dktool ${name} -`, () => expect.unreachable())).toEqual(expect.arrayContaining(flags));
    }
  });

  it.each(['tcsh', ''])('refuses %j', async (shell) => {
    expect(await runInMemory(['completion', shell])).toMatchObject({ status: 100, stdout: '' });
  });
});

/** The help of every command: a first screen, and everything behind it. */
import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { MemorySink } from '../../../src/console/streams/bytes.ts';
import { runInMemory } from '../../support/context.ts';

async function helpOf(args: readonly string[], columns = 80): Promise<string> {
  const stdout = new MemorySink(true, columns);
  const { status, stderr } = await runInMemory(args, '', { stdout });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.text;
}

const linesOf = (text: string) => text.trimEnd().split('\n');

async function optionsOf(name: string): Promise<readonly Option[]> {
  const program = new Command();
  for (const { load } of COMMANDS) (await load()).register(program, {} as never, () => {});
  return program.commands.find((one) => one.name() === name)!.options;
}

const headings = (text: string) => text.match(/^[A-Z][^\n]*:$/gm);

const NAMES = COMMANDS.map(({ name }) => name);

describe('dktool COMMAND --help', () => {
  it.each([[], ...NAMES.map((name) => [name])])('is one screen of 24 lines and 80 columns: %s', async (...name) => {
    const lines = linesOf(await helpOf([...name, '--help']));
    expect(lines.length).toBeLessThanOrEqual(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each(NAMES)('of %s says what it does, three examples and at most ten options, a line each', async (name) => {
    const [usage, about, ...rest] = linesOf(await helpOf([name, '--help']));
    expect(usage).toMatch(new RegExp(`^Usage: dktool ${name} \\[options\\]`));
    expect(about).toMatch(/^[A-Z].*[.,]/);
    const start = rest.indexOf('Examples:') + 1;
    const examples = rest.slice(start, rest.indexOf('', start));
    expect(examples).toHaveLength(3);
    for (const example of examples) expect(example).toMatch(/^ {2}dktool /);
    const items = rest.slice(start + 3).filter((line) => line.startsWith(' '));
    expect(items.length).toBeLessThanOrEqual(10);
    for (const item of items) expect(item).toMatch(/^ {2}-/);
    expect(rest.at(-1)).toContain(`man dktool-${name}`);
  });

  it('has groups, those of the command before DNS and general ones', async () => {
    const first = headings(await helpOf(['sign', '--help']));
    expect(first).toEqual(['Examples:', 'Key:', 'Signature:', 'Output:', 'Checks:']);
    const all = headings(await helpOf(['sign', '--help', '--all']));
    expect(all).toEqual([
      'Examples:',
      'Arguments:',
      'Key:',
      'Signature:',
      'Output:',
      'Checks:',
      'DomainKeys (historic):',
      'DNS:',
      'General:',
    ]);
  });
});

describe('dktool COMMAND --help --all', () => {
  it.each(NAMES)('of %s lists every option in a group, every example and the exit statuses', async (name) => {
    const all = await helpOf([name, '--help', '--all']);
    expect(await helpOf(['help', name, '--all'])).toBe(all);
    const first = await helpOf([name, '--help']);
    for (const [example] of first.matchAll(/^ {2}dktool .*$/gm)) expect(all).toContain(example);
    const listed = [...all.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);
    const options = await optionsOf(name);
    expect(listed.sort()).toEqual([...options.map(({ long }) => String(long)), '--config-file', '--help'].sort());
    for (const { helpGroupHeading, long } of options) expect(helpGroupHeading, long).toMatch(/^[A-Z].*:$/);
    expect(all).toMatch(/^Exit status: 0 /m);
  });

  it('shows what a value may be and what it is by default', async () => {
    const all = await helpOf(['verify', '--help', '--all'], 200);
    expect(all).toMatch(/--effort <level> +with --explain: how much to try \(quick, normal, all; default: normal\)$/m);
    expect(await helpOf(['rotate', '--help', '--all'], 200)).toMatch(/--overlap <time> .* \(default: 14d\)$/m);
  });

  it('is needed for the rare options', async () => {
    expect(await helpOf(['sign', '--help'])).not.toContain('--query-method');
    expect(await helpOf(['sign', '--help'])).toContain('All 37 options: dktool sign --help --all.');
  });
});

describe('help', () => {
  it.each([[], ...NAMES.map((name) => [name])])('fits 60, 80 and 132 columns: %s', async (...name) => {
    for (const columns of [60, 80, 132]) {
      for (const more of [[], ['--all']]) {
        for (const line of linesOf(await helpOf([...name, '--help', ...more], columns))) {
          expect(line.length, line).toBeLessThanOrEqual(columns);
        }
      }
    }
  });
});

/** The options of a command are the same in its help, its manual page, completion and the settings of configuration files. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/index.ts';
import { programLineOf } from '../src/commands/completion/grammar.ts';
import { SETTINGS } from '../src/console/configuration/settings.ts';
import { Command } from 'commander';
import { runInMemory } from './support/context.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGES = readdirSync(`${root}man`);

function manual(name: string): string {
  const page = PAGES.find((file) => /^(.*)\.\d$/.exec(file)?.[1] === name);
  return readFileSync(`${root}man/${page}`, 'utf8');
}

const sorted = (items: Iterable<string>) => [...items].sort();

/** Options that stand in dktool(1), once for all commands. */
const EVERYWHERE = ['--config-file', '--help', '-h'];

async function helpFlags(name: string): Promise<string[]> {
  const { stdout } = await runInMemory([name, '--help', '--all']);
  return [...stdout.matchAll(/^ {2}((?:-\w, )?--[\w-]+)/gm)].flatMap(([, flags]) => flags!.split(', '));
}

function manualFlags(page: string): string[] {
  const items = manual(page).match(/^\.It Fl .*$/gm) ?? [];
  return items.flatMap((item) => [...item.matchAll(/\bFl (-?[A-Za-z0-9][\w-]*)/g)].map(([, flag]) => `-${flag}`));
}

async function completedFlags(name: string): Promise<string[]> {
  const program = new Command().option('--config-file <file>', 'settings');
  for (const { load } of COMMANDS) (await load()).register(program, {} as never, () => {});
  return programLineOf(program)
    .commands.find((command) => command.name === name)!
    .options.flatMap(({ flags }) => flags);
}

describe.each(COMMANDS.map(({ name }) => name))('the options of %s', (name) => {
  it('are the same in --help --all, in the manual and in completion', async () => {
    const help = await helpFlags(name);
    expect(help).toEqual(expect.arrayContaining(EVERYWHERE));
    expect(sorted(await completedFlags(name))).toEqual(sorted(help));
    const own = (flags: readonly string[]) => sorted(new Set(flags.filter((flag) => !EVERYWHERE.includes(flag))));
    expect(own(manualFlags(`dktool-${name}`))).toEqual(own(help));
  });
});

describe('the settings', () => {
  it('are options of the commands that take them', async () => {
    const flags = new Map<string, readonly string[]>();
    for (const { name } of COMMANDS) flags.set(name, await helpFlags(name));
    for (const setting of SETTINGS) {
      const takers = setting.commands ?? COMMANDS.map(({ name }) => name);
      const having = takers.filter((name) => flags.get(name)?.includes(`--${setting.name}`));
      expect(having.length, setting.name).toBeGreaterThan(0);
      if (setting.commands !== undefined) expect(having).toEqual(setting.commands);
    }
  });

  it('stand in dktool-config(1) in the order of dktool config', async () => {
    const [, list = ''] = /^\.Sh SETTINGS\n([^]*?)^\.Sh /m.exec(manual('dktool-config')) ?? [];
    const names = [...list.matchAll(/^\.It Cm ([\w-]+)$/gm)].map(([, name]) => name!);
    expect(names).toEqual(SETTINGS.map((setting) => setting.name));
    const { stdout } = await runInMemory(['config', '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name),
    ).toEqual(names);
  });
});

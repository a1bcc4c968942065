/** A file named where a domain belongs, and the reverse: the hint says what was meant. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { DKTOOL, runProgram } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';

const folder = mkdtempSync(join(tmpdir(), 'dktool-names-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);
const KEY = path('my.key');
const MESSAGE = path('file.eml');
const ZONE = path('zone.json');
writeFileSync(KEY, '-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n');
writeFileSync(MESSAGE, 'From: a@example.com\n\nhello\n');
writeFileSync(ZONE, '{}');

const CASES: readonly [args: string[], hint: string][] = [
  [['keygen', './x'], 'the argument is a domain; did you mean -o ./x?'],
  [['dns-record', KEY], `a file of this name is here; did you mean -k ${KEY}?`],
  [
    ['dns-record', '-k', 'example.com'],
    'example.com looks like a domain; --key takes a file, such as /etc/domainkeys/example.com/default',
  ],
  [['sign', KEY], `did you mean -k ${KEY}?`],
  [['sign', '-k', MESSAGE, MESSAGE], `${MESSAGE} is a message; -k takes a private key`],
  [
    ['sign', '-k', 'example.com', MESSAGE],
    'example.com looks like a domain; --key takes a file, such as /etc/domainkeys/example.com/default',
  ],
  [['sign', 'example.com'], 'example.com looks like a domain; did you mean -d example.com?'],
  [
    ['verify', '--zone', ZONE, 'example.com'],
    'example.com looks like a domain; did you mean dktool check example.com?',
  ],
  [['verify', '--zone', ZONE, KEY], `${KEY} holds a key; dktool dns-record -k ${KEY} prints its record`],
  [['verify', '--zone', 'example.com', MESSAGE], 'example.com looks like a domain; --zone takes a file'],
  [
    ['verify', '--zone', ZONE, '--key-record', 'a._domainkey.example.com=p=', 'a.example'],
    'a.example looks like a domain; did you mean dktool check a.example?',
  ],
  [['spf-check', '--zone', ZONE, 'example.com'], 'example.com looks like a domain; did you mean --lint example.com?'],
  [['spf-check', '--zone', ZONE, '192.0.2.1'], 'did you mean --ip 192.0.2.1?'],
  [['adsp-check', '--zone', ZONE, KEY], `${KEY} holds a key; dktool dns-record -k ${KEY} prints its record`],
  [['dmarc-check', '--zone', ZONE, KEY], `${KEY} holds a key; dktool dns-record -k ${KEY} prints its record`],
  [['dmarc-check', '--zone', ZONE, 'exmaple'], '-d exmaple looks it up as a domain'],
  [['report', MESSAGE], `${MESSAGE} is a message; report reads what dktool verify --json ${MESSAGE} prints`],
  [['rotate', KEY], `${KEY} is a key file; did you mean dktool rotate DOMAIN -k ${KEY}?`],
  [['check', KEY], `${KEY} is a key file; did you mean dktool check DOMAIN -k ${KEY}?`],
  [['check', MESSAGE], `${MESSAGE} is a message; did you mean dktool verify ${MESSAGE}?`],
  [['check', '--control', 'example.com'], 'example.com looks like a domain; --control takes a directory'],
  [['check', '--config', 'example.com'], 'example.com looks like a domain; --config takes a file'],
];

describe('a name in a wrong place', () => {
  it.each(CASES)('%j', async (args, hint) => {
    const { status, stderr } = await runInMemory(args);
    expect(status).toBeGreaterThan(0);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`dktool: hint: ${hint}`);
  });

  it('is looked for in every command that takes a domain or a file', async () => {
    const { Command } = await import('commander');
    const program = new Command();
    for (const { load } of COMMANDS) (await load()).register(program, {} as never, () => {});
    const takers = program.commands.filter(({ registeredArguments: [argument] }) =>
      /domain|file/.test(argument?.name() ?? ''),
    );
    expect([...new Set(CASES.map(([[name]]) => name!))].sort()).toEqual(takers.map((one) => one.name()).sort());
  });

  it.each([
    [['dns-record', 'my.key'], 'a file of this name is here; did you mean -k my.key?'],
    [['check', '--zone', 'zone.json', 'file.eml'], 'file.eml is a message; did you mean dktool verify file.eml?'],
    [
      ['spf-check', '--zone', 'zone.json', '--lint', 'file.eml'],
      'file.eml is a message; did you mean dktool spf-check file.eml?',
    ],
    [
      ['verify', '--auth-results', 'file.eml'],
      'file.eml is a message; did you mean --auth-results mx.example.org file.eml?',
    ],
  ])('may look like a domain: %j', async (args, hint) => {
    const { stderr } = await runProgram(process.execPath, [DKTOOL, ...args], { cwd: folder });
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`dktool: hint: ${hint}`);
  });

  it.each([
    [['verify', '--zone', ZONE, path('nowhere.eml')]],
    [['verify', '--zone', ZONE, '-q', 'example.com']],
    [['check', '--zone', ZONE, 'example.com']],
    [['dns-record', 'example.com', '-k', path('nowhere')]],
  ])('is not seen where it is missing: %j', async (args) => {
    expect((await runInMemory(args)).stderr).not.toMatch(/did you mean|looks like|is here/);
  });
});

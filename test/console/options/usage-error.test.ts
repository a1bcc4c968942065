/** The words of the parser are ours; each of its messages is produced by a command line here. */
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';

describe('a wrong command line', () => {
  it.each([
    [['verify', '--jsn'], 'unknown option --jsn', 'did you mean --json?'],
    [
      ['verify', '--jobs', '0'],
      "--jobs '0': it must be a whole number from 1 to 100",
      'dktool verify --help lists the options',
    ],
    [
      ['keygen', 'a..b', '-s', 'x'],
      "domain 'a..b': it must be a domain name",
      'dktool keygen --help lists the options',
    ],
    [['keygen', '--type', 'dsa'], "--type 'dsa': it must be rsa or ed25519", 'dktool keygen --help lists the options'],
    [['sign', '-k'], '--key needs a value: <file>', 'dktool sign --help lists the options'],
    [['sign', '-k', 'x', 'a', 'b'], 'sign takes one argument; 2 were given', 'dktool sign --help lists the options'],
    [
      ['keygen', '--dual', '--type', 'rsa'],
      '--dual and --type cannot be used together',
      'dktool keygen --help lists the options',
    ],
    [['sing'], 'unknown command sing', 'did you mean sign?'],
    [['frobnicate'], 'unknown command frobnicate', 'dktool --help lists the commands'],
    [['help', 'frobnicate'], 'unknown command frobnicate', 'dktool --help lists the commands'],
    [['help', 'a\nb'], 'unknown command a\\x0ab', 'dktool --help lists the commands'],
  ])('%j', async (args, sentence, hint) => {
    expect(await runInMemory(args)).toMatchObject({
      status: 100,
      stdout: '',
      stderr: `dktool: ${sentence}\ndktool: hint: ${hint}\n`,
    });
  });
});

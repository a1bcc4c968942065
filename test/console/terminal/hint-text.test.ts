import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/commands/index.ts';
import { hintText } from '../../../src/console/terminal/hint-text.ts';
import type { Hint } from '../../../src/lib/hint.ts';
import { runInMemory } from '../../support/context.ts';

/** One of each code, and the command whose error it belongs to. */
const HINTS: { readonly [Code in Hint['code']]: readonly [Extract<Hint, { code: Code }>, command: string] } = {
  'give-passphrase': [{ code: 'give-passphrase' }, 'keygen'],
  'sign-without-names': [{ code: 'sign-without-names' }, 'sign'],
  'give-each-zone': [{ code: 'give-each-zone' }, 'verify'],
  'give-origin': [{ code: 'give-origin' }, 'verify'],
  'serve-zone': [{ code: 'serve-zone' }, 'verify'],
  'ask-authoritative': [{ code: 'ask-authoritative', name: 'example.com' }, 'dns-record'],
  'leave-record-ids': [{ code: 'leave-record-ids' }, 'dns-record'],
  'give-record-ids': [{ code: 'give-record-ids', name: 'example.com' }, 'dns-record'],
  'count-by-less': [{ code: 'count-by-less' }, 'report'],
};

describe('a hint', () => {
  it.each(Object.values(HINTS))('%j names an option that %s has', async (hint, command) => {
    expect(COMMANDS.map(({ name }) => name)).toContain(command);
    const { stdout } = await runInMemory([command, '--help', '--all']);
    const flags = hintText(hint).match(/--[a-z][a-z-]*/g) ?? [];
    expect(flags).not.toEqual([]);
    for (const flag of flags) expect(stdout).toMatch(new RegExp(`${flag}\\b`));
  });

  it('has the facts of its error', () => {
    for (const code of ['ask-authoritative', 'give-record-ids'] as const)
      expect(hintText(HINTS[code][0])).toContain('example.com');
  });

  it('in words stays as it is', () => {
    expect(hintText('keep each key in a separate file')).toBe('keep each key in a separate file');
  });
});

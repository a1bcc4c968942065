import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/lib/error-codes.ts';
import { DktoolError } from '../../src/lib/errors.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(root, 'src', file), 'utf8') }));

describe('error codes', () => {
  it('are known to the compiler, each with its kind', () => {
    // @ts-expect-error: no such code
    void new DktoolError('key-file-mising', 'x', { kind: 'temporary' });
    // @ts-expect-error: a missing key can be put right while mail waits
    void new DktoolError('key-file-missing', 'x', { kind: 'permanent' });
    const { code, kind } = new DktoolError('key-file-missing', 'x', { kind: 'temporary' });
    expect({ code, kind }).toEqual({ code: 'key-file-missing', kind: 'temporary' });
  });

  it('stand in their order, and each is in use', () => {
    const codes = Object.keys(ERROR_CODES);
    expect(codes).toEqual(codes.toSorted((a, b) => (a < b ? -1 : 1)));
    const others = sources.filter(({ file }) => file !== 'lib/error-codes.ts');
    expect(codes.filter((code) => !others.some(({ text }) => text.includes(`'${code}'`)))).toEqual([]);
  });

  it('mean what dktool(1) says', () => {
    const page = readFileSync(join(root, 'man/dktool.1'), 'utf8');
    const [, list = ''] = /^\.Ss Error codes\n[^]*?^\.Bl .*\n([^]*?)^\.El$/m.exec(page) ?? [];
    const said = list
      .split(/^\.It Cm /m)
      .slice(1)
      .map((item) => item.trimEnd().replace(/\n/, ' | ').replaceAll('\n', ' '));
    const outcomes = { permanent: 'Permanent', temporary: 'Temporary', either: 'Permanent or temporary' };
    expect(said).toEqual(
      Object.entries(ERROR_CODES).map(([code, { kind, meaning }]) => `${code} | ${outcomes[kind]}: ${meaning}.`),
    );
  });

  it('of a wrong command line come from one function', () => {
    // dktool-remote(8) has no command line of a person: what is wrong with it puts the mail off.
    const users = sources.filter(({ text }) => /DktoolError\(\s*'usage'/.test(text)).map(({ file }) => file);
    expect(users).toEqual(['console/options/usage.ts', 'console/qmail/remote.ts']);
  });
});

it('the name of the program is put before a line in one place', () => {
  const users = sources.filter(({ text }) => /write\(`(?:dktool|\$\{(?:NAME|program)\}):/.test(text));
  expect(users.map(({ file }) => file)).toEqual(['console/terminal/diagnostics.ts']);
});

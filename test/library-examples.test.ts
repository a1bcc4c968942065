/** The examples of the library compile against the package as it is published, and run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { DKTOOL, runProgram, temporaryFolder } from './support/bin.ts';
import { blocks } from './support/pages.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = (args: readonly string[], { input = '', cwd = root } = {}) =>
  runProgram(process.execPath, args, { cwd, input });
const example = (name: string) => join(root, 'build/examples', `${name}.js`);

describe('the library', () => {
  beforeAll(async () => {
    const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
    expect(await node([compiler, '-p', 'tsconfig.examples.json'])).toEqual({ status: 0, stdout: '', stderr: '' });
  }, 120_000);

  it.each(['first', 'many', 'record', 'policies'])('has %s in docs/library.md as it is', (name) => {
    const program = readFileSync(join(root, `examples/library/${name}.ts`), 'utf8');
    expect(blocks('docs/library.md', 'ts').map(({ text }) => text)).toContain(program);
  });

  it('has programs that continue what the README does first', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'msg.eml'), 'From: user@example.com\nSubject: hello\n\nhello\n');
    const zone = await node([DKTOOL, 'keygen', 'example.com', '-s', '2026a', '-o', '2026a'], { cwd });
    expect(zone.status).toBe(0);
    writeFileSync(join(cwd, '2026a.zone'), zone.stdout);
    expect(await node([example('first')], { cwd })).toEqual({
      status: 0,
      stdout: 'pass: d=example.com signature-valid\n',
      stderr: '',
    });
    expect(await node([example('record')], { cwd })).toEqual({
      status: 0,
      stdout: 'rsa, testing: false\n',
      stderr: '',
    });
    // Unsigned messages ask for no key, so no name server is asked.
    expect(await node([example('many'), 'msg.eml', 'msg.eml'], { cwd })).toEqual({
      status: 0,
      stdout: 'msg.eml: none \nmsg.eml: none \n',
      stderr: '',
    });
  });

  it.each([
    ['round-trip', '', 'pass\n'],
    // An unsigned message asks for no key, so no name server is asked.
    ['verify', 'From: user@example.com\n\nhello\n', 'user@example.com: none\n'],
    [
      'receive',
      '',
      'forged: the field at octet 0\nAuthentication-Results: mx.example.org;\r\n\tdkim=none;\r\n\tdomainkeys=none;\r\n' +
        '\tspf=pass smtp.mailfrom=example.com;\r\n\tdmarc=pass policy.dmarc=reject header.from=example.com\n',
    ],
    [
      'policies',
      '',
      'spf=fail dmarc=fail: nothing in the message is authenticated; a receiver rejects the message, or files it as spam if ' +
        'nothing else speaks against it (p=reject at _dmarc.example.com)\n',
    ],
    ['publish', '', 'UPSERT\nkey-differs\nno-record\nerror: no-mail-host spf-no-record dmarc-missing\n'],
  ])('has an example %s that runs', async (name, input, stdout) => {
    expect(await node([example(name)], { input })).toEqual({ status: 0, stdout, stderr: '' });
  });
});

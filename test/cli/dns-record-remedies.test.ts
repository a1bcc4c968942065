/** The commands in findings and hints, cut out of the output and run by a shell as they stand. */
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BROKEN_RECORDS, NAME, zoneFile } from '../support/broken-records.ts';
import { DKTOOL, runProgram, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { DOMAIN, keyPath, keyRecord } from '../support/vectors.ts';

/** A folder with keys under awkward names, and a `dktool` to be found. */
function site(): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, "it's here"));
  mkdirSync(join(cwd, 'bin'));
  symlinkSync(DKTOOL, join(cwd, 'bin/dktool'));
  return cwd;
}

const paste = (command: string, cwd: string) =>
  runProgram('/bin/sh', ['-c', command], { cwd, env: { PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` } });

const commandsIn = (text: string) =>
  [...text.matchAll(/"((?:dktool|echo|mkdir|chmod) [^"]+)"/g)].map(([, command]) => command!);

describe('the remedies of dns-record --check', () => {
  it.each([true, false])(
    'run as pasted (the key has a file: %s)',
    async (hasFile) => {
      const cwd = site();
      const keys = new Map<string, string>();
      const found = new Map<string, string>();
      for (const { zone, key = 'rsa2048' } of BROKEN_RECORDS) {
        const path = join(cwd, "it's here", `${key}.pem`);
        copyFileSync(keyPath(key), path);
        keys.set(key, path);
        const zonePath = join(cwd, 'zone');
        writeFileSync(zonePath, zoneFile(zone), 'latin1');
        const args = ['dns-record', DOMAIN, '-s', 's1', '--check', '--zone', zonePath, '-k', hasFile ? path : '-'];
        const { stdout } = await runInMemory(args, hasFile ? '' : readFileSync(path, 'latin1'));
        for (const command of commandsIn(stdout)) found.set(command, key);
      }
      expect([...found.keys()].some((command) => command.includes('keygen'))).toBe(true);
      for (const [command, key] of found) {
        const here = await paste(command, cwd);
        expect({ command, ...here }).toMatchObject({ command, status: 0 });
        if (command.includes('dns-record'))
          expect(here.stdout).toContain(
            keyRecord(key as 'rsa2048')
              .slice(0, 200)
              .slice(-60),
          );
        else expect(here.stdout).toMatch(/^s2\._domainkey\./);
      }
    },
    60_000,
  );

  it('name no command where the key is not at hand', async () => {
    const zone = join(temporaryFolder(), 'zone');
    writeFileSync(zone, zoneFile({ [NAME]: { TXT: ['something else'] } }));
    const { stdout } = await runInMemory(['check', DOMAIN, '-s', 's1', '--zone', zone]);
    expect(stdout).toContain('publish the record of the key that signs');
    expect(stdout).not.toMatch(/dktool dns-record/);
  });
});

describe('hints', () => {
  it.each<[string, readonly string[], (cwd: string) => void, RegExp]>([
    ['a folder that is missing', ['keygen', DOMAIN, '-o', "new ones/it's/2026a"], () => {}, /^mkdir -p /],
    [
      'no key for a domain',
      ['sign', '-k', 'keys of mine/%/default', 'message'],
      () => {},
      /^mkdir -p .* && dktool keygen /,
    ],
    ['a certificate', ['dns-record', '-k', "it's here/c.pem", '-s', 'x'], certificate, /^openssl x509 /],
  ])('%s', async (_, args, prepare, form) => {
    const cwd = site();
    writeFileSync(join(cwd, 'message'), `From: ann@${DOMAIN}\n\nx\n`);
    prepare(cwd);
    const failed = await runProgram(process.execPath, [DKTOOL, ...args], { cwd });
    const hint = /^dktool: hint: (.*)$/m
      .exec(failed.stderr)?.[1]
      ?.replace(/^make one with: /, '')
      .replace(/ prints its key$/, '');
    expect(hint).toMatch(form);
    expect(await paste(hint!, cwd)).toMatchObject({ status: 0 });
    if (!args.includes('dns-record'))
      expect(await runProgram(process.execPath, [DKTOOL, ...args], { cwd })).toMatchObject({ status: 0 });
  });
});

/** Made by openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=x. */
function certificate(cwd: string): void {
  writeFileSync(join(cwd, "it's here/c.pem"), CERTIFICATE);
}

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBLjCB4aADAgECAhRo+jgne7uHYKkcjFQ1+IPdU1ExnDAFBgMrZXAwDDEKMAgG
A1UEAwwBeDAgFw0yNjExMjQyMDQ4MTlaGA8yMTI2MTAzMTIwNDgxOVowDDEKMAgG
A1UEAwwBeDAqMAUGAytlcAMhAKU7JqS0yin5/MHTPYskXcXINN7IwaQSp8OM5CTM
OKkuo1MwUTAdBgNVHQ4EFgQUnhXUBNF18blpoafvjScoDKTXwm4wHwYDVR0jBBgw
FoAUnhXUBNF18blpoafvjScoDKTXwm4wDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXAD
QQCb5aK+5uBDu4b6vVNEw2LrvGCgamhC0KWaJWbpgsU7EeipgBhvcWZvBbaxm++v
x0pr+0DVUJQR1SB9Iu7Ll6oG
-----END CERTIFICATE-----
`;

/** Nobody but its owner gets at a key at any moment, whatever umask, directory and access control lists there are. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DKTOOL, runDktool, runProgram, temporaryFolder } from '../support/bin.ts';
import { findProgram, needProgram } from '../support/peers.ts';

const KEYGEN = ['keygen', '-q', 'example.com', '-s', 'new', '--type', 'ed25519'];
const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

describe('a new key', () => {
  it.each(['0', '022', '077', '0777'])('is for its owner only where the umask is %s', async (umask) => {
    const cwd = temporaryFolder();
    const line = `umask ${umask}; exec "$0" "$@"`;
    const { status } = await runProgram('sh', ['-c', line, process.execPath, DKTOOL, ...KEYGEN], { cwd });
    expect([status, modeOf(join(cwd, 'new'))]).toEqual([0, '600']);
  });

  it('is so from the moment on at which its file is made', async ({ skip }) => {
    const strace = needProgram('strace', 'strace', skip);
    const cwd = temporaryFolder();
    const trace = ['-f', '-qq', '-y', '-o', 'trace', '-e', 'trace=openat,chmod,fchmod,fchmodat,link,rename,write'];
    const line = 'umask 0; exec "$0" "$@"';
    const args = ['-c', line, strace, ...trace, process.execPath, DKTOOL, ...KEYGEN];
    expect((await runProgram('sh', args, { cwd })).status).toBe(0);
    const lines = readFileSync(join(cwd, 'trace'), 'latin1').split('\n');
    const made = lines.filter((one) => one.includes('O_CREAT') && /\.tmp"|"[^"]*new"/.test(one));
    expect(made).toHaveLength(1);
    expect(made[0]).toMatch(/O_EXCL.*, 0600\)/);
    const modes = lines.flatMap((one) => /chmod\(.*, 0?([0-7]+)\)/.exec(one)?.[1] ?? []);
    expect(modes.filter((mode) => mode !== '600')).toEqual([]);
  });

  it('does not get readers from the access control list of its directory', async ({ skip }) => {
    const cwd = temporaryFolder();
    const setfacl = needProgram('setfacl', 'acl', skip);
    try {
      execFileSync(setfacl, ['-d', '-m', 'u:65534:rw,g:65534:rw,o::rw', cwd], { stdio: 'ignore' });
    } catch {
      skip('this file system has no access control lists');
    }
    expect((await runDktool(KEYGEN, { cwd })).status).toBe(0);
    const list = execFileSync(findProgram('getfacl')!, ['-cnp', join(cwd, 'new')], { encoding: 'utf8' });
    expect(list).toMatch(/^mask::---$/m);
    expect(modeOf(join(cwd, 'new'))).toBe('600');
  });

  it('follows no symbolic link that somebody has put at its name, nor at a name that it may take for a moment', async () => {
    const cwd = temporaryFolder();
    chmodSync(cwd, 0o777);
    writeFileSync(join(cwd, 'victim'), 'victim');
    mkdirSync(join(cwd, 'elsewhere'));
    for (const [name, to] of [
      ['new', 'victim'],
      ['new.old', 'victim'],
      ['new.tmp', 'victim'],
    ] as const) {
      symlinkSync(to, join(cwd, name));
    }
    for (const more of [[], ['--force']]) {
      expect(await runDktool([...KEYGEN, ...more], { cwd })).toMatchObject({ status: 100, stdout: '' });
    }
    expect(readFileSync(join(cwd, 'victim'), 'utf8')).toBe('victim');
    expect(readdirSync(cwd).sort()).toEqual(['elsewhere', 'new', 'new.old', 'new.tmp', 'victim']);
  });
});

describe('a lock', () => {
  it('is taken away again where the umask lets nobody read it', async ({ skip }) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'zone.json'), '{}');
    chmodSync(cwd, 0o777);
    // root reads everything
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
    const start = process.getuid!() === 0 ? [needProgram('setpriv', 'util-linux', skip), ...asNobody] : [];
    const check = ['check', 'example.com', '-s', 'x', '--zone', 'zone.json', '--patience', '2', '--state', 'state'];
    const line = 'umask 0777; "$0" "$@"';
    const [program, ...args] = [...start, process.execPath, DKTOOL, ...check];
    const { status, stderr } = await runProgram('sh', ['-c', line, program!, ...args], { cwd });
    if (/cannot find module|EACCES/i.test(stderr)) skip('another user cannot read this checkout');
    expect([0, 1, 2]).toContain(status);
    expect(readdirSync(cwd).filter((name) => name.includes('lock'))).toEqual([]);
  });
});

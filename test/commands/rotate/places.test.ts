/** What names the key that signs: links, folders, tables and configuration files, alone and in pairs. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../../support/context.ts';
import { DAY, HOUR, RotateWorld } from '../../support/rotate-world.ts';
import { DOMAIN, type KeyName, keyPath, keyRecord } from '../../support/vectors.ts';

function putKey(world: RotateWorld, path: string, selector: string, key: KeyName, mode = 0o600): void {
  mkdirSync(join(path, '..'), { recursive: true });
  copyFileSync(keyPath(key), path);
  chmodSync(path, mode);
  world.apply(`update add ${selector}._domainkey.${DOMAIN}. 300 TXT "${keyRecord(key)}"\n`);
}

/** A world without lag, whose command line ends in these options; `-k` is left out. */
function worldWith(...options: string[]): RotateWorld {
  const world = new RotateWorld();
  world.lag = 0;
  world.commandLine = ['--publish', world.publish, ...options];
  return world;
}

/** To the end of the rotation, with nothing said. */
async function complete(world: RotateWorld): Promise<void> {
  for (const step of [0, 2 * HOUR, 14 * DAY, 3 * HOUR, 14 * DAY]) {
    world.now += step;
    expect(await world.run()).toMatchObject({ status: 0, stdout: '', stderr: '' });
  }
}

const table = (folder: string, selector: string) =>
  `# keys\n\ns1._domainkey.example.com  example.com:${selector}:${folder}/example.com/${selector}.private   # ours\nother example.net:${selector}:${folder}/example.net/s1.private\n`;

describe('a KeyTable', () => {
  it('gets the new selector and path in its lines, keeps its mode and all else, and the signer is reloaded', async () => {
    const world = worldWith();
    const folder = join(world.folder, 'opendkim');
    putKey(world, join(folder, 'example.com/s1.private'), 's1', 'ed25519', 0o640);
    putKey(world, join(folder, 'example.net/s1.private'), 's1x', 'ed25519');
    const file = join(folder, 'KeyTable');
    writeFileSync(file, table(folder, 's1'));
    chmodSync(file, 0o640);
    const link = join(world.folder, 'link');
    symlinkSync(file, link);
    const reloads = join(world.folder, 'reloads');
    world.commandLine = [
      '--key-table',
      link,
      '--publish',
      world.publish,
      '--after',
      `echo $DKTOOL_DOMAIN >> '${reloads}'`,
    ];
    await complete(world);
    expect(readFileSync(file, 'utf8')).toBe(
      table(folder, 's1')
        .replace('example.com:s1:', 'example.com:202309:')
        .replace('example.com/s1.p', 'example.com/202309.p'),
    );
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readlinkSync(link)).toBe(file);
    expect(readFileSync(reloads, 'utf8')).toBe(`${DOMAIN}\n`);
    expect(statSync(join(folder, 'example.com/202309.private')).mode & 0o777).toBe(0o640);
    expect(existsSync(join(folder, 'example.com/s1.private'))).toBe(false);
  });

  it('of which the signer is not reloaded holds back the revocation', async () => {
    const world = worldWith();
    const folder = join(world.folder, 'opendkim');
    putKey(world, join(folder, 's1.private'), 's1', 'ed25519');
    writeFileSync(join(folder, 'KeyTable'), `k example.com:s1:${folder}/s1.private\n`);
    world.commandLine = [
      '--key-table',
      join(folder, 'KeyTable'),
      '--publish',
      world.publish,
      '--after',
      'echo down; false',
    ];
    await world.run();
    for (const hours of [2, 24 * 20]) {
      world.now += hours * HOUR;
      const run = await world.run();
      expect(run.status).toBe(111);
      expect(run.stderr).toContain('the --after command ended with 1: down');
    }
    expect(world.record(0, 's1')).toBe(keyRecord('ed25519'));
    const without = await runInMemory(['rotate', DOMAIN, '--key-table', join(folder, 'KeyTable')], '', world.context);
    expect(without.status).toBe(100);
    expect(without.stderr).toContain('--after is needed');
  });

  it('with a pair of keys gets both at the same time', async () => {
    const world = worldWith();
    const folder = join(world.folder, 'opendkim');
    putKey(world, join(folder, 's1.private'), 's1', 'rsa2048');
    putKey(world, join(folder, 's1-ed.private'), 's1-ed', 'ed25519');
    const file = join(folder, 'KeyTable');
    writeFileSync(
      file,
      `a example.com:s1:s1.private\nb example.com:s1-ed:./s1-ed.private\n`.replace('s1:s1', 's1:./s1'),
    );
    world.commandLine = ['--key-table', file, '--publish', world.publish, '--after', 'true'];
    await complete(world);
    expect(readFileSync(file, 'utf8')).toBe(
      `a example.com:202309:./202309.private\nb example.com:202309-ed25519:./202309-ed25519.private\n`,
    );
    expect(world.record(0, '202309')).toContain('k=rsa');
    expect(world.record(0, '202309-ed25519')).toContain('k=ed25519');
  });

  it.each([
    ['k %:s1:/nowhere/%/s1.private\n', 'names one key for several domains'],
    ['k example.com:s1:MC4CAQAwBQYDK2VwBCIEIA\n', 'is in'],
    ['k example.com:s1\n', 'line 1 is not NAME DOMAIN:SELECTOR:KEY'],
  ])('%j cannot be switched, and nothing is done', async (text, words) => {
    const world = worldWith();
    const file = join(world.folder, 'KeyTable');
    writeFileSync(file, text);
    writeFileSync(join(world.folder, 'SigningTable'), '*@example.com k\n');
    const line = [
      'rotate',
      '--key-table',
      file,
      '--signing-table',
      join(world.folder, 'SigningTable'),
      '--after',
      'true',
    ];
    const run = await runInMemory(line, '', world.context);
    expect(run.status).toBeGreaterThanOrEqual(100);
    expect(run.stderr).toContain(words);
  });
});

describe('a configuration file', () => {
  it('gets the new selector and key file', async () => {
    const world = worldWith();
    putKey(world, join(world.folder, 'keys/mail.private'), 'mail', 'ed25519');
    const file = join(world.folder, 'opendkim.conf');
    const text = `Syslog yes\nDomain\t\texample.com\nSelector\tmail # since 2019\nKeyFile\t\tkeys/mail.private\nUserID opendkim\n`;
    writeFileSync(file, text);
    world.commandLine = ['--config', file, '--publish', world.publish, '--after', 'true'];
    await complete(world);
    expect(readFileSync(file, 'utf8')).toBe(
      text.replace('mail #', '202309 #').replace('mail.private', '202309.private'),
    );
  });

  it('with a list as its KeyTable cannot be switched', async () => {
    const world = worldWith();
    const file = join(world.folder, 'opendkim.conf');
    putKey(world, join(world.folder, 's1.private'), 's1', 'ed25519');
    writeFileSync(file, `KeyTable k=example.com:s1:${world.folder}/s1.private\n`);
    const run = await runInMemory(['rotate', '--config', file, '--after', 'true'], '', world.context);
    expect([run.status, run.stdout]).toEqual([100, '']);
    expect(run.stderr).toContain('the KeyTable is a list');
  });
});

describe('the control files of a qmail', () => {
  it('lead to links, and to lines of dkimkeys, which need no command', async () => {
    const world = worldWith();
    const control = join(world.folder, 'control');
    mkdirSync(control);
    writeFileSync(join(control, 'dksign'), `${world.folder}/keys/%/default\n`);
    world.commandLine = ['--control', control, '--publish', world.publish];
    await complete(world);
    expect(world.selector).toBe('202309');
    putKey(world, join(world.folder, 'net/old'), 'old', 'ed25519');
    rmSync(join(control, 'dksign'));
    writeFileSync(join(control, 'dkimkeys'), `example.com:${world.folder}/net/old\n`);
    await complete(world);
    expect(readFileSync(join(control, 'dkimkeys'), 'utf8')).toBe(`example.com:${world.folder}/net/202310\n`);
  });
});

describe('-k', () => {
  it.each(['%', 'folder', 'link'])('takes a %s', async (kind) => {
    const world = worldWith();
    const paths = { '%': join(world.folder, 'keys/%/default'), folder: world.keys, link: world.link };
    world.commandLine = ['-k', paths[kind as 'link'], '--publish', world.publish];
    if (kind === '%') world.domains = [];
    await complete(world);
    expect(world.selector).toBe('202309');
  });

  it('twice is a pair, whose links change together', async () => {
    const world = worldWith();
    putKey(world, join(world.keys, '2023a-rsa.pem'), '2023a-rsa', 'rsa2048');
    symlinkSync('2023a-rsa.pem', join(world.keys, 'rsa'));
    world.commandLine = ['-k', join(world.keys, 'rsa'), '-k', world.link, '--publish', world.publish];
    await complete(world);
    expect(world.files).toEqual(['202309-ed25519', '202309.pem', 'default', 'dktool-rotate.json', 'rsa']);
    expect([world.selector, readlinkSync(join(world.keys, 'rsa'))]).toEqual(['202309-ed25519', '202309.pem']);
  });

  it('with a key and no link says how to make one, and that line works', async () => {
    const world = worldWith();
    const path = join(world.folder, 'plain/mail');
    putKey(world, path, 'mail', 'ed25519');
    const line = ['rotate', DOMAIN, '-k', path, '--publish', world.publish];
    const run = await runInMemory(line, '', world.context);
    expect([run.status, run.stdout]).toEqual([100, '']);
    const [, command] = /hint: make it a link once: (.*)\n/.exec(run.stderr)!;
    const { execFileSync } = await import('node:child_process');
    execFileSync('sh', ['-ec', command!]);
    expect((await runInMemory(line, '', world.context)).status).toBe(0);
    expect(existsSync(join(world.folder, 'plain/202309.key'))).toBe(true);
  });

  it.each([
    [
      'a key that everybody can read',
      (world: RotateWorld) => chmodSync(join(world.keys, '2023a'), 0o644),
      111,
      'chmod o=',
    ],
    [
      'a link out of its folder',
      (world: RotateWorld) => symlinkSync('../../x', join(world.keys, 'out')),
      100,
      'outside its directory',
    ],
    ['nothing', (world: RotateWorld) => rmSync(world.link), 111, 'there is no key at'],
  ])('with %s does nothing', async (what, damage, status, words) => {
    const world = worldWith();
    damage(world);
    const path = what.includes('out of') ? join(world.keys, 'out') : world.link;
    const run = await runInMemory(['rotate', DOMAIN, '-k', path], '', world.context);
    expect([run.status, run.stdout]).toEqual([status, '']);
    expect(run.stderr).toContain(words);
    expect(world.files).not.toContain('dktool-rotate.json');
  });
});

describe('a name that is taken', () => {
  it('gets a letter behind it, whoever has taken it', async () => {
    const world = worldWith('-k', '');
    world.commandLine = ['-k', world.link, '--publish', world.publish];
    writeFileSync(join(world.keys, '202309'), 'a file');
    world.apply(`update add 202309a._domainkey.${DOMAIN}. 300 TXT "v=DKIM1; p="\n`);
    await complete(world);
    expect(world.selector).toBe('202309b');
  });

  it('comes from a template', async () => {
    const world = worldWith();
    world.commandLine = ['-k', world.link, '--publish', world.publish, '--selector', 'k{date:%y}q{date:%q}-{date:%j}'];
    await complete(world);
    expect(world.selector).toBe('k23q3-249');
  });
});

describe('an old private key', () => {
  it('is kept with --keep-retired', async () => {
    const world = worldWith();
    world.commandLine = ['-k', world.link, '--publish', world.publish, '--keep-retired'];
    await complete(world);
    expect(world.files).toContain('2023a');
  });

  it('is published with --publish-retired, not before resolvers have forgotten its record', async () => {
    const world = worldWith();
    const folder = join(world.folder, 'retired');
    mkdirSync(folder);
    world.commandLine = ['-k', world.link, '--publish', world.publish, '--publish-retired', folder];
    const published = join(folder, `2023a._domainkey.${DOMAIN}.pem`);
    for (const step of [0, 2 * HOUR, 14 * DAY, HOUR]) {
      world.now += step;
      await world.run();
      expect(existsSync(published)).toBe(false);
    }
    world.now += HOUR;
    await world.run();
    expect(readFileSync(published, 'utf8')).toContain('PRIVATE KEY');
    expect(statSync(published).mode & 0o777).toBe(0o644);
    expect(world.files).not.toContain('2023a');
  });

  it('is kept where another link leads to it', async () => {
    const world = worldWith();
    world.commandLine = ['-k', world.link, '--publish', world.publish];
    symlinkSync('2023a', join(world.keys, 'relay'));
    await complete(world);
    expect(world.files).toContain('2023a');
  });
});

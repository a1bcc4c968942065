/** Settings in files and in the environment: which of them a run takes, and what is said of those that are wrong. */
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../src/console/context.ts';
import { SETTINGS, variableOf } from '../../../src/console/configuration/settings.ts';
import type { LiveResolverSettings } from '../../../src/lib/dns/live/live.ts';
import { DKTOOL, runProgram, temporaryFolder } from '../../support/bin.ts';
import { runInMemory } from '../../support/context.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { mailFolder } from '../../support/mail-folder.ts';
import { QmailHome } from '../../support/qmail-standins.ts';
import { keyPath } from '../../support/vectors.ts';

interface Files {
  readonly system?: string;
  readonly user?: string;
}

/** A world whose configuration files hold these texts. */
function world({ system, user }: Files, env: Context['env'] = {}): Partial<Context> & { configurationFiles: string[] } {
  const folder = temporaryFolder();
  const configurationFiles = ['system', 'user'].map((name) => join(folder, name));
  if (system !== undefined) writeFileSync(configurationFiles[0]!, system);
  if (user !== undefined) writeFileSync(configurationFiles[1]!, user);
  return { configurationFiles, env };
}

async function shown(files: Files, env: Context['env'] = {}): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await runInMemory(['config', '--json'], '', world(files, env));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; value: unknown });
  return Object.fromEntries(lines.map(({ name, value }) => [name, value]));
}

/** What the live resolver of a run is asked for. */
async function resolverSettings(args: readonly string[], files: Files, env: Context['env'] = {}) {
  const asked: LiveResolverSettings[] = [];
  await runInMemory(['verify', ...args], signByHand(PLAIN), {
    ...world(files, env),
    liveResolver: (settings) => {
      asked.push(settings);
      return Promise.reject(new Error('asked'));
    },
  });
  return asked[0];
}

describe('a setting', () => {
  it('comes from the command line, else the environment, else the user, else the system', async () => {
    const files = { system: 'timeout 1\ntries 1\ndeadline 1\n', user: 'timeout 2\ntries 2\n' };
    const settings = await resolverSettings(['--nameserver', '192.0.2.1'], files, { DKTOOL_TIMEOUT: '3' });
    expect(settings).toMatchObject({ nameservers: ['192.0.2.1'], timeout: 3, tries: 2, deadline: 1 });
    expect(await resolverSettings(['--timeout', '4'], files, { DKTOOL_TIMEOUT: '3' })).toMatchObject({ timeout: 4 });
  });

  it('that may be repeated takes all values of one source, and none of another', async () => {
    const files = { system: 'nameserver 192.0.2.1\n', user: 'nameserver 192.0.2.2\nnameserver = 192.0.2.3:53\n' };
    expect((await resolverSettings([], files))?.nameservers).toEqual(['192.0.2.2', '192.0.2.3:53']);
    expect((await resolverSettings(['--nameserver', '::1'], files))?.nameservers).toEqual(['::1']);
  });

  it.each(SETTINGS.map((setting) => ({ name: setting.name, variable: variableOf(setting) })))(
    '$name is shown with the file and the line, or the variable, that it comes from',
    async ({ name, variable }) => {
      const value =
        { nameserver: '192.0.2.1', zone: '/z', key: '/k', selector: 's', trusted: '::1', receiver: 'mx.example' }[
          name
        ] ??
        { color: 'never', 'exit-style': 'sysexits' }[name] ??
        '3';
      const { configurationFiles, ...rest } = world({ system: `# comment\n\n ${name} = ${value}\n` });
      const ofFile = await runInMemory(['config'], '', { configurationFiles, ...rest });
      expect(ofFile.stdout).toContain(`${value}  (${configurationFiles[0]}, line 3)`);
      const { stdout } = await runInMemory(['config'], '', { configurationFiles, env: { [variable]: value } });
      expect(stdout).toMatch(new RegExp(`^${name} +${value.replaceAll('.', '\\.')} {2}\\(${variable}\\)$`, 'm'));
    },
  );
});

describe('a run', () => {
  it('signs with the key that is set, under its selector', async () => {
    const system = `key ${keyPath('ed25519')}\nselector of-file\n`;
    const sign = (...args: string[]) => runInMemory(['sign', '-q', ...args], PLAIN, world({ system }));
    expect((await sign()).stdout).toMatch(/^DKIM-Signature: [^]*?\ss=of-file;/);
    // The selector belongs to that key.
    expect((await sign('-k', keyPath('rsa2048'))).stdout).toMatch(/^DKIM-Signature: [^]*?\ss=rsa2048;/);
    expect((await sign('-s', 'given')).stdout).toMatch(/^DKIM-Signature: [^]*?\ss=given;/);
  });

  it('asks the name server that it is told to ask, whatever zone file is set', async () => {
    const system = `zone ${join(mailFolder(), 'zone.json')}\n`;
    expect(await resolverSettings([], { system })).toBeUndefined();
    expect(await resolverSettings(['--nameserver', '192.0.2.1'], { system })).toBeDefined();
    expect(await resolverSettings([], { system, user: 'nameserver 192.0.2.1\n' })).toBeDefined();
    expect(await resolverSettings([], { user: `nameserver 192.0.2.1\n${system}` })).toBeUndefined();
  });

  it.each([
    ['verify', ['verify'], true],
    ['spf-check', ['spf-check', '--lint', 'example.com'], true],
    ['adsp-check', ['adsp-check', 'example.com'], true],
    ['dmarc-check', ['dmarc-check', 'example.com'], true],
    ['check', ['check', 'example.com'], true],
    ['check', ['check', 'example.com', '--all-ns'], false],
    ['dns-record', ['dns-record', 'example.com', '-s', 's', '--published'], true],
    ['sign', ['sign', '--check-dns', '-d', 'example.com', '-k', 'KEY'], true],
    ['rotate', ['rotate', 'example.com', '-k', 'KEY'], false],
    ['keyring', ['keyring', 'add', '--keyring', 'KEY.ring', '-d', 'example.com', '-s', 's'], false],
    ['verify', ['verify', '--keyring', 'KEY.ring', '--keyring-add'], false],
  ])(
    'of %s takes a zone file that is set, unless it acts on what name servers publish: %j',
    async (_, args, isOffline) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'zone.json'), '{}');
      const key = join(folder, 'key');
      copyFileSync(keyPath('ed25519'), join(folder, '2026a'));
      chmodSync(join(folder, '2026a'), 0o600);
      symlinkSync('2026a', key);
      const asked: unknown[] = [];
      const made = { ...world({ system: `zone ${join(folder, 'zone.json')}\n` }), usualKeyPath: '/nowhere/%' };
      const { stderr } = await runInMemory(
        args.map((arg) => arg.replace('KEY', key)),
        signByHand(PLAIN),
        {
          ...made,
          liveResolver: (settings) => {
            asked.push(settings);
            return Promise.reject(new Error('asked'));
          },
        },
      );
      expect(asked.length === 0, stderr).toBe(isOffline);
    },
  );

  it('reports under the name of this host that is set', async () => {
    const zone = join(mailFolder(), 'zone.json');
    const judged = (...args: string[]) =>
      runInMemory([...args, '--zone', zone], signByHand(PLAIN), world({ system: 'receiver mx.example.org\n' }));
    for (const command of [
      ['verify', '--auth-results', '--auth-results-only'],
      ['adsp-check', '--auth-results'],
    ]) {
      expect((await judged(...command)).stdout).toMatch(/^Authentication-Results: mx\.example\.org;/);
    }
    expect((await judged('verify', '--auth-results', 'mx2.example.org')).stdout).toMatch(/^\S+ mx2\.example\.org;/);
    expect((await judged('verify', '--auth-results', '--receiver', 'mx3.example.org')).stdout).toMatch(
      /^\S+ mx3\.example\.org;/,
    );
    const unset = await runInMemory(['verify', '--auth-results', '--zone', zone], signByHand(PLAIN));
    expect(unset).toMatchObject({ status: 100, stdout: '' });
    expect(unset.stderr).toContain('--auth-results needs the name of this host\ndktool: hint: as in --auth-results mx');
  });

  it('names this host in explanations of SPF', async () => {
    const zone = join(temporaryFolder(), 'zone.json');
    const records = {
      'example.com': { TXT: ['v=spf1 -all exp=why.example.com'] },
      'why.example.com': { TXT: ['%{r} refuses'] },
    };
    writeFileSync(zone, JSON.stringify(records));
    const session = ['--json', '--zone', zone, '--ip', '192.0.2.1', '--from', 'ada@example.com'];
    for (const command of [['spf-check'], ['verify', '--spf']]) {
      const run = (env: Context['env']) => runInMemory([...command, ...session], PLAIN, world({}, env));
      expect((await run({ DKTOOL_RECEIVER: 'mx.example.org' })).stdout).toContain('"mx.example.org refuses"');
      expect((await run({})).stdout).toContain('"unknown refuses"');
    }
  });

  it('ends in the style that is set, also where the command line is wrong', async () => {
    const user = 'exit-style sysexits\n';
    expect((await runInMemory(['verify', '--wrong'], '', world({ user }))).status).toBe(64);
    expect((await runInMemory(['verify', '--wrong', '--exit-style=qmail'], '', world({ user }))).status).toBe(100);
    expect((await runInMemory(['verify', '--wrong'], '', world({ user }, { DKTOOL_EXIT_STYLE: 'qmail' }))).status).toBe(
      100,
    );
  });

  it.each([
    ['before', ['--config-file', 'F', 'config', '--json']],
    ['behind', ['config', '--json', '--config-file=F']],
  ])('takes settings from --config-file alone, %s the command', async (_, args) => {
    const made = world({ system: 'timeout 1\n', user: 'tries 1\n' });
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'own'), 'deadline 7\n');
    const { stdout } = await runInMemory(
      args.map((arg) => arg.replace('F', join(folder, 'own'))),
      '',
      made,
    );
    const set = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { value: unknown; name: string });
    expect(set.filter(({ value }) => value !== null)).toMatchObject([{ name: 'deadline', value: '7' }]);
  });
});

describe('a program of qmail', () => {
  it('is left alone by the file of the user', async () => {
    const home = temporaryFolder();
    mkdirSync(join(home, 'dktool'));
    writeFileSync(join(home, 'dktool/config'), 'nonsense\n');
    const env = { XDG_CONFIG_HOME: home };
    const said = (await runProgram(process.execPath, [DKTOOL, 'config'], { env })).stderr;
    expect(said).toContain(join(home, 'dktool/config:1:1'));
    const made = new QmailHome();
    made.control('dksign', `${made.key('example.com', 'rsa1024')}\n`);
    const input = 'From: Ada <ada@example.com>\n\nhello\n';
    expect(await made.remote({ input, env })).toMatchObject({ status: 0, report: 'r\0Kaccepted\n\0' });
    expect(made.deliveries[0]!.message).toMatch(/^DKIM-Signature: /);
  });
});

describe('what is wrong', () => {
  it.each([
    ['timeut 3\n', "1:1: unknown setting 'timeut'"],
    ['\n  \ttimeout  abc\n', "2:13: timeout 'abc': it must be a number of seconds"],
    ['tries = 0', "1:9: tries '0': it must be a whole number"],
    ['timeout 1\ntimeout 2\n', '2:1: timeout is set twice'],
    ['nameserver ns.example.com\n', "1:12: nameserver 'ns.example.com': it must be an address"],
    ['color blue\n', "1:7: color 'blue': it must be auto or always or never"],
    ['zone zone.json\n', "1:6: zone 'zone.json': it must be an absolute path"],
    ['key\n', '1:4: key has no value'],
    ['= 3\n', "1:1: unknown setting ''"],
    ['\u001b[31m 3\n', String.raw`1:1: unknown setting '\x1b[31m'`],
    [`# ${'x'.repeat(300_000)}\n`, 'is larger than'],
  ])('%j stops the run: %s', async (user, sentence) => {
    const { configurationFiles, ...rest } = world({ user });
    const { status, stdout, stderr } = await runInMemory(['verify'], PLAIN, { configurationFiles, ...rest });
    expect({ status, stdout }).toEqual({ status: 111, stdout: '' });
    expect(stderr).toContain(configurationFiles[1]);
    expect(stderr).toContain(sentence);
  });

  it('in a variable is named', async () => {
    const { status, stderr } = await runInMemory(['verify'], PLAIN, { env: { DKTOOL_TRIES: 'x' } });
    expect(status).toBe(100);
    expect(stderr).toContain("DKTOOL_TRIES is 'x': it must be a whole number");
  });

  it('does not keep anybody from the help', async () => {
    for (const args of [['--help'], ['help', 'sign'], ['sign', '--help'], ['completion', 'bash']]) {
      expect((await runInMemory(args, '', world({ system: 'nonsense\n' }))).status).toBe(0);
    }
  });

  it('is a file that --config-file names and that is not there, or cannot be read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'directory'));
    for (const name of ['missing', 'directory']) {
      const { status, stderr } = await runInMemory(['--config-file', join(folder, name), 'config']);
      expect(status).toBe(111);
      expect(stderr).toContain(join(folder, name));
    }
  });

  it('is nothing that is missing elsewhere', async () => {
    expect(await shown({})).toMatchObject({ timeout: null, nameserver: null });
  });
});

/** What comes with `serve`: units and run scripts, and what docs/milter.md says is done as it stands there. */
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { serve } from '../src/commands/serve/command.ts';
import { COUNTERS } from '../src/commands/serve/counters.ts';
import { MemorySink, MemorySource } from '../src/console/streams/bytes.ts';
import { runProgram, temporaryFolder } from './support/bin.ts';
import { verifyMessage } from '../src/lib/verify-message.ts';
import { type MailHost, useMailHost } from './support/mail-host.ts';
import { needProgram } from './support/peers.ts';
import { startPostfix } from './support/postfix.ts';
import { untilListening } from './support/smtp.ts';
import { keyOwner, keyPath, keyRecord, textResolver } from './support/vectors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The lines of a block of docs/milter.md. */
function blockWith(words: string): string {
  const blocks = [...textOf('docs/milter.md').matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block!);
  const found = blocks.find((block) => block.includes(words));
  if (found === undefined) throw new Error(`no block has ${words}`);
  return found;
}

/** A command line of `dktool serve`, as the program reads it. */
function parsed(args: readonly string[]): Record<string, unknown> {
  const program = new Command().exitOverride();
  const context = {
    stdin: new MemorySource(new Uint8Array()),
    stdout: new MemorySink(),
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('no name server is asked')),
  };
  serve.register(program, context, () => {});
  const [command] = program.commands;
  command!.exitOverride().action(() => {});
  program.parse(['serve', ...args], { from: 'user' });
  return command!.opts();
}

describe('contrib', () => {
  it.each(['milter', 'queue', 'remote'])('daemontools/%s runs a command line of serve', async (name) => {
    const run = join(root, 'contrib/daemontools', name, 'run');
    for (const path of [run, join(root, 'contrib/daemontools', name, 'log/run')]) accessSync(path, constants.X_OK);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/dktool'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const { stdout } = await runProgram(run, [], { env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } });
    const [command, ...args] = stdout.trimEnd().split('\n');
    expect(command).toBe('serve');
    expect(Object.keys(parsed(args))).toContain(name === 'milter' ? 'milter' : 'slots');
    expect(textOf(`contrib/daemontools/${name}/run`)).toContain('exec 2>&1\n');
    if (name !== 'milter')
      expect(textOf(`contrib/qmail/dktool-${name}`)).toContain(
        'slots=${DKTOOL_SLOTS:-$above/dktool/slots-${name#dktool-}}',
      );
  });

  it('systemd has units that systemd takes, with options that there are', async ({ skip }) => {
    const analyze = needProgram('systemd-analyze', 'systemd', skip);
    const folder = temporaryFolder();
    const units = readdirSync(join(root, 'contrib/systemd'));
    expect(units.sort()).toEqual(['dktool-serve.service', 'dktool-serve.socket']);
    for (const unit of units) {
      writeFileSync(join(folder, unit), textOf(`contrib/systemd/${unit}`));
    }
    const { stderr } = await runProgram(analyze, ['verify', '--man=no', ...units.map((unit) => join(folder, unit))]);
    expect(stderr.split('\n').filter((line) => line.includes('dktool-serve'))).toEqual([]);
    const [, options = ''] = /^#\s+OPTIONS=(.*)$/m.exec(textOf('contrib/systemd/dktool-serve.service')) ?? [];
    expect(parsed(options.split(' '))).toMatchObject({ both: true, keyPath: '/etc/domainkeys/%/default' });
  });
});

describe('dktool-serve(8)', () => {
  it('has every metric', () => {
    const page = textOf('man/dktool-serve.8');
    for (const name of Object.keys(COUNTERS)) expect(page).toContain(name);
  });

  it('has every event of the log', () => {
    const files = readdirSync(join(root, 'src/commands/serve'), { recursive: true, encoding: 'utf8' });
    const code = files.filter((file) => file.endsWith('.ts')).map((file) => textOf(`src/commands/serve/${file}`));
    const events = [...code.join('').matchAll(/\.write\(\s*'(?:info|problem)',\s*'([a-z-]+)'/g)].map(
      ([, event]) => event!,
    );
    expect(events.length).toBeGreaterThan(8);
    const [, log = ''] = /^\.Sh LOG\n([^]*?)^\.Sh /m.exec(textOf('man/dktool-serve.8')) ?? [];
    const listed = [...log.matchAll(/^\.It Cm (.*)$/gm)].flatMap(([, names]) => names!.split(' , '));
    expect([...new Set(events)].filter((event) => !listed.includes(event))).toEqual([]);
  });
});

let host: MailHost;

useMailHost(['postfix'], async (started) => {
  host = started;
  const { machine, sink, publish } = host;
  needProgram('opendkim', 'opendkim', host.skip);
  publish({ [keyOwner('rsa2048')]: keyRecord('rsa2048') });
  machine.write('/etc/dkimkeys/example.com.private', readFileSync(keyPath('rsa2048'), 'latin1'), 0o600);
  machine.write('/etc/opendkim/KeyTable', 'example example.com:rsa2048:/etc/dkimkeys/example.com.private\n');
  machine.write('/etc/opendkim/SigningTable', '*@example.com example\n');
  machine.write('/etc/opendkim/TrustedHosts', '127.0.0.1\nlocalhost\n');
  // As Debian's file is with what the guides add.
  machine.write(
    '/etc/opendkim.conf',
    `Syslog yes\nSyslogSuccess yes\nCanonicalization relaxed/simple\nMode sv\nSubDomains no\nOversignHeaders From
KeyTable /etc/opendkim/KeyTable\nSigningTable refile:/etc/opendkim/SigningTable\nInternalHosts /etc/opendkim/TrustedHosts
ExternalIgnoreList /etc/opendkim/TrustedHosts\nUserID opendkim\nUMask 007\nSocket inet:8891@127.0.0.1
PidFile /run/opendkim/opendkim.pid\nTrustAnchorFile /usr/share/dns/root.key\n`,
  );
  await machine.shell(
    'chown opendkim /etc/dkimkeys/example.com.private; mkdir -p /run/opendkim; chown opendkim /run/opendkim; opendkim -x /etc/opendkim.conf',
  );
  await untilListening(8891);
  await startPostfix(machine, {
    relayPort: sink.port,
    services: {},
    main: 'smtpd_milters = inet:127.0.0.1:8891\nnon_smtpd_milters = $smtpd_milters\nmilter_default_action = tempfail\n',
  });
});

describe('docs/milter.md', () => {
  it('leads from OpenDKIM to dktool in the lines that it says', async () => {
    const block = blockWith('/run/opendkim/opendkim.pid');
    expect(block.trimEnd().split('\n').length).toBeLessThanOrEqual(10);
    const said = await host.machine.shell(block);
    expect(said).toMatch(
      / signed queue=\S+ client=127\.0\.0\.1 sender=ada@example\.com author=example\.com keys=example\.com\/rsa2048\n$/,
    );
    const came = await host.sink.messageFor('bob@example.net');
    const { dkim } = await verifyMessage(Buffer.from(came, 'latin1'), {
      resolver: textResolver({ [keyOwner('rsa2048')]: keyRecord('rsa2048') }).resolver,
      now: Date.now() / 1000,
    });
    expect(dkim.signatures).toMatchObject([
      { result: 'pass', canonicalization: 'relaxed/simple', domain: 'example.com' },
    ]);
    const log = host.machine.read('/var/log/dktool.log');
    expect(log).toContain('externalignorelist is not used');
    expect(await host.machine.shell('ps -o user= -C node')).toMatch(/^opendkim/);
  }, 120_000);
});

/** The recipes of docs and of dktool-recipes(7), run as they are written there; those of mail servers have tests of their own. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DKTOOL, type Run, runProgram, type RunOptions, temporaryFolder } from '../support/bin.ts';
import { needProgram } from '../support/peers.ts';
import { QmailHome } from '../support/qmail-standins.ts';
import { blockBehind } from '../support/pages.ts';
import { manualBlock, manualLine } from '../support/recipes.ts';

const PAGE = 'dktool-recipes.7';
const root = fileURLToPath(new URL('../..', import.meta.url));
const SIGNED = readFileSync(join(root, 'examples/signed.eml'), 'latin1');
const FORGED = SIGNED.replace(/^Subject: /m, 'Subject: not ');
const UNSIGNED = readFileSync(join(root, 'examples/plain.eml'), 'latin1');
const NO_FROM = UNSIGNED.replace(/^From: .*\n/m, '');
const FOREIGN = `Authentication-Results: mx.example.org; dkim=pass header.d=example.com\n${UNSIGNED}`;

/** A user's home, with a Maildir and a dktool that knows DNS from a file. */
class Home {
  readonly folder = temporaryFolder();
  readonly path: string;

  constructor() {
    for (const box of ['Maildir', 'Maildir/.Suspect']) {
      for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(this.folder, box, part), { recursive: true });
    }
    mkdirSync(join(this.folder, 'bin'));
    this.path = [join(this.folder, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':');
    const zone = join(root, 'examples/signed.zone');
    this.program(
      'dktool',
      `command=$1; shift\n[ "$command" = sign ] || set -- --zone '${zone}' "$@"\nexec '${process.execPath}' '${DKTOOL}' "$command" "$@"`,
    );
  }

  program(name: string, script: string): void {
    this.file(join('bin', name), `#!/bin/sh\n${script}\n`, 0o755);
  }

  file(name: string, text: string, mode = 0o600): void {
    writeFileSync(join(this.folder, name), text);
    chmodSync(join(this.folder, name), mode);
  }

  /** While DNS is down. */
  breakDktool(): void {
    this.program('dktool', 'head -c 100; exit 111');
  }

  run(program: string, args: readonly string[], options: RunOptions = {}) {
    const { env, ...more } = options;
    return runProgram(program, args, {
      cwd: this.folder,
      env: { HOME: this.folder, PATH: this.path, RPLINE: '', DTLINE: '', ...env },
      ...more,
    });
  }

  /** As qmail-local does it, line by line. @returns its exit status, 99 where a line ends the delivery */
  async qmailLocal(dotQmail: string, input: string, env: Record<string, string> = {}): Promise<number | null> {
    const variables = { SENDER: 'ada@example.com', RECIPIENT: 'me@example.org', HOST: 'example.org', EXT: '', ...env };
    for (const line of dotQmail.split('\n').filter((text) => text !== '')) {
      if (line === './Maildir/') this.file(`Maildir/new/${Math.random()}`, input);
      else if (line.startsWith('|')) {
        const { status } = await this.run('/bin/sh', ['-c', line.slice(1)], { input, env: variables });
        if (status !== 0) return status;
      } else throw new Error(`there is no such line: ${line}`);
    }
    return 0;
  }

  in(box: string): string[] {
    const folder = join(this.folder, box, 'new');
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'latin1'));
  }

  said(name: string): string | undefined {
    const path = join(this.folder, name);
    return existsSync(path) ? readFileSync(path, 'latin1') : undefined;
  }
}

/** A result of ours on top, the message whole, and no other field that claims to be ours. */
function expectAnnotated(texts: readonly string[], result: string, message: string): void {
  expect(texts).toHaveLength(1);
  expect(texts[0]).toMatch(new RegExp(`^Authentication-Results: mx\\.example\\.org;\\s+dkim=${result}\\b`));
  // procmail puts an empty line behind every message, which signatures do not cover.
  expect(texts[0]!.replace(/\n\n$/, '\n').endsWith(message)).toBe(true);
  expect(texts[0]!.match(/^Authentication-Results:/gm)).toHaveLength(1);
}

describe('docs and manual page', () => {
  it.each([
    ['docs/mail-systems.md', 'In a `.qmail` file', '|condredirect ada-signed'],
    ['docs/mail-systems.md', '## maildrop', 'xfilter'],
    ['docs/mail-systems.md', '## procmail', ':0 fw'],
    ['docs/cron.md', '## Sent mail', '17 4'],
  ])('say the same (%s, %s)', (file, behind, start) => {
    const lines = blockBehind(file, behind).trimEnd();
    const page = readFileSync(join(root, 'man', PAGE), 'utf8')
      .replaceAll('\\e', '\\')
      .replaceAll('\\&', '');
    expect(lines).toContain(start);
    expect(page).toContain(lines);
  });
});

/** @returns what the agent that delivers ended with */
type Deliver = (home: Home, input: string, skip: (reason: string) => never) => Promise<Run>;

const AGENTS: readonly (readonly [string, Deliver])[] = [
  [
    'maildrop',
    (home, input, skip) => {
      const maildrop = needProgram('maildrop', 'maildrop', skip);
      // It takes its own PATH and HOME, whatever the environment says.
      const settings = `PATH="${home.path}"\nHOME="${home.folder}"\n`;
      home.file('mailfilter', settings + manualBlock(PAGE, '.Pa .mailfilter'));
      return home.run(maildrop, ['./mailfilter'], { input });
    },
  ],
  [
    'procmail',
    (home, input, skip) => {
      const procmail = needProgram('procmail', 'procmail', skip);
      const settings = `PATH=${home.path}\nHOME=${home.folder}\nSHELL=/bin/sh\n`;
      home.file('procmailrc', settings + manualBlock(PAGE, '.Pa .procmailrc'));
      return home.run(procmail, ['./procmailrc'], { input });
    },
  ],
];

describe.each(AGENTS)('%s', (_name, deliver) => {
  it('files what is signed, what is forged, and what pretends', async ({ skip }) => {
    const home = new Home();
    for (const input of [SIGNED, FORGED]) expect(await deliver(home, input, skip)).toMatchObject({ status: 0 });
    expectAnnotated(home.in('Maildir'), 'pass', SIGNED);
    expectAnnotated(home.in('Maildir/.Suspect'), 'fail', FORGED);
    const other = new Home();
    expect(await deliver(other, FOREIGN, skip)).toMatchObject({ status: 0 });
    expectAnnotated(other.in('Maildir'), 'none', UNSIGNED);
    const nameless = new Home();
    expect(await deliver(nameless, NO_FROM, skip)).toMatchObject({ status: 0 });
    expectAnnotated(nameless.in('Maildir'), 'none', NO_FROM);
  });

  it('defers when dktool fails', async ({ skip }) => {
    const home = new Home();
    home.breakDktool();
    expect(await deliver(home, SIGNED, skip)).toMatchObject({ status: 75 });
    expect([...home.in('Maildir'), ...home.in('Maildir/.Suspect')]).toEqual([]);
  });
});

/** condredirect and bouncesaying of qmail, as their manual pages say. */
function withQmail(home: Home): void {
  home.program(
    'condredirect',
    'to=$1; shift; cat >message; "$@" <message; case $? in 0) echo "$to" >redirected; exit 99;; 111) exit 111;; *) exit 0;; esac',
  );
  home.program(
    'bouncesaying',
    'say=$1; shift; "$@"; case $? in 0) echo "$say" >bounced; exit 100;; 111) exit 111;; *) exit 0;; esac',
  );
}

/** preline of qmail, as its manual page says: its lines on top, and without -f a `From ` line above them. */
function withPreline(home: Home): void {
  home.program(
    'preline',
    `u='From ada@example.com Thu Jan  1 00:00:00 1970\n'; [ "$1" != -f ] || { u=; shift; }
{ printf "$u"; printf %s "$RPLINE$DTLINE"; cat; } | "$@"`,
  );
}

it('maildrop under qmail gets no mbox line', async ({ skip }) => {
  const home = new Home();
  const maildrop = needProgram('maildrop', 'maildrop', skip);
  const settings = `PATH="${home.path}"\nHOME="${home.folder}"\n`;
  home.file('mailfilter', settings + manualBlock(PAGE, '.Pa .mailfilter'));
  home.program('maildrop', `exec '${maildrop}' ./mailfilter`);
  withPreline(home);
  const [, line = ''] = /^\.Dl (\|preline .*)$/m.exec(readFileSync(join(root, 'man', PAGE), 'utf8')) ?? [];
  const added = { RPLINE: 'Return-Path: <ada@example.com>\n', DTLINE: 'Delivered-To: me@example.org\n' };
  expect(await home.qmailLocal(line, SIGNED, added)).toBe(0);
  expectAnnotated(home.in('Maildir'), 'pass', added.RPLINE + added.DTLINE + SIGNED);
});

describe('.qmail', () => {
  it.each([
    [SIGNED, 99, 'ada-signed\n', 0],
    [FORGED, 0, undefined, 1],
    [UNSIGNED, 0, undefined, 1],
    [NO_FROM, 0, undefined, 1],
  ])('what its author signed goes elsewhere (%#)', async (input, status, redirected, delivered) => {
    const home = new Home();
    withQmail(home);
    expect(await home.qmailLocal(manualBlock(PAGE, 'Put mail signed by its author'), input)).toBe(status);
    expect(home.said('redirected')).toBe(redirected);
    expect(home.in('Maildir')).toHaveLength(delivered);
  });

  it.each([
    [SIGNED, 0, 1],
    [FORGED, 100, 0],
    [UNSIGNED, 0, 1],
    [NO_FROM, 0, 1],
  ])('what is signed wrongly bounces (%#)', async (input, status, delivered) => {
    const home = new Home();
    withQmail(home);
    expect(await home.qmailLocal(manualBlock(PAGE, 'Bounce mail with a signature'), input)).toBe(status);
    expect(home.said('bounced')).toBe(status === 100 ? 'The signature is wrong.\n' : undefined);
    expect(home.in('Maildir')).toHaveLength(delivered);
  });

  it.each(['Put mail signed by its author', 'Bounce mail with a signature'])('%s: waits for DNS', async (behind) => {
    const home = new Home();
    withQmail(home);
    home.breakDktool();
    expect(await home.qmailLocal(manualBlock(PAGE, behind), SIGNED)).toBe(111);
    expect(home.in('Maildir')).toEqual([]);
  });

  it('a script annotates, below what qmail-local adds', async ({ skip }) => {
    needProgram('safecat', 'safecat', skip);
    const home = new Home();
    home.file('bin/annotate', manualBlock(PAGE, '.Pa bin/annotate'), 0o755);
    const lines = { RPLINE: 'Return-Path: <ada@example.com>\n', DTLINE: 'Delivered-To: me@example.org\n' };
    expect(await home.qmailLocal('|bin/annotate', FOREIGN, lines)).toBe(0);
    const [text] = home.in('Maildir');
    expect(text!.startsWith(lines.RPLINE + lines.DTLINE)).toBe(true);
    expectAnnotated([text!.slice((lines.RPLINE + lines.DTLINE).length)], 'none', UNSIGNED);
    home.breakDktool();
    expect(await home.qmailLocal('|bin/annotate', SIGNED, lines)).toBe(111);
    expect(home.in('Maildir')).toHaveLength(1);
    expect(readFileSync(join(root, 'man', PAGE), 'utf8')).toContain('.Dl |bin/annotate\n');
  });
});

describe('cron', () => {
  it.each([
    [SIGNED, []],
    [FORGED, [': fail from=ada@example.com', ': dkim=fail reason=signature-mismatch d=example.com']],
    [UNSIGNED, [': none from=ada@example.com']],
  ])('speaks only when something is wrong, and says which file it is (%#)', async (message, said) => {
    const home = new Home();
    home.file('Maildir/new/1', SIGNED);
    home.file('Maildir/new/2', message);
    const line = manualBlock(PAGE, '.Sh CRON').replace('/var/spool/sent', join(home.folder, 'Maildir'));
    const [, command] = /^17 4 \* \* \* (.*)$/m.exec(line)!;
    const { stdout } = await home.run('/bin/sh', ['-c', command!]);
    const lines = stdout.split('\n').filter((text) => text !== '');
    expect(lines.map((text, i) => text.slice(0, `${home.folder}/Maildir/new/2${said[i]}`.length))).toEqual(
      said.map((text) => `${home.folder}/Maildir/new/2${text}`),
    );
  });
});

describe('the installation', () => {
  it.each([
    ['the manual page', () => manualLine('dktool-qmail.7', 'contrib/qmail/install')],
    ['docs/mail-systems.md', () => blockBehind('docs/mail-systems.md', 'As root, after installing')],
  ])('of %s puts both launchers in place', async (_name, block) => {
    const qmail = new QmailHome();
    const home = new Home();
    qmail.program('qmail-remote', readFileSync(qmail.path('bin', 'qmail-remote.orig'), 'utf8'));
    await runProgram('rm', [qmail.path('bin', 'qmail-remote.orig')]);
    home.program('npm', `echo '${home.folder}'`);
    await runProgram('ln', ['-s', root, join(home.folder, 'dktool')]);
    const commands = block()
      .replaceAll('/var/qmail', qmail.folder)
      .replace('contrib/qmail/install"', `$& '${qmail.folder}'`);
    expect(commands).toContain(`install" '${qmail.folder}'`);
    expect(await home.run('/bin/sh', ['-e', '-c', commands])).toMatchObject({ status: 0, stderr: '' });
    const installed = readdirSync(qmail.path('bin')).sort();
    expect(installed).toEqual(['dktool-queue', 'qmail-queue', 'qmail-remote', 'qmail-remote.orig']);

    qmail.control('dksign', `${qmail.key('example.com', 'rsa1024')}\n`);
    const sent = await qmail.remote({ command: [qmail.path('bin', 'qmail-remote')], input: UNSIGNED });
    expect(sent).toMatchObject({ status: 0, report: 'r\0Kaccepted\n\0', stderr: '' });
    const env = { DKVERIFY: '', DKTOOL_ZONE: '/dev/null' };
    const queued = await qmail.queue({ command: [qmail.path('bin', 'dktool-queue')], input: UNSIGNED, env });
    expect(queued).toMatchObject({ status: 0, stderr: '' });
    const messages = qmail.deliveries.map(({ message }) => message);
    expect(messages.filter((text) => text.startsWith('DKIM-Signature:'))).toHaveLength(1);
    expect(messages.filter((text) => text.startsWith('Authentication-Results:'))).toHaveLength(1);
  });
});

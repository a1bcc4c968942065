/** The recipes of README.md and dktool-qmail(7), run as they are written there. */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DKTOOL, type Run, runProgram, type RunOptions, temporaryFolder } from '../support/bin.ts';
import { needProgram } from '../support/peers.ts';
import { QmailHome } from '../support/qmail-standins.ts';
import { manualBlock, readmeBlock } from '../support/recipes.ts';

const PAGE = 'dktool-qmail.7';
const root = fileURLToPath(new URL('../..', import.meta.url));
const SIGNED = readFileSync(join(root, 'examples/signed.eml'), 'latin1');
const FORGED = SIGNED.replace(/^Subject: /m, 'Subject: not ');
const UNSIGNED = readFileSync(join(root, 'examples/plain.eml'), 'latin1');
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
      `command=$1; shift\nexec '${process.execPath}' '${DKTOOL}' "$command" --zone '${zone}' "$@"`,
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

describe('README and manual page', () => {
  it.each([
    ['In a `.qmail` file:', '|condredirect me-signed'],
    ['maildrop, in', 'xfilter'],
    ['procmail, in', ':0 fw'],
    ['Postfix, in a script', 'dktool verify --exit-style sysexits'],
    ['cron: be told', '17 4'],
  ])('say the same (%s)', (behind, start) => {
    const lines = readmeBlock(behind).trimEnd();
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

describe('.qmail', () => {
  it.each([
    [SIGNED, 99, 'me-signed\n', 0],
    [FORGED, 0, undefined, 1],
    [UNSIGNED, 0, undefined, 1],
  ])('what its author signed goes elsewhere (%#)', async (input, status, redirected, delivered) => {
    const home = new Home();
    withQmail(home);
    expect(await home.qmailLocal(manualBlock(PAGE, 'Put what its author signed'), input)).toBe(status);
    expect(home.said('redirected')).toBe(redirected);
    expect(home.in('Maildir')).toHaveLength(delivered);
  });

  it.each([
    [SIGNED, 0, 1],
    [FORGED, 100, 0],
    [UNSIGNED, 0, 1],
  ])('what is signed wrongly bounces (%#)', async (input, status, delivered) => {
    const home = new Home();
    withQmail(home);
    expect(await home.qmailLocal(manualBlock(PAGE, 'Bounce what is signed wrongly'), input)).toBe(status);
    expect(home.said('bounced')).toBe(status === 100 ? 'The signature is wrong.\n' : undefined);
    expect(home.in('Maildir')).toHaveLength(delivered);
  });

  it.each(['Put what its author signed', 'Bounce what is signed wrongly'])('%s: waits for DNS', async (behind) => {
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

/** pipe(8) runs the argv of master.cf, with its macros expanded. */
async function pipe(home: Home, script: string, input: string) {
  const sendmail = join(home.folder, 'bin/sendmail');
  home.program('sendmail', 'printf "%s\\n" "$@" >arguments; cat >sent');
  home.file(
    'bin/filter',
    script.replaceAll('/usr/sbin/sendmail', sendmail).replace('PATH=', `PATH=${home.path}:`),
    0o755,
  );
  const argv = ['-f', 'ada@example.com', '--', 'me@example.org', 'you@example.org'];
  // As pipe(8) has it, /usr/local/bin left out.
  return home.run(join(home.folder, 'bin/filter'), argv, { input, env: { PATH: '/usr/bin:/bin' } });
}

describe('Postfix', () => {
  it('sends the annotated message on, with its envelope', async () => {
    const home = new Home();
    expect(manualBlock(PAGE, '.Pa master.cf :')).toContain('argv=/usr/local/bin/dkverify -f ${sender} -- ${recipient}');
    expect(await pipe(home, manualBlock(PAGE, '.Pa /usr/local/bin/dkverify :'), FORGED)).toMatchObject({
      status: 0,
      stdout: '',
    });
    expectAnnotated([home.said('sent')!], 'fail', FORGED);
    expect(home.said('arguments')).toBe('-G\n-i\n-f\nada@example.com\n--\nme@example.org\nyou@example.org\n');
  });

  it('defers when dktool fails, and sends nothing', async () => {
    const home = new Home();
    home.breakDktool();
    expect(await pipe(home, manualBlock(PAGE, '.Pa /usr/local/bin/dkverify :'), SIGNED)).toMatchObject({ status: 75 });
    expect(home.said('sent')).toBeUndefined();
  });

  it('signs with the script of dktool-sign(1)', async () => {
    const home = new Home();
    const script = manualBlock('dktool-sign.1', '.Pa /usr/local/bin/dksign :');
    mkdirSync(join(home.folder, 'keys/example.com'), { recursive: true });
    copyFileSync(join(root, 'test/vectors/keys/rsa2048.pem'), join(home.folder, 'keys/example.com/default'));
    const here = script.replaceAll('/etc/domainkeys', join(home.folder, 'keys'));
    expect(await pipe(home, here, UNSIGNED)).toMatchObject({ status: 0, stdout: '' });
    expect(home.said('sent')).toMatch(/^DKIM-Signature: /);
    expect(home.said('sent')!.endsWith(UNSIGNED)).toBe(true);
  });
});

describe('cron', () => {
  it.each([
    [SIGNED, ''],
    [FORGED, 'DKIM: 1\n'],
  ])('speaks only when something is wrong (%#)', async (message, said) => {
    const home = new Home();
    home.file('Maildir/new/1', message);
    const line = manualBlock(PAGE, '.Ss cron').replace('/var/spool/sent', join(home.folder, 'Maildir'));
    const [, command] = /^17 4 \* \* \* (.*)$/m.exec(line)!;
    const { stdout } = await home.run('/bin/sh', ['-c', command!]);
    expect(stdout).toBe(said);
  });
});

describe('the installation', () => {
  it.each([
    ['the manual page', () => manualBlock(PAGE, '.Ql npm install -g\nof the package')],
    ['the README', () => readmeBlock('As root, after the installation')],
  ])('of %s puts both launchers in place', async (_name, block) => {
    const qmail = new QmailHome();
    const home = new Home();
    qmail.program('qmail-remote', readFileSync(qmail.path('bin', 'qmail-remote.orig'), 'utf8'));
    await runProgram('rm', [qmail.path('bin', 'qmail-remote.orig')]);
    home.program('npm', `echo '${home.folder}'`);
    await runProgram('ln', ['-s', root, join(home.folder, 'dktool')]);
    const commands = block().replaceAll('/var/qmail', qmail.folder);
    expect(await home.run('/bin/sh', ['-e', '-c', commands])).toEqual({ status: 0, stdout: '', stderr: '' });
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

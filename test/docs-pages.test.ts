/** README.md and docs/*.md: their commands run as they stand, their links lead somewhere, their figures are those measured. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/index.ts';
import { DKTOOL, runProgram, runDktool, temporaryFolder } from './support/bin.ts';
import type { Context } from '../src/console/context.ts';
import { MemorySink, MemorySource } from '../src/console/streams/bytes.ts';
import { blocks, commandLines, PAGES, pageText } from './support/pages.ts';
import { leaveOut, needProgram } from './support/peers.ts';
import { DOMAIN, keyPath, keyRecord } from './support/vectors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What remakes parts of the pages. */
const { figures } = (await import(`${root}bench/figures.mjs`)) as {
  figures: (table: string) => Record<string, string>;
};
const { PICTURE, picture } = (await import(`${root}scripts/picture.mjs`)) as { PICTURE: string; picture: () => string };
const { compare, isOfTheseVersions, missingPackages, pageWith } = (await import(`${root}scripts/compare.mjs`)) as {
  compare: () => Promise<string>;
  isOfTheseVersions: () => boolean;
  missingPackages: () => string[];
  pageWith: (table: string) => string;
};

describe.each(PAGES)('%s', (page) => {
  it('says in its first paragraph what it is for', () => {
    const [, first = ''] = /^# .*\n\n([^#][^]*?)\n\n/.exec(pageText(page)) ?? [];
    expect(first).toMatch(page === 'README.md' ? /^dktool / : /^How |^What /);
  });

  it('links to what is there', () => {
    for (const [, link] of pageText(page).matchAll(/\]\(([^):]+)\)/g)) {
      const [path, fragment] = link!.split('#');
      const target = path === '' ? page : relative(root, join(root, dirname(page), path!));
      expect(existsSync(join(root, target)), link).toBe(true);
      if (fragment === undefined) continue;
      const headings = [...pageText(target).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title!);
      expect(
        headings.map((title) =>
          title
            .toLowerCase()
            .replace(/[^\w -]/g, '')
            .replaceAll(' ', '-'),
        ),
      ).toContain(fragment);
    }
  });

  it('has only command lines that dktool takes', async () => {
    for (const args of commandLines(page)) expect(await problemOf(args), args.join(' ')).toBe('');
  });
});

/** What stands for a value where a table shows the shape of a command. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  BITS: '2048',
  N: '2048',
  ID: '@example.com',
  D: 'example.com',
};

const NO_CONTEXT: Context = {
  stdin: new MemorySource(new Uint8Array()),
  stdout: new MemorySink(),
  stderr: new MemorySink(),
  env: {},
  now: () => 0,
  liveResolver: () => Promise.reject(new Error('nothing is run')),
};

/** Why a command line would be refused before anything is done; empty: it would not. */
async function problemOf([name = '', ...args]: readonly string[]): Promise<string> {
  if (name.startsWith('-')) return /^--(?:version|help|config-file)$/.test(name) ? '' : `unknown option ${name}`;
  const entry = COMMANDS.find((command) => command.name === name);
  if (entry === undefined) return `unknown command '${name}'`;
  const program = new Command();
  (await entry.load()).register(program, NO_CONTEXT, () => {});
  const command = program.commands.find((one) => one.name() === name)!;
  command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    const { unknown } = command.parseOptions(args.map((arg) => PLACEHOLDERS[arg] ?? arg));
    return unknown.join(' ');
  } catch (error) {
    return String(error);
  }
}

it('the README fits a reader in a hurry, and links to every page and manual page', () => {
  const text = pageText('README.md');
  expect(text.split(/\s+/).length).toBeLessThan(1_000);
  const links = [...text.matchAll(/\]\(([^):#]+)\)/g)].map(([, path]) => path);
  const { man } = JSON.parse(pageText('package.json')) as { man: string[] };
  expect(links).toEqual(expect.arrayContaining([...PAGES.slice(1), ...man]));
});

describe('figures', () => {
  it.each(['README.md', 'README.ja.md', 'docs/comparison.md'] as const)(
    'in %s are those of the table in bench/README.md',
    (page) => {
      expect(pageText(page)).toContain(
        `<!-- figures -->\n${figures(pageText('bench/README.md'))[page]}\n<!-- /figures -->`,
      );
    },
  );

  it('of the comparison are what the programs do (npm run compare)', { timeout: 300_000 }, async ({ skip }) => {
    const missing = missingPackages();
    if (missing.length > 0) leaveOut(`not installed: ${missing.join(' ')}`, skip);
    if (!isOfTheseVersions()) skip('the table is of other versions than those installed here');
    expect(pageWith(await compare())).toBe(pageText('docs/comparison.md'));
  });
});

it('the picture shows what the program prints (npm run picture)', ({ skip }) => {
  needProgram('script', 'bsdutils', skip);
  expect(picture()).toBe(readFileSync(PICTURE, 'utf8'));
});

/** A machine in a directory: files and DNS as the pages suppose them. */
class Machine {
  readonly root = temporaryFolder();
  readonly cwd = join(this.root, 'work');

  constructor() {
    for (const name of [
      'work',
      'bin',
      'home',
      'usr/local/bin',
      'etc/fish/completions',
      'etc/tinydns/root',
      'archive',
    ]) {
      mkdirSync(join(this.root, name), { recursive: true });
    }
    for (const shell of ['bash-completion/completions', 'zsh/site-functions']) {
      mkdirSync(join(this.root, 'usr/local/share', shell), { recursive: true });
    }
    cpSync(join(root, 'examples'), join(this.cwd, 'examples'), { recursive: true });
    this.key('work/2026a');
    this.key(`etc/domainkeys/${DOMAIN}/2026a`);
    symlinkSync('2026a', join(this.root, `etc/domainkeys/${DOMAIN}/default`));
    this.write('etc/opendkim.conf', `Domain ${DOMAIN}\nSelector 2026a\nKeyFile ${this.root}/work/2026a\n`);
    const record = keyRecord('rsa2048')
      .match(/.{1,200}/g)!
      .map((text) => `"${text}"`)
      .join(' ');
    this.write('work/2026a.zone', `2026a._domainkey.${DOMAIN}. IN TXT ${record}\n`);
    this.write('work/old-keys.zone', `2026a._domainkey.${DOMAIN}. IN TXT ${record}\n`);
    this.write(
      'zone.json',
      JSON.stringify({
        [DOMAIN]: { TXT: ['v=spf1 ip4:203.0.113.5 mx -all'], MX: [{ preference: 10, exchange: `mail.${DOMAIN}` }] },
        [`mail.${DOMAIN}`]: { A: ['203.0.113.5'] },
        [`_dmarc.${DOMAIN}`]: { TXT: [`v=DMARC1; p=reject; rua=mailto:postmaster@${DOMAIN}`] },
      }),
    );
    copyFileSync(join(root, 'examples/plain.eml'), join(this.cwd, 'msg.eml'));
    this.write('work/sessions.txt', '192.0.2.1 mail.example.org user@example.com\n');
    this.write('work/new.txt', 'v=spf1 mx -all');
    for (const name of ['update.key', 'dktool_0.1.0-1_amd64.deb', 'dktool-linux-x64', 'dktool-0.1.0.tgz']) {
      this.write(`work/${name}`, '');
    }
    // rotate takes no zone file from its settings.
    const offline = `[ "$1" != rotate ] || set -- "$@" --zone '${this.root}/zone.json'`;
    this.program('dktool', `${offline}\nexec '${process.execPath}' '${DKTOOL}' "$@"`);
    for (const name of ['apt', 'npm', 'nsupdate', 'sendmail', 'deliver']) {
      this.program(
        name,
        `echo "${name} $*" >> '${this.root}/calls'; case ${name} in apt|npm) ;; *) cat > '${this.root}/${name}';; esac`,
      );
    }
  }

  /** What has been signed with the key. */
  async sign(): Promise<void> {
    const { stdout } = await runDktool(['sign', '-q', '-k', join(this.cwd, '2026a'), join(this.cwd, 'msg.eml')]);
    const received = `Return-Path: <ada@example.com>\nReceived: from mail.example.com (mail.example.com [203.0.113.5])\n\tby mx.example.org with ESMTP; Mon, 02 Feb 2026 09:14:05 +0100\n`;
    for (const name of ['signed.eml', 'old.eml']) this.write(`work/${name}`, stdout);
    this.write('work/saved.eml', received + stdout);
    for (const name of ['archive.mbox', 'old.mbox']) {
      this.write(`work/${name}`, `From ada@example.com Mon Feb  2 09:14:05 2026\n${received}${stdout}\n`);
    }
    this.write('archive/1', stdout);
    this.write('home/Maildir/new/1', stdout);
    this.write('home/Maildir/new/2', readFileSync(join(root, 'examples/from-list.eml'), 'latin1'));
  }

  key(path: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    copyFileSync(keyPath('rsa2048'), join(this.root, path));
    chmodSync(join(this.root, path), 0o600);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text, 'latin1');
  }

  program(name: string, script: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.root, 'bin', name), 0o755);
  }

  run(script: string) {
    const here = script.replace(/(?<=[\s'"=])\/(?=(?:etc|usr\/local|archive)\b)/g, `${this.root}/`);
    const zones = ['zone.json', 'work/2026a.zone', 'work/examples/signed.zone'].map((name) => join(this.root, name));
    return runProgram('bash', ['--norc', '-e', '-o', 'pipefail', '-c', here], {
      cwd: this.cwd,
      env: {
        PATH: `${join(this.root, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`,
        HOME: join(this.root, 'home'),
        DKTOOL_ZONE: zones.join(':'),
      },
    });
  }
}

/** Lines that end with a verdict, and which: not 0, although all is as it should be. */
const VERDICTS: Readonly<Record<string, number>> = {
  'dktool verify -r --summary ~/Maildir': 1,
  'dktool verify -r --json ~/Maildir | jq -r \'select(.result != "pass") | .file\'': 1,
  "dktool verify --explain --json -r ~/Maildir | jq -r '.dkim.signatures[]?.explanation.changes[]?.kind' | sort | uniq -c": 1,
  'dktool spf-check --batch < sessions.txt | jq -r \'select(.result=="fail") | .domain\'': 1,
  'dktool verify --explain --restore was.eml --zone examples/signed.zone examples/from-list.eml': 1,
  'dktool verify --dmarc --fail-on dmarc -q < msg.eml && deliver < msg.eml': 1,
};

/** It asks name servers on port 53, and waits. */
const ASKS_NAME_SERVERS = / --(?:all-ns|keyring-add) /;

/** Pages that other tests run, with the systems that they are about. */
const TESTED_ELSEWHERE = ['docs/mail-systems.md', 'docs/archives.md', 'docs/milter.md'];

/** Run all shell blocks of a page, one after the other. @returns what they print */
async function runPage(page: string, machine: Machine): Promise<string> {
  await machine.sign();
  let output = '';
  for (const { heading, text } of blocks(page, 'sh')) {
    for (const [, name] of text.matchAll(/ keygen .*-s (\S+)/g)) rmSync(join(machine.cwd, name!), { force: true });
    const lines = text.split('\n').filter((line) => !ASKS_NAME_SERVERS.test(line));
    const script = lines.map((line) => {
      const command = line.replace(/\s+# .*$/, '').trim();
      return command in VERDICTS ? `${command} && exit 99 || test $? = ${VERDICTS[command]}` : line;
    });
    const { status, stdout, stderr } = await machine.run(script.join('\n'));
    expect({ status, stderr: stderr.replace(/^dktool: .*\n/gm, '') }, `${heading}:\n${text}\n${stderr}`).toEqual({
      status: 0,
      stderr: '',
    });
    output += stdout;
  }
  return output;
}

describe('the shell lines of', () => {
  const pages = PAGES.filter((page) => blocks(page, 'sh').length > 0 && !TESTED_ELSEWHERE.includes(page));
  it.each(pages.filter((page) => page !== 'README.md'))('%s run as they stand', async (page) => {
    await runPage(page, new Machine());
  });

  it('README.md make a key, sign with it, and find the signature valid', async () => {
    const machine = new Machine();
    const output = await runPage('README.md', machine);
    expect(output).toMatch(/^2026a\._domainkey\.example\.com\. IN TXT "v=DKIM1; k=rsa; p=/m);
    expect(output.match(/^signed\.eml: pass from=ada@example\.com$/gm)).toHaveLength(3);
    const [message, signed] = ['msg.eml', 'signed.eml'].map((name) => readFileSync(join(machine.cwd, name), 'latin1'));
    expect(signed!.endsWith(message!)).toBe(true);
  });
});

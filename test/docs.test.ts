/** What users read says what the program does: manual pages, docs and help are held against the code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/commands/index.ts';
import { MemorySink, MemorySource } from '../src/console/streams/bytes.ts';
import type { Context } from '../src/console/context.ts';
import { EXIT_STYLES, exitStatus, type Outcome } from '../src/console/outcome.ts';
import { KEY_FINDING_CODES } from '../src/lib/keys/published/finding.ts';
import { SERVER_FINDING_CODES } from '../src/lib/dns/survey/agreement.ts';
import { ARC_REASONS } from '../src/lib/arc/verdict.ts';
import { CHANGE_KINDS } from '../src/lib/explain/change.ts';
import { DMARC_REASONS } from '../src/lib/dmarc/evaluate.ts';
import { SENDER_CHECKS, TRANSIT_CHECKS } from '../src/lib/preflight/checks.ts';
import { DKIM_REASONS, DOMAINKEYS_REASONS } from '../src/lib/verdict.ts';
import { main } from '../src/main.ts';
import { runProgram, temporaryFolder } from './support/bin.ts';
import { PAGES, pageText } from './support/pages.ts';
import { needProgram } from './support/peers.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** A service is a matter of administrators (section 8). */
const pageOf = (command: string) => `dktool-${command}.${command === 'serve' ? 8 : 1}`;
/** In English; `man/ja` is the matter of docs-japanese.test.ts. */
const MANUAL = readdirSync(join(root, 'man'))
  .filter((file) => /\.\d$/.test(file))
  .sort();
const OUTCOMES: readonly Outcome[] = ['ok', 'negative', 'nothing', 'permanent', 'temporary'];

function fakeContext(stdout = new MemorySink(false, 200)): Context {
  return {
    stdin: new MemorySource(new Uint8Array()),
    stdout,
    stderr: new MemorySink(),
    env: {},
    now: () => 0,
    liveResolver: () => Promise.reject(new Error('help asks no name server')),
  };
}

async function helpOf(...command: string[]): Promise<string> {
  const stdout = new MemorySink(false, 200);
  expect(await main([...command, '--help', '--all'], fakeContext(stdout), COMMANDS)).toBe(0);
  return stdout.text;
}

/** The options that the help of a command lists, short and long ones. */
async function optionsOf(name: string): Promise<Set<string>> {
  const program = new Command();
  const module = await COMMANDS.find((command) => command.name === name)!.load();
  module.register(program, fakeContext(), () => {});
  const command = program.commands.find((one) => one.name() === name)!;
  const visible = command.createHelp().visibleOptions(command);
  return new Set(visible.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined));
}

/** The text of a section (`.Sh`) or subsection (`.Ss`). */
function section(page: string, title: string): string {
  const start = new RegExp(`^\\.(S[hs]) ${title}\n`, 'm').exec(page);
  if (start === null) throw new Error(`there is no section ${title}`);
  const text = page.slice(start.index + start[0].length);
  return text.split(start[1] === 'Sh' ? /^\.Sh /m : /^\.S[hs] /m)[0]!;
}

/** The options that a page has as list items: `-k` and `--key` of `.It Fl k , Fl -key Ar file`. */
function optionItems(page: string): Set<string> {
  const items = page.match(/^\.It Fl .*$/gm) ?? [];
  return new Set(
    items.flatMap((item) => [...item.matchAll(/\bFl (-?[A-Za-z0-9][\w-]*)/g)].map(([, flag]) => `-${flag}`)),
  );
}

/** The codes that a section has as list items, `.It Cm code`. */
const codeItems = (text: string) => [...text.matchAll(/^\.It Cm ([a-z0-9-]+)$/gm)].map(([, code]) => code!);

/** mdoc as plain words, enough to find a rule in it: `(RFC 6376 section 3.5, Ql t=)` is `RFC 6376 3.5 t=`. */
const wordsOf = (text: string) => text.replace(/sections? |, Ql\b|^\.\w+ /gm, '').replace(/\s+/g, ' ');

/** Of an explanation: how many tries it took is no matter of the manual. */
const withoutCounts = (text: string) => text.replace(/\(\d+ tries\)/, '(tries)');

const sorted = (items: Iterable<string>) => [...items].sort((a, b) => (a < b ? -1 : 1));

describe('the manual pages', () => {
  it('are there for the program and each command, and the package installs them', () => {
    const wanted = ['dktool.1', ...COMMANDS.map(({ name }) => pageOf(name))];
    expect(MANUAL).toEqual(expect.arrayContaining(wanted));
    const { man } = JSON.parse(textOf('package.json')) as { man: string[] };
    expect(sorted(man)).toEqual(MANUAL.map((page) => `man/${page}`));
    const { bin } = JSON.parse(textOf('package.json')) as { bin: Record<string, string> };
    for (const program of Object.keys(bin)) expect(MANUAL.map((page) => page.replace(/\.\d$/, ''))).toContain(program);
  });

  it.each(COMMANDS.map(({ name }) => name))('the page of %s has the options of --help and no others', async (name) => {
    const help = await optionsOf(name);
    const items = optionItems(textOf(`man/${pageOf(name)}`));
    // -h is described once, for all commands, in dktool.1
    for (const flag of ['-h', '--help']) {
      help.delete(flag);
      items.delete(flag);
    }
    expect(sorted(items)).toEqual(sorted(help));
  });

  it('dktool.1 has the options of the program, and describes every command', async () => {
    const page = textOf('man/dktool.1');
    const help = await helpOf();
    const flags = help.match(/(?<=^ {2}(?:-\w, )?)--?\w[\w-]*/gm) ?? [];
    expect(flags).toContain('--version');
    expect([...optionItems(page)]).toEqual(expect.arrayContaining(flags));
    for (const { name } of COMMANDS) expect(codeItems(page)).toContain(name);
  });

  it('dktool.1 has the table of exit statuses in all styles', () => {
    const table = section(textOf('man/dktool.1'), 'EXIT STATUS');
    for (const outcome of OUTCOMES) {
      const statuses = EXIT_STYLES.map((style) => exitStatus(outcome, style));
      expect(table).toContain(`.It ${outcome} Ta ${statuses.join(' Ta ')} Ta `);
    }
  });

  it.each(COMMANDS.map(({ name }) => name))(
    'the page of %s has the exit statuses of --help, in both styles',
    async (name) => {
      const [, said = ''] = /^Exit status: ([^]*)$/m.exec(await helpOf(name)) ?? [];
      const items = section(textOf(`man/${pageOf(name)}`), 'EXIT STATUS')
        .split(/^(?=\.It )/m)
        .slice(1);
      const statuses = new Set((said.match(/(?<![\d.])\b(?:0|1|2|100|111)\b(?![.\d])/g) ?? []).map(Number));
      expect(items.map((item) => Number(/^\.It (\d+)$/m.exec(item)?.[1]))).toEqual([...statuses].sort((a, b) => a - b));
      for (const item of items.slice(1)) {
        const status = Number(/\d+/.exec(item)![0]);
        const outcome = OUTCOMES.find((word) => exitStatus(word, 'qmail') === status)!;
        expect(item).toContain(`sysexits: ${exitStatus(outcome, 'sysexits')}`);
      }
    },
  );

  it('dktool-verify.1 has every reason, under its result and with its rule', () => {
    const reasons = section(textOf('man/dktool-verify.1'), 'Reasons');
    expect(sorted(codeItems(reasons))).toEqual(Object.keys(DKIM_REASONS).sort());
    for (const [reason, { result, rule }] of Object.entries(DKIM_REASONS)) {
      const [before = '', after = ''] = reasons.split(`.It Cm ${reason}\n`);
      expect(/[^]*^\.Cm (\w+) :$/m.exec(before)?.[1], reason).toBe(result);
      expect(wordsOf(after.split(/^\.(?:It|El)\b/m)[0]!), reason).toContain(rule);
    }
  });

  it('dktool-verify.1 has every reason of DomainKeys, with its result and its rule', () => {
    const items = section(textOf('man/dktool-verify.1'), 'DomainKeys reasons')
      .split(/^\.It Cm /m)
      .slice(1);
    const known = new Map(items.map((item) => [item.split('\n')[0]!, item]));
    expect(sorted(known.keys())).toEqual(sorted(Object.keys(DOMAINKEYS_REASONS)));
    for (const [reason, { result, rule }] of Object.entries(DOMAINKEYS_REASONS)) {
      expect(known.get(reason), reason).toContain(`\n.Cm ${result} :\n`);
      expect(wordsOf(known.get(reason)!), reason).toContain(rule);
    }
  });

  it.each([
    ['DMARC', DMARC_REASONS],
    ['ARC', ARC_REASONS],
  ])('dktool-verify.1 has every reason of %s, with its result and its rule', (method, reasons) => {
    const items = section(textOf('man/dktool-verify.1'), `${method} reasons`)
      .split(/^\.It Cm /m)
      .slice(1);
    const known = new Map(items.map((item) => [item.split('\n')[0]!, item]));
    expect(sorted(known.keys())).toEqual(sorted(Object.keys(reasons)));
    for (const [reason, { result, rule }] of Object.entries(reasons)) {
      expect(known.get(reason), reason).toContain(`\n.Cm ${result} :\n`);
      expect(wordsOf(known.get(reason)!), reason).toContain(rule);
    }
  });

  it('dktool-verify.1 has every kind of change that is explained', () => {
    const kinds = section(textOf('man/dktool-verify.1'), 'Kinds of changes');
    expect(sorted(codeItems(kinds))).toEqual(sorted(Object.keys(CHANGE_KINDS)));
  });

  it('dktool-verify.1 has every finding of --preflight, with how bad it is and its rule', () => {
    for (const [title, checks] of [
      ['Transit findings', TRANSIT_CHECKS],
      ['Bulk sender findings', SENDER_CHECKS],
    ] as const) {
      const items = section(textOf('man/dktool-verify.1'), title)
        .split(/^\.It Cm /m)
        .slice(1);
      const known = new Map(items.map((item) => [item.split('\n')[0]!, item]));
      expect([...known.keys()]).toEqual(Object.keys(checks));
      for (const [code, { severity, rule }] of Object.entries(checks)) {
        expect(known.get(code), code).toContain(`\n.Em ${severity}`);
        expect(wordsOf(known.get(code)!), code).toContain(rule);
      }
    }
  });

  it('dktool-dmarc-check.1 has every finding of --lint', () => {
    const [, union = ''] = /^export type DmarcLintCode =([^;]*);/m.exec(textOf('src/lib/dmarc/lint-finding.ts')) ?? [];
    const [, problems = ''] = /^export type DmarcProblemCode =([^;]*);/m.exec(textOf('src/lib/dmarc/problem.ts')) ?? [];
    const [, pasted = ''] = /^export type PastedCode =([^;]*);/m.exec(textOf('src/lib/dmarc/lint-finding.ts')) ?? [];
    const codes = [...`${union}${problems}${pasted}`.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code!);
    expect(codes).toContain('several');
    const items = section(textOf('man/dktool-dmarc-check.1'), 'FINDINGS').match(/^\.It Cm .*$/gm) ?? [];
    expect(sorted(items.flatMap((item) => item.slice('.It Cm '.length).split(' , ')))).toEqual(sorted(codes));
  });

  it('dktool-verify.1 has every warning of DomainKeys', () => {
    const [, union = ''] = /^export type DomainKeysWarning =([^;]*);/m.exec(textOf('src/lib/verdict.ts')) ?? [];
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code!);
    const items = section(textOf('man/dktool-verify.1'), 'DomainKeys warnings').match(/^\.It Cm .*$/gm) ?? [];
    const said = items.flatMap((item) => item.slice('.It Cm '.length).split(' , '));
    expect(sorted(said)).toEqual(sorted(codes));
  });

  it('dktool-verify.1 has every warning', () => {
    const [, union = ''] = /^export type DkimWarning =([^;]*);/m.exec(textOf('src/lib/verdict.ts')) ?? [];
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map(([, code]) => code!);
    expect(codes).toContain('testing');
    expect(sorted(codeItems(section(textOf('man/dktool-verify.1'), 'Warnings')))).toEqual(sorted(codes));
  });

  it('dktool-verify.1 has every field of --json and no others', async () => {
    const stdout = new MemorySink();
    const files = ['signed.eml', 'nowhere.eml'].map((name) => join(root, 'examples', name));
    const zone = join(root, 'examples', 'signed.zone');
    await main(['verify', '--json', '--zone', zone, ...files], fakeContext(stdout), COMMANDS);
    const [verdict = '', error = ''] = stdout.text.split('\n');
    const report = JSON.parse(verdict) as { dkim: { signatures: object[] } };
    const failed = JSON.parse(error) as { error: object };
    const known = [report, report.dkim, report.dkim.signatures[0]!, failed, failed.error].flatMap(Object.keys);
    const said = section(textOf('man/dktool-verify.1'), 'JSON').match(/^\.(?:It )?Li .*$/gm) ?? [];
    const items = said
      .filter((line) => line.startsWith('.It'))
      .flatMap((line) => line.match(/\b[a-z][A-Za-z]+\b/g) ?? []);
    for (const field of known) expect(said.join('\n')).toMatch(new RegExp(`\\b${field}\\b`));
    for (const field of items) expect(known).toContain(field);
  });

  it('docs/explain.md shows an explanation as it is', async () => {
    const stdout = new MemorySink();
    const [zone, message] = ['examples/signed.zone', 'examples/from-list.eml'];
    const args = ['--explain', '--now', '1780000000', '--zone', join(root, zone), join(root, message)];
    await main(['verify', ...args], fakeContext(stdout), COMMANDS);
    // As the command line there has it: from the root, without the names before the explanation.
    const said = stdout.text.replaceAll(join(root, message), message).replace(/^.*: explain /gm, '');
    expect(withoutCounts(pageText('docs/explain.md'))).toContain(withoutCounts(said));
  });

  it('dktool-verify.1 has every field of an explanation and no others', async () => {
    const stdout = new MemorySink();
    const zone = join(root, 'examples', 'signed.zone');
    const message = join(root, 'examples', 'from-list.eml');
    await main(['verify', '--json', '--explain', '--zone', zone, message], fakeContext(stdout), COMMANDS);
    const { explanation } = (JSON.parse(stdout.text) as { dkim: { signatures: { explanation: object }[] } }).dkim
      .signatures[0]!;
    const text = section(textOf('man/dktool-verify.1'), 'Explanations in JSON');
    const items = [...text.matchAll(/^\.It Li (.*)$/gm)].flatMap(([, names]) => names!.split(' , '));
    expect(sorted(items)).toEqual(sorted([...Object.keys(explanation), 'survives']));
    for (const name of ['kind', 'count', 'at', 'text', 'field', 'from', 'to', 'by', 'guess']) {
      expect(text).toMatch(new RegExp(`^\\.Li (?:\\w+ , )*${name}\\b`, 'm'));
    }
  });

  it('dktool-dns-record.1 has every finding of --check', () => {
    const codes = [...KEY_FINDING_CODES, ...SERVER_FINDING_CODES];
    expect(codeItems(section(textOf('man/dktool-dns-record.1'), 'FINDINGS'))).toEqual(codes);
  });

  it.for(MANUAL)('%s is clean for mandoc -Tlint -Wwarning', async (page, { skip }) => {
    const mandoc = needProgram('mandoc', 'mandoc', skip);
    const lint = await runProgram(mandoc, ['-Tlint', '-Wwarning', join(root, 'man', page)]);
    expect(lint).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

/** The page that explains qmail's memory limits has a table that is wider than its columns. */
const TORN = ['dktool-qmail.7'];

describe('the manual pages, rendered', () => {
  it.for(MANUAL.filter((page) => !TORN.includes(page)))('%s is silent for groff', async (page, { skip }) => {
    const groff = needProgram('groff', 'groff-base', skip);
    const { status, stderr } = await runProgram(groff, ['-mdoc', '-ww', '-Tutf8', '-rLL=78n', join(root, 'man', page)]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.for(MANUAL)('%s can be pasted from: displayed lines have no typographic quotes', async (page, { skip }) => {
    const mandoc = needProgram('mandoc', 'mandoc', skip);
    const { stdout } = await runProgram(mandoc, ['-Tutf8', join(root, 'man', page)]);
    const text = Buffer.from(stdout, 'latin1').toString('utf8');
    expect(text.split('\n').filter((line) => /^ {11}.*[\u201c\u201d]/u.test(line))).toEqual([]);
  });
});

it('nobody is told to pipe what is signed into a mailer, which would send an empty message', async () => {
  const texts = [
    ...PAGES.map(pageText),
    ...MANUAL.map((page) => textOf(`man/${page}`)),
    ...(await Promise.all(COMMANDS.map(({ name }) => helpOf(name)))),
  ];
  const lines = texts.flatMap((text) =>
    text.split('\n').filter((line) => /dktool sign.*\|.*(?:sendmail|inject)/.test(line)),
  );
  expect(lines).toEqual(['.Ql dktool sign ... | sendmail -t']); // dktool-sign.1 says why not
});

describe('docs', () => {
  it('migrating.md has commands in the place of dknewkey that run as they are written', async () => {
    const [, table = ''] = pageText('docs/migrating.md').split('## Coming from libdomainkeys');
    const rows = [...table.matchAll(/^\| `dknewkey [^|]*\| `(dktool [^`]*)`/gm)].map(([, command]) => command!);
    expect(rows).toHaveLength(3);
    const folder = temporaryFolder();
    const key = join(folder, 'default');
    for (const [i, row] of rows.entries()) {
      const command = row.replace(/\bD\b/, 'example.com').replace('KEYFILE', i < 2 ? `${key}${i}` : `${key}0`);
      const stdout = new MemorySink();
      const args = command.replace('BITS', '1024').split(' ').slice(1);
      expect(await main(args, fakeContext(stdout), COMMANDS)).toBe(0);
      expect(stdout.text).toMatch(/^default\d\._domainkey\.example\.com\. IN TXT /);
    }
  });

  it('shell.md has the exit statuses in both styles', () => {
    for (const outcome of OUTCOMES) {
      expect(pageText('docs/shell.md')).toMatch(
        new RegExp(`^\\| ${exitStatus(outcome, 'qmail')} \\|.*\\| ${exitStatus(outcome, 'sysexits')} \\|$`, 'm'),
      );
    }
  });
});

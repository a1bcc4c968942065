/**
 * What comes from outside cannot break out of any output: not from a line, not from a field of a header or of a zone, not
 * from the terminal. The outputs are those that the commands themselves register: an option that is in none of the lists here
 * fails, and each choice of a format is run.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, type Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { SETTINGS, variableOf } from '../../src/console/configuration/settings.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import { main } from '../../src/main.ts';
import { dknewkey } from '../../src/commands/legacy/dknewkey.ts';
import { dktest } from '../../src/commands/legacy/dktest.ts';
import { mailLine, signedText, verdictText, shortened } from '../../src/console/qmail/log.ts';
import { deferral } from '../../src/lib/qmail/remote-report.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { temporaryFolder } from '../support/bin.ts';
import { signByHand } from '../support/hand-signer.ts';
import { keyPath, keyRecord, NOW, textResolver } from '../support/vectors.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

/** latin1: line ends, C0, DEL, C1, and in UTF-8 what hides or turns text round. */
const CONTROLS =
  Array.from({ length: 33 }, (_, i) => String.fromCharCode(i)).join('') +
  '\x1b]0;owned\x07\x1b[2J\x7f\x80\x85\x9b31m\x9f' +
  utf8('\u061c\u200b\u200f\u2028\u2029\u202e\u2066\u2069\u00ad\ufeff\u{e0041}\u0085\u009b');
const EVIL = `x${CONTROLS}\r\nBcc: injected@evil.example\r\n\r\nInjected: body\n* 1 injected_metric 1\n`;
/** In a field there is no line end that no blank follows, and no empty line. */
const IN_FIELD = EVIL.replace(/\r?\n(?![ \t])/g, '\r\n ').replace(/\r\n [\r\n ]*/g, '\r\n ');
/** A path, an argument and a variable of the environment hold everything but NUL; a name in a directory no slash. */
const AS_TEXT = Buffer.from(EVIL.replaceAll('\0', ''), 'latin1').toString('latin1');
const AS_NAME = AS_TEXT.replaceAll('/', '').slice(0, 90);

const MESSAGE = [
  `From: "${IN_FIELD.replaceAll('"', '')}" <ann@example.com>`,
  `Sender: ${IN_FIELD}`,
  `Subject: =?utf-8?q?=0D=0ABcc:_injected=40evil.example?= ${IN_FIELD}`,
  `Return-Path: <"${IN_FIELD}"@example.com>`,
  `Received-SPF: fail (${IN_FIELD}) client-ip=192.0.2.1; helo="${IN_FIELD}"; envelope-from="${IN_FIELD}"`,
  `Received: from ${IN_FIELD} (HELO ${IN_FIELD}) (192.0.2.1) by mx; x`,
  `Authentication-Results: mx.example.org; ${IN_FIELD}`,
  `ARC-Seal: i=1; cv=none; a=${IN_FIELD}; d=${IN_FIELD}; s=s; b=QQ==`,
  `ARC-Message-Signature: i=1; a=${IN_FIELD}; d=example.com; s=${IN_FIELD}; h=From; bh=QQ==; b=QQ==`,
  `ARC-Authentication-Results: i=1; ${IN_FIELD}; dkim=pass`,
  `DKIM2-Signature: i=1; d=${IN_FIELD}; mf=${Buffer.from(EVIL, 'latin1').toString('base64')}; s=a:b:QQ==`,
  `DomainKey-Signature: a=rsa-sha1; d=example.com; s=evil; c=${IN_FIELD}; h=${IN_FIELD}; q=dns; b=QQ==`,
  `DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=evil; i=${IN_FIELD}@example.com; h=From:${IN_FIELD}; bh=QQ==; b=QQ==`,
  `DKIM-Signature: v=1; a=${IN_FIELD}; d=${IN_FIELD}; s=${IN_FIELD}; h=From; bh=QQ==; b=QQ==`,
  'Content-Type: text/plain; charset="' + IN_FIELD + '"',
  '',
  EVIL,
  '',
].join('\r\n');
const SIGNED = signByHand(MESSAGE, { key: 'ed25519', tags: { h: 'From', s: 'evil' } });

const ZONE = {
  'example.com': {
    TXT: [`v=spf1 ${EVIL} include:${EVIL} exp=why.example.com -all`, 'v=spf1 -all'],
    MX: [{ preference: 1, exchange: EVIL.slice(0, 60) }],
    A: ['192.0.2.1'],
  },
  'b.example': { TXT: ['v=spf1 exists:%{l}.%{h}.example exp=why.example.com -all'] },
  'why.example.com': { TXT: [`%{l} %{h} ${EVIL}`] },
  '_dmarc.example.com': { TXT: [`v=DMARC1; p=${EVIL}; rua=mailto:${EVIL}; ${EVIL}=1`] },
  '_adsp._domainkey.example.com': { TXT: [`dkim=all; ${EVIL}`] },
  '_domainkey.example.com': { TXT: [`o=${EVIL}; r=${EVIL}; n=${EVIL}; t=y`] },
  'evil._domainkey.example.com': { TXT: [`v=DKIM1; k=${EVIL}; n=${EVIL}; h=${EVIL}; s=${EVIL}; p=${EVIL}`] },
  'note._domainkey.example.com': { TXT: [keyRecord('ed25519', `n=${EVIL}; `)] },
  '1.2.0.192.in-addr.arpa': { PTR: ['evil(.example'] },
};

/** A line of `verify --json`, as nobody would write it. */
const SIGNATURE = {
  result: 'fail',
  reason: EVIL,
  domain: EVIL,
  selector: EVIL,
  algorithm: EVIL,
  detail: EVIL,
  warnings: [EVIL],
};
const VERDICT = {
  file: EVIL,
  date: EVIL,
  result: EVIL,
  from: EVIL,
  dkim: { result: 'fail', signatures: [SIGNATURE, { ...SIGNATURE, domain: 'example.com' }] },
  domainkeys: { result: 'none', signatures: [] },
};
/** A key of a keyring. */
const KEPT = { domain: EVIL, selector: EVIL, record: EVIL, origin: EVIL, first: EVIL, last: EVIL };

/** latin1 strings as the UTF-8 that zone JSON is: an octet is written as `\u00NN`. */
const json = (value: unknown) =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

interface World {
  readonly folder: string;
  readonly message: string;
  readonly signed: string;
  readonly key: string;
  readonly badKey: string;
  readonly zone: string;
  readonly state: string;
  readonly verdicts: string;
  readonly keyring: string;
}

/** Files whose names and contents are as bad as they may be. */
function world(): World {
  const folder = join(temporaryFolder(), AS_NAME);
  mkdirSync(folder);
  const put = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { encoding: 'latin1', mode: 0o600 });
    return path;
  };
  return {
    folder,
    message: put(`m${AS_NAME}`, MESSAGE),
    signed: put(`s${AS_NAME}`, SIGNED),
    key: put('evil', readFileSync(keyPath('ed25519'), 'latin1')),
    badKey: put(`k${AS_NAME}`, `-----BEGIN ${EVIL}-----\n${EVIL}`),
    zone: put(`z${AS_NAME}.json`, json(ZONE)),
    verdicts: put(
      'verdicts',
      `${json(VERDICT)}\n${json({ ...VERDICT, error: { code: EVIL, kind: EVIL, detail: EVIL } })}\n${EVIL}`,
    ),
    keyring: put('keyring', `${json(KEPT)}\n${EVIL}`),
    state: put('dktool-rotate.json', json({ version: 1, rotations: { [EVIL]: { phase: EVIL } } })),
  };
}

/** The command lines that a command is looked at with; each output option comes at their end. */
type Lines = (world: World) => readonly (readonly string[])[];

const zoneOf = ({ zone }: World) => ['--now', String(NOW), '--zone', zone];
const SESSION = ['--ip', '192.0.2.1', '--helo', AS_TEXT, '--from', `${AS_TEXT}@b.example`];

const LINES: Readonly<Record<string, Lines>> = {
  keygen: ({ folder, badKey }) => [
    ['example.com', '-s', 'n', '--type', 'ed25519', '--force', '-o', join(folder, `new${AS_NAME.slice(0, 40)}`)],
    ['--convert', badKey, '-s', 'x', '-o', '-'],
    [AS_TEXT, '-s', AS_TEXT],
  ],
  sign: (one) => [
    ['-k', one.key, '-s', 'evil', '-d', 'example.com', '--timestamp', String(NOW), ...zoneOf(one), one.message],
    ['-k', one.badKey, '-s', 's', ...zoneOf(one), one.message],
    ['-k', one.key, '-d', AS_TEXT, '-i', AS_TEXT, one.message],
  ],
  verify: (one) => [
    [...zoneOf(one), one.signed],
    [...zoneOf(one), '--spf', '--dmarc', '--adsp', '--arc', ...SESSION, one.message],
    [...zoneOf(one), join(one.folder, 'gone', AS_NAME)],
  ],
  'dns-record': (one) => [
    ['example.com', '-s', 'note', '--published', ...zoneOf(one)],
    ['example.com', '-s', 'evil', '-k', one.key, ...zoneOf(one)],
    ['example.com', '-s', 'evil', '-k', one.key, '--note', AS_TEXT],
    ['example.com', '--spf', `v=spf1 ${AS_TEXT} -all`],
    ['example.com', '--dmarc', `p=none; rua=mailto:${AS_TEXT}`],
    ['-s', 's', '-k', one.badKey, AS_TEXT],
  ],
  'spf-check': (one) => [
    [...zoneOf(one), ...SESSION],
    [...zoneOf(one), '--ip', '192.0.2.1', '--helo', AS_TEXT, '--from', `${AS_TEXT}@example.com`],
    [...zoneOf(one), one.message],
    [...zoneOf(one), '--lint', AS_TEXT],
  ],
  'adsp-check': (one) => [
    [...zoneOf(one), 'example.com'],
    [...zoneOf(one), one.message],
    [...zoneOf(one), '-d', AS_TEXT, one.message],
  ],
  'dmarc-check': (one) => [
    [...zoneOf(one), 'example.com'],
    [...zoneOf(one), '--spf', ...SESSION, one.message],
    [...zoneOf(one), '-d', AS_TEXT],
  ],
  rotate: (one) => [
    ['example.com', '-k', one.key, ...zoneOf(one)],
    [AS_TEXT, '-k', one.badKey, ...zoneOf(one)],
  ],
  check: (one) => [
    ['example.com', '-s', 'evil', '-k', one.key, '--severity', 'note', ...zoneOf(one)],
    [AS_TEXT, '-s', AS_TEXT, '-k', one.badKey, ...zoneOf(one)],
    ['--key-table', one.message, '--config', one.badKey, ...zoneOf(one)],
  ],
  keyring: (one) => [
    ['list', '--keyring', one.keyring],
    ['export', '--keyring', one.keyring],
    ['list', '--keyring', one.message],
    ['add', '--keyring', join(one.folder, 'k'), '-d', 'example.com', '-s', 'x', '--record', AS_TEXT],
    ['add', '--keyring', join(one.folder, 'k'), '-d', AS_TEXT, '-s', AS_TEXT, '-k', one.badKey, '--origin', AS_TEXT],
    ['add', '--keyring', join(one.folder, 'k'), '-d', 'example.com', '-s', 'x', '-k', one.key, '--origin', AS_TEXT],
    ['list', '--keyring', join(one.folder, 'k')],
    ['export', '--keyring', join(one.folder, 'k')],
    ['import', '--keyring', join(one.folder, 'k'), one.message, one.badKey],
    [AS_TEXT],
  ],
  // It judges its configuration and stays no longer than that.
  serve: (one) => [
    ['--check', '--milter', `unix:${one.folder}/s`, '--both', '--key-path', one.badKey, ...zoneOf(one).slice(2)],
    ['--check', '--milter', AS_TEXT, '--sign', '--key-table', one.message, ...zoneOf(one).slice(2)],
    ['--check', '--milter', `unix:${one.folder}/s`, '--sign', '--config', one.badKey, ...zoneOf(one).slice(2)],
    ['--check', '--milter', `unix:${one.folder}/s`, '--verify', '--auth-results', AS_TEXT, '--internal-hosts', AS_TEXT],
  ],
  report: (one) => [[one.verdicts], [one.message], [join(one.folder, 'gone')]],
  config: () => [[]],
  completion: () => [['bash'], ['zsh'], ['fish'], [AS_TEXT]],
  explain: () => [[], ['body-hash-mismatch'], [AS_TEXT]],
  help: () => [[], ['sign'], ['dns'], [AS_TEXT]],
};

const TALK = ['--trace', '--quiet', '--verbose', '--color'];

/** Options that change what is written; of those with choices each is run. `NAME VALUE` where one wants a value. */
const OUTPUTS: Readonly<Record<string, readonly string[]>> = {
  keygen: ['--format', '--record-format', ...TALK],
  sign: ['--header-only', '--copied-headers', '--domainkeys', '--dkim', '--lint', '--check-dns', ...TALK],
  verify: [
    '--json',
    '--only-failures',
    '--summary',
    '--preflight',
    '--cross-check',
    '--explain',
    '--auth-results mx.example.org',
    '--auth-results-only',
    '--compat',
    ...TALK,
  ],
  'dns-record': ['--format', '--json', '--check', '--domainkeys', '--revoke', '--adsp', '--domainkeys-policy', ...TALK],
  'spf-check': [
    '--explain',
    '--json',
    '--lint example.com',
    '--networks',
    '--received-spf',
    '--annotate',
    '--cross-check',
    '--compat',
    `--explanation ${AS_TEXT}`,
    ...TALK,
  ],
  'adsp-check': ['--json', '--auth-results mx.example.org', ...TALK],
  'dmarc-check': ['--lint', '--json', ...TALK],
  rotate: ['--format', '--json', '--status', '--dry-run', ...TALK],
  check: ['--format', '--json', ...TALK],
  keyring: ['--json', '--format', ...TALK],
  report: ['--json', '--csv', '--html', '--by domain,selector,result,reason', ...TALK],
  serve: ['--auth-results mx.example.org', ...TALK],
  config: ['--json'],
  completion: [],
  explain: ['--json'],
  help: ['--man', '--all'],
};

/** What only means something beside another option. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  '--auth-results-only': ['--auth-results', 'mx.example.org'],
  '--compat': ['--auth-results', 'mx.example.org'],
  '--dkim': ['--domainkeys'],
  '--networks': ['--lint', 'example.com'],
};

/** Options that say what comes in, where it goes or how much is done, and change nothing about how it is written. */
const NO_OUTPUT =
  `--domain --selector --output --type --bits --dual --convert --encrypt --passphrase-file --group --force
  --force-weak --ttl --origin --key --unsigned --canonicalization --identity --expire --timestamp --now --headers --query-method
  --body-length --hash --canon --signed-headers --zone --nameserver --timeout --tries --tcp --deadline --legacy
  --require-safe-key --exit-style --recursive --files-from --null --jobs --strict --lenient --author --arc --adsp --spf --dmarc
  --fail-on --ip --helo --from --hop --trusted --effort --restore --dump-canonical --key-record --exit-verdict --published
  --service --testing --same-domain --note --replace --record-id --all-ns --wait --interval --receiver --record --guess
  --local-rules --batch --control --key-table --signing-table --config --max-age --continue --publish --after --overlap
  --remove-after --keep-retired --publish-retired --abort --follow --key-path --rspamd --old-selector --signer --retire-after
  --ignore --patience --state --changed --severity --input --mbox --resume --fail-fast --keyring --keyring-add --at --seen
  --first --last --disclosed --milter --slots --sign --verify --both --internal-hosts --reject --limit --user --socket-mode
  --metrics --check`.split(/\s+/);

/** What a command registers; some look at what the others have registered. */
async function optionsOf(name: string): Promise<readonly Option[]> {
  const program = new Command();
  const context = nowhere(new MemorySink(), new MemorySink());
  for (const { load } of COMMANDS) (await load()).register(program, context, () => {});
  return program.commands.find((command) => command.name() === name)!.options;
}

/** The option with each of its choices. */
async function asArguments(name: string, output: string): Promise<readonly (readonly string[])[]> {
  const [flag, ...value] = output.split(/ (.*)/s).slice(0, 2);
  const option = (await optionsOf(name)).find(({ long }) => long === flag);
  if (option === undefined) return [];
  const beside = BESIDE[flag!] ?? [];
  const choices = option.argChoices;
  if (choices === undefined) return [[...beside, flag!, ...value]];
  return choices.map((choice) => [...beside, `${flag}=${choice}`]);
}

const nowhere = (stdout: MemorySink, stderr: MemorySink, input = '') => ({
  stdin: new MemorySource(Buffer.from(input, 'latin1')),
  stdout,
  stderr,
  env: { LANG: 'C.UTF-8', TERM: 'xterm', DKTOOL_NOISE: AS_TEXT },
  now: () => NOW,
  liveResolver: () => Promise.reject(new Error('no name server is asked')),
});

/** All that a terminal, a log or whoever reads by lines may be deceived with; line feeds are what we end lines with. */
const UNSAFE =
  /[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e0fff}]/u;
/** Escape sequences of our own colours. */
const COLOURS = /\x1b\[\d*(?:;\d+)*m/g;
const BROKEN_OUT = /^\W{0,3}(?:Bcc:|Injected:|\* 1|injected_metric)/m;

/** What is wrong with the octets that were written. */
function faultOf(octets: Buffer): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return `no UTF-8: ${JSON.stringify(octets.toString('latin1'))}`;
  }
  const plain = text.replace(COLOURS, '');
  if (BROKEN_OUT.test(plain)) return `broken out: ${JSON.stringify(plain)}`;
  const unsafe = UNSAFE.exec(plain);
  if (unsafe === null) return undefined;
  return `unescaped: ${JSON.stringify(plain.slice(Math.max(0, unsafe.index - 200), unsafe.index + 40))}`;
}

const OURS = /^(?:Authentication-Results|Received-SPF|DKIM-Signature|DomainKey-Signature|DomainKey-Status|Comment):/;

/** Of a message that is written on: the fields that are ours, with plain folds; they are followed by a field of the message. */
function addedFields(octets: Buffer): Buffer | undefined {
  const text = octets.toString('latin1');
  if (!OURS.test(text)) return undefined;
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  let end = 0;
  while (end < lines.length && (OURS.test(lines[end]!) || /^[ \t]+[!-~]/.test(lines[end]!))) end++;
  return Buffer.from(lines.slice(0, end).join('\n').replaceAll('\n\t', '\n '), 'latin1');
}

async function faultsOf(args: readonly string[], columns: number | undefined): Promise<string[]> {
  const stdout = columns === undefined ? new MemorySink() : new MemorySink(true, columns);
  const stderr = columns === undefined ? new MemorySink() : new MemorySink(true, columns);
  await main(args, nowhere(stdout, stderr, MESSAGE), COMMANDS);
  const faults = [faultOf(addedFields(stdout.bytes) ?? stdout.bytes), faultOf(stderr.bytes)];
  if (/internal error/.test(stderr.text)) faults.push(stderr.text);
  expect(
    stdout.bytes.length + stderr.bytes.length + (args.includes('--quiet') || args.includes('add') ? 1 : 0),
    args.join(' '),
  ).toBeGreaterThan(0);
  return faults.filter((fault) => fault !== undefined).map((fault) => `${args[0]} ${args.at(-1)}: ${fault}`);
}

describe('every option of every command', () => {
  it.each(COMMANDS.map(({ name }) => name))('of %s is known here as an output or as none', async (name) => {
    expect(LINES[name], `command lines of ${name}`).toBeDefined();
    const outputs = (OUTPUTS[name] ?? []).map((output) => output.split(' ')[0]);
    const unknown = (await optionsOf(name))
      .map(({ long }) => long!)
      .filter((long) => !outputs.includes(long) && !NO_OUTPUT.includes(long));
    expect(unknown).toEqual([]);
  });
});

describe('nothing breaks out of', () => {
  const all = COMMANDS.flatMap(({ name }) => ['', ...(OUTPUTS[name] ?? [])].map((output) => [name, output] as const));

  it.each(all.map(([name, output]) => [name, output.split(' ')[0]!, output] as const))(
    '%s %s',
    async (name, _, output) => {
      const one = world();
      const variants = output === '' ? [[]] : await asArguments(name, output);
      const faults: string[] = [];
      for (const line of LINES[name]!(one)) {
        for (const variant of variants) faults.push(...(await faultsOf([name, ...line, ...variant], undefined)));
        if (output === '') faults.push(...(await faultsOf([name, ...line], 100)));
      }
      expect(faults).toEqual([]);
    },
  );

  it('spf-check --batch', async () => {
    const one = world();
    const [stdout, stderr] = [new MemorySink(), new MemorySink()];
    const input = `192.0.2.1 ${AS_TEXT.replaceAll(/\s/g, '')} a@b.example\n{"ip":"192.0.2.1","helo":${json(EVIL)},"sender":${json(EVIL)}}\n${EVIL}`;
    await main(['spf-check', ...zoneOf(one), '--batch', '-'], nowhere(stdout, stderr, input), COMMANDS);
    expect([faultOf(stdout.bytes), faultOf(stderr.bytes)]).toEqual([undefined, undefined]);
    expect(stdout.bytes.length).toBeGreaterThan(0);
  });

  it('config, whatever files and the environment hold', async () => {
    const folder = join(temporaryFolder(), AS_NAME);
    mkdirSync(folder);
    const variables = Object.fromEntries(SETTINGS.map((setting) => [variableOf(setting), AS_TEXT]));
    const texts = [EVIL, ...SETTINGS.map(({ name }) => `${name} = ${EVIL}\n`)];
    for (const [i, text] of texts.entries()) {
      const file = join(folder, String(i));
      writeFileSync(file, text, 'latin1');
      for (const env of [{}, variables, { [variableOf(SETTINGS[i % SETTINGS.length]!)]: AS_TEXT }]) {
        const [stdout, stderr] = [new MemorySink(), new MemorySink()];
        const context = { ...nowhere(stdout, stderr), env };
        for (const args of [['config'], ['config', '--json'], ['verify']]) {
          await main(['--config-file', file, ...args], context, COMMANDS);
        }
        expect([faultOf(stdout.bytes), faultOf(stderr.bytes)]).toEqual([undefined, undefined]);
      }
    }
  });

  it('dktest and dknewkey', async () => {
    const one = world();
    for (const [program, args] of [
      [dktest, ['-r', '-z', one.zone]],
      [dktest, ['-v']],
      [dktest, ['-s', AS_TEXT]],
      [dknewkey, [AS_TEXT]],
      [dknewkey, ['-x', AS_TEXT]],
    ] as const) {
      const [stdout, stderr] = [new MemorySink(), new MemorySink()];
      await program([...args], nowhere(stdout, stderr, SIGNED));
      expect([faultOf(addedFields(stdout.bytes) ?? stdout.bytes), faultOf(stderr.bytes)]).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  it('the log and the report of the qmail programs', async () => {
    const { resolver } = textResolver({});
    const verdict = await verifyMessage(Buffer.from(MESSAGE, 'latin1'), { resolver, now: NOW });
    const lines = [
      mailLine('signed', ['host', AS_TEXT, AS_TEXT]),
      shortened(signedText([{ method: 'dkim', domain: EVIL, selector: EVIL }])),
      shortened(verdictText(verdict)),
    ];
    for (const line of lines) expect([faultOf(Buffer.from(line)), line.includes('\n')]).toEqual([undefined, false]);
    expect(deferral(EVIL).toString('latin1')).toMatch(/^Z[ -~]+\n\0$/);
  });
});

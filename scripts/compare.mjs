// npm run compare: what other programs do with the same keys and messages, found out by running them. Writes the table into
// docs/comparison.md. No network: key records come from files, or from a name server on loopback.
// On Debian: apt install opendkim opendkim-tools python3-dkim libmail-dkim-perl rspamd; mailauth comes with npm ci.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const DKTOOL = [process.execPath, join(root, 'bin/dktool.js')];
const MAILAUTH = [process.execPath, join(root, 'node_modules/mailauth/bin/mailauth.js')];
const PAGE = join(root, 'docs/comparison.md');
const [BEGIN, END] = ['<!-- facts -->', '<!-- /facts -->'];

/** dkimverify and dkimproxy-verify ask the system's name servers: these start them with another one. */
const DKIMVERIFY = `import sys, runpy, dns.resolver as r
r.default_resolver = r.Resolver(configure=False)
r.default_resolver.nameservers, r.default_resolver.port = ["127.0.0.1"], int(sys.argv.pop(1))
sys.argv[0] = sys.argv.pop(1)
runpy.run_path(sys.argv[0], run_name="__main__")`;
const DKIMPROXY_VERIFY = `use Mail::DKIM::DNS; use Net::DNS::Resolver;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ["127.0.0.1"], port => shift @ARGV));
*Mail::DKIM::DNS::enable_EDNS0 = sub {}; # it would take another resolver
my $program = shift @ARGV; do $program; die $@ if $@;`;

/** The Debian packages that are compared. */
export const PACKAGES = ['opendkim', 'opendkim-tools', 'python3-dkim', 'libmail-dkim-perl', 'rspamd'];

export function missingPackages() {
  return PACKAGES.filter((name) => versionOf(name) === undefined);
}

/** Whether the table in the page is one of the versions that are installed here. */
export function isOfTheseVersions() {
  const [, head] = /^<!-- facts -->\n(.*)$/m.exec(readFileSync(PAGE, 'utf8'));
  return peersOn({ port: '0' }).every(({ name, version }) => head.includes(` ${name} ${version} `));
}

function versionOf(name) {
  const { stdout, status } = spawnSync('dpkg-query', ['-W', '-f', '${Version} ${Status}', name], { encoding: 'utf8' });
  return status === 0 && stdout.endsWith('install ok installed')
    ? stdout.split(' ')[0].replace(/[-+].*/, '')
    : undefined;
}

/** @returns the table, as Markdown */
export async function compare() {
  const work = mkdtempSync(join(tmpdir(), 'dktool-compare-'));
  let server;
  try {
    const path = (name) => join(work, name);
    const run = (command, { input, env } = {}) =>
      spawnSync(command[0], command.slice(1), {
        cwd: work,
        encoding: 'latin1',
        input: input === undefined ? '' : readFileSync(path(input)),
        env: { ...process.env, PATH: `${process.env.PATH}${delimiter}/usr/sbin`, ...env },
      });
    const make = (output, command, input) => {
      const { status, stdout, stderr } = run(command, { input });
      if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
      writeFileSync(path(output), stdout, 'latin1');
    };

    // Two keys, and one message in the states that matter.
    cpSync(join(root, 'examples/plain.eml'), path('plain.eml'));
    writeFileSync(path('crlf.eml'), readFileSync(path('plain.eml'), 'latin1').replaceAll('\n', '\r\n'), 'latin1');
    make('rsa.zone', [...DKTOOL, 'keygen', 'example.com', '-s', 'rsa', '-q']);
    make('ed.zone', [...DKTOOL, 'keygen', 'example.com', '-s', 'ed', '--type', 'ed25519', '-q']);
    make('seed.zone', [...DKTOOL, 'keygen', '--convert', 'ed', '-s', 'ed', '--format', 'seed', '-o', 'ed.seed', '-q']);
    make('rspamd.zone', [
      ...DKTOOL,
      'keygen',
      '--convert',
      'ed',
      '-s',
      'ed',
      '--format',
      'rspamd',
      '-o',
      'ed.rspamd',
      '-q',
    ]);
    make('rsa.eml', [...DKTOOL, 'sign', '-q', '-k', 'rsa', 'plain.eml']);
    make('ed.eml', [...DKTOOL, 'sign', '-q', '-k', 'ed', 'plain.eml']);
    make('domainkeys.eml', [...DKTOOL, 'sign', '-q', '--domainkeys', '-k', 'rsa', 'plain.eml']);
    writeFileSync(
      path('changed.eml'),
      readFileSync(path('rsa.eml'), 'latin1').replace(/\n\n/, '\n\nadded\n'),
      'latin1',
    );
    const records = Object.fromEntries(
      ['rsa', 'ed'].map((name) => [
        `${name}._domainkey.example.com`,
        [...readFileSync(path(`${name}.zone`), 'latin1').matchAll(/"(.*?)"/g)].map(([, text]) => text).join(''),
      ]),
    );
    const zone = Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [text] }]));
    const cache = Object.fromEntries(Object.entries(records).map(([name, text]) => [name, { TXT: [[text]] }]));
    writeFileSync(path('zone.json'), JSON.stringify(zone));
    writeFileSync(path('cache.json'), JSON.stringify(cache));
    writeFileSync(
      path('keys'),
      Object.entries(records)
        .map((entry) => `${entry.join(' ')}\n`)
        .join(''),
    );
    writeFileSync(path('opendkim.conf'), `TestPublicKeys ${path('keys')}\nMode v\n`);
    server = spawn(process.execPath, [join(root, 'scripts/dns-server.mjs'), path('zone.json')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = String((await once(server.stdout, 'data'))[0]).trim();

    const peers = peersOn({ port });
    const columns = peers.map((peer) => factsOf(peer, { run, path }));
    const head = peers.map(({ name, version }) => `${name} ${version}`);
    const lines = Object.keys(columns[0]).map(
      (row) => `| ${[row, ...columns.map((facts) => facts[row])].join(' | ')} |`,
    );
    return [`| | ${head.join(' | ')} |`, `|---|${'---|'.repeat(peers.length)}`, ...lines].join('\n');
  } finally {
    server?.kill();
    rmSync(work, { recursive: true, force: true });
  }
}

/** The version that a package.json has. */
const manifest = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).version;

/**
 * The command lines of each peer.
 *
 * - `keygen`: makes the key file `file`
 * - `sign`: signs plain.eml with the key `key` to stdout
 * - `verify`: judges a file; `passed` recognises its pass where the exit status does not
 * - the others are what its commands and manual pages have, which need no run
 */
function peersOn({ port }) {
  return [
    {
      name: 'dktool',
      version: manifest('package.json'),
      keygen: { rsa: 'keygen example.com -o', ed: 'keygen example.com --type ed25519 -o' },
      program: DKTOOL,
      sign: (key) => ({ command: [...DKTOOL, 'sign', '-q', '-s', key, '-k', key], input: 'plain.eml' }),
      signDomainKeys: { command: [...DKTOOL, 'sign', '-q', '--domainkeys', '-k', 'rsa'], input: 'plain.eml' },
      verify: (file) => ({ command: [...DKTOOL, 'verify', '--zone', 'zone.json', file] }),
      passed: /: pass /,
      arc: 'validates',
      says: 'yes, with a proof',
      check: '`check`, `dns-record --check`',
      rotate: '`rotate`',
      many: 'yes, in threads too',
      policies: 'SPF, DMARC, ADSP',
    },
    {
      name: 'opendkim-tools',
      version: versionOf('opendkim-tools'),
      program: ['opendkim-genkey'],
      keygen: { rsa: '-d example.com -s' },
      keyFile: (name) => `${name}.private`,
      sign: (key) => ({
        command: ['opendkim-testmsg', '-C', '-d', 'example.com', '-s', 'rsa', '-k', key],
        input: 'crlf.eml', // of LF it makes a b= that is not base64
      }),
      verify: (file) => ({ command: ['opendkim', '-x', 'opendkim.conf', '-t', file] }),
      passed: /verification \(.*\) succeeded/,
      arc: '–',
      says: '–',
      check: '`opendkim-testkey`',
      rotate: '–',
      many: 'yes (`opendkim -t`)',
      policies: '–',
    },
    {
      name: 'dkimpy',
      version: versionOf('python3-dkim'),
      program: ['/usr/bin/dknewkey'],
      keygen: { rsa: '', ed: '--ktype ed25519' },
      keyFile: (name) => `${name}.key`,
      sign: (key) => ({
        command: [
          '/usr/bin/dkimsign',
          ...(key === 'ed' ? ['--signalg', 'ed25519-sha256'] : []),
          key,
          'example.com',
          key === 'ed' ? 'ed.seed' : key,
        ],
        input: 'plain.eml',
      }),
      verify: (file) => ({
        command: ['/usr/bin/python3', '-c', DKIMVERIFY, port, '/usr/bin/dkimverify'],
        input: file,
      }),
      passed: /^signature ok/m,
      arc: 'seals, validates',
      says: '–',
      check: '–',
      rotate: '–',
      many: '–',
      policies: '–',
    },
    {
      name: 'Mail::DKIM',
      version: versionOf('libmail-dkim-perl'),
      sign: (key) => ({
        command: ['dkimproxy-sign', `--key=${key}`, `--selector=${key}`, '--domain=example.com'],
        input: 'plain.eml',
      }),
      headerOnly: true,
      signDomainKeys: {
        command: ['dkimproxy-sign', '--type=domainkeys', '--algorithm=rsa-sha1', '--key=rsa', '--selector=rsa'],
        input: 'plain.eml',
      },
      verify: (file) => ({ command: ['perl', '-e', DKIMPROXY_VERIFY, port, '/usr/bin/dkimproxy-verify'], input: file }),
      passed: /verify result: pass/,
      arc: 'in Perl',
      says: '–',
      check: '–',
      rotate: '–',
      many: '–',
      policies: '–',
    },
    {
      name: 'rspamadm',
      version: versionOf('rspamd'),
      program: ['rspamadm', 'dkim_keygen', '-d', 'example.com'],
      keygen: { rsa: '-k', ed: '-t ed25519 -k' },
      sign: (key) => ({
        command: [
          'rspamadm',
          'mime',
          'sign',
          '-d',
          'example.com',
          '-s',
          key,
          '-k',
          key === 'ed' ? 'ed.rspamd' : key,
          'plain.eml',
        ],
      }),
      arc: 'seals',
      says: '–',
      check: '–',
      rotate: '`vault roll`',
      many: 'yes, to sign',
      policies: '–',
    },
    {
      name: 'mailauth',
      version: manifest('node_modules/mailauth/package.json'),
      sign: (key) => ({ command: [...MAILAUTH, 'sign', '-d', 'example.com', '-s', key, '-k', key, 'plain.eml'] }),
      verify: (file) => ({ command: [...MAILAUTH, 'report', '--dns-cache', 'cache.json', file] }),
      passed: /"result": "pass",\s+"header"/,
      arc: 'seals, validates',
      says: '–',
      check: '–',
      rotate: '–',
      many: '–',
      policies: 'SPF, DMARC, BIMI',
    },
  ];
}

const yes = (list) => (list.length === 0 ? '–' : list.join(', '));

function factsOf(peer, { run, path }) {
  const keygen = (kind, file) => {
    const words = peer.keygen[kind].split(' ').filter((word) => word !== '');
    return run([...peer.program, ...words, file]);
  };
  const keyFile = peer.keyFile ?? ((name) => name);
  const makes = Object.keys(peer.keygen ?? {}).filter((kind) => {
    keygen(kind, `${peer.name}-${kind}`);
    return existsSync(path(keyFile(`${peer.name}-${kind}`)));
  });
  const before = makes.length > 0 && readFileSync(path(keyFile(`${peer.name}-rsa`)), 'latin1');
  if (before) keygen('rsa', `${peer.name}-rsa`);
  const kept = before && readFileSync(path(keyFile(`${peer.name}-rsa`)), 'latin1') === before;

  // What it signs is judged by dktool, of old strength or not; what it says is in its a= tag.
  const algorithmOf = (signer) => {
    const { command, input } = signer;
    const { stdout } = run(command, { input });
    const message = peer.headerOnly ? `${stdout.trim()}\n${readFileSync(path('plain.eml'), 'latin1')}` : stdout;
    writeFileSync(path('signed.eml'), message, 'latin1');
    const flags = ['--legacy', '--zone', 'zone.json', '--json'];
    const { dkim, domainkeys } = JSON.parse(run([...DKTOOL, 'verify', ...flags, 'signed.eml']).stdout);
    const [first] = [...(dkim?.signatures ?? []), ...(domainkeys?.signatures ?? [])].filter(
      ({ result }) => result === 'pass',
    );
    return first?.algorithm ?? 'none';
  };
  const algorithms = ['rsa', 'ed'].map((key) => algorithmOf(peer.sign(key))).filter((name) => name !== 'none');
  const failed = peer.sign('no-such-key');
  const without = run(failed.command, { input: failed.input });
  const isSigned = /^DKIM-Signature/im.test(without.stdout);
  const written = !without.stdout.includes('From:')
    ? 'nothing'
    : isSigned
      ? 'the message, signed'
      : 'the message, unsigned';

  const judged = new Map();
  const judge = (file) => {
    if (!judged.has(file)) {
      const { command, input } = peer.verify(file);
      const { status, stdout, stderr } = run(command, { input });
      judged.set(file, { status, passed: peer.passed.test(stdout + stderr) });
    }
    return judged.get(file);
  };
  const verifies = (file) => peer.verify !== undefined && judge(file).passed;
  const statuses = peer.verify && ['rsa.eml', 'changed.eml', 'plain.eml'].map((file) => judge(file).status);
  if (peer.verify && (!verifies('rsa.eml') || verifies('changed.eml')))
    throw new Error(`${peer.name} cannot be understood`);
  const kinds = { 'rsa-sha256': 'rsa.eml', 'ed25519-sha256': 'ed.eml', DomainKeys: 'domainkeys.eml' };

  return {
    'makes keys': yes(makes.map((kind) => ({ rsa: 'RSA', ed: 'Ed25519' })[kind])),
    'a key file that exists': before ? (kept ? 'is kept' : 'is overwritten') : '–',
    'signs with': yes(algorithms),
    'signs DomainKeys': peer.signDomainKeys && algorithmOf(peer.signDomainKeys) !== 'none' ? 'yes' : '–',
    'asked to sign without its key, writes': `${written}; ${without.status === null ? without.signal : `status ${without.status}`}`,
    verifies: yes(Object.keys(kinds).filter((kind) => verifies(kinds[kind]))),
    'exit status: pass, changed, unsigned': statuses ? statuses.join(', ') : '–',
    'says what changed the message': peer.says,
    ARC: peer.arc,
    'compares a key with DNS': peer.check,
    'rotates keys': peer.rotate,
    'many messages in one run': peer.many,
    'also judges': peer.policies,
  };
}

/** The page with this table in it. */
export function pageWith(table) {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  return `${page.slice(0, from)}${BEGIN}\n${table}\n${page.slice(to)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const missing = missingPackages();
  if (missing.length > 0) {
    console.error(`compare: as root: apt install ${missing.join(' ')}`);
    process.exit(1);
  }
  writeFileSync(PAGE, pageWith(await compare()));
}

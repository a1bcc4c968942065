// A Maildir through one process: messages a second against libraries in a loop, threads, memory, growth.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeMaildir } from './maildir.mjs';
import { interleaved, median, noMemory, peakMemory } from './measure.mjs';

const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

export async function batch({ table, file, dktool, quick }) {
  const count = quick ? 2_000 : 10_000;
  const passing = await makeMaildir(file('.'), count);
  const flags = ['--zone', file('zone'), '--json'];
  // A tenth of a percent of the messages is altered: the status is 1.
  const verify = (...more) => ({ command: [...dktool, 'verify', ...flags, ...more], status: 1 });
  const ours = verify('-r', file('Maildir'));
  const what = `verify ${count} messages`;

  for (const { name, target, build } of PEERS) {
    const row = `${what}, times as fast as ${name}`;
    const command = build(file);
    if (command === undefined) {
      table.leftOut(row, `${name} is not installed`);
      continue;
    }
    const loop = { command: [...command, file('keys')], stdin: file('list') };
    checkVerdicts(name, loop, passing);
    table.speed(row, ours, loop, target, quick ? 3 : 7);
  }
  table.speed(
    `${what}, --jobs 2, times as fast as one thread`,
    verify('-r', file('Maildir'), '--jobs', '2'),
    ours,
    1.6,
    7,
  );
  rsaShare(table, ours, count);

  const list = { ...verify('--files-from', '-'), stdin: file('list') };
  table.row(`peak MiB, ${what}`, peakMemory(list), 96, { note: noMemory });
  growth(table, verify, file, quick ? 5 : 7);
}

/** A peer that judges otherwise would be measured at something else. */
function checkVerdicts(name, { command, stdin }, passing) {
  const output = execFileSync(command[0], command.slice(1), { input: readFileSync(stdin), maxBuffer: 1 << 28 });
  const passes = output.toString().match(/ pass$/gm)?.length ?? 0;
  if (passes !== passing) throw new Error(`${name} passes ${passes} messages, not ${passing}`);
}

/** What the verifications alone would take by OpenSSL's own measure, as a share of the whole. */
function rsaShare(table, ours, count) {
  const row = 'share of the RSA-2048 verifications that openssl speed makes in the time, %';
  const shares = [];
  for (let i = 0; i < 5; i++) {
    const { stdout, error } = spawnSync('openssl', ['speed', '-seconds', '1', 'rsa2048'], { encoding: 'utf8' });
    if (error) {
      table.leftOut(row, 'openssl is not installed');
      return;
    }
    const rate = Number(/([\d.]+)\s*$/.exec(stdout.trimEnd())[1]);
    const [seconds] = interleaved([ours], 1);
    shares.push((100 * count) / seconds / rate);
  }
  shares.sort((a, b) => a - b);
  table.row(row, median(shares), 28, { spread: [shares[1], shares[3]], bound: 'at least' });
}

/** Time less the start, against the number of messages. */
function growth(table, verify, file, runs) {
  const paths = readFileSync(file('list'), 'latin1').trimEnd().split('\n');
  const command = (messages) => {
    const list = file(`list${messages.length}`);
    writeFileSync(list, messages.map((path) => `${path}\n`).join(''));
    return verify('--files-from', list);
  };
  const altered = paths.filter((_, i) => i % 500 === 499);
  const sets = [altered.slice(0, 1), paths, [...paths, ...paths], [...paths, ...paths, ...paths, ...paths]];
  const [start, one, two, four] = interleaved(sets.map(command), runs);
  table.row('growth of verify, messages, 2n', (two - start) / (2 * (one - start)), 1.3);
  table.row('growth of verify, messages, 4n', (four - start) / (4 * (one - start)), 1.3);
}

/** A program that is there, or that could be built; `undefined` otherwise. */
const built = (compiler, args, env = {}) => {
  const { error, status } = spawnSync(compiler, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
  return error === undefined && status === 0;
};

const PEERS = [
  {
    name: 'libopendkim',
    target: 3,
    build: (file) => {
      const program = file('batch-libopendkim');
      return built('cc', ['-O2', '-o', program, peer('batch-libopendkim.c'), '-lopendkim']) ? [program] : undefined;
    },
  },
  {
    name: 'go-msgauth',
    target: 2.5,
    build: (file) => {
      const program = file('batch-go-msgauth');
      const env = { GOPATH: '/usr/share/gocode', GO111MODULE: 'off', GOFLAGS: '', GOCACHE: file('go-cache') };
      return built('go', ['build', '-o', program, peer('batch-go-msgauth.go')], env) ? [program] : undefined;
    },
  },
  {
    name: 'Mail::DKIM',
    target: 8,
    build: () => (built('perl', ['-MMail::DKIM', '-e', '1']) ? ['perl', peer('batch-mail-dkim.pl')] : undefined),
  },
  {
    name: 'mailauth',
    target: 12,
    build: () => {
      const program = peer('batch-mailauth.mjs');
      const isThere = existsSync(join(program, '../../../node_modules/mailauth'));
      return isThere ? [process.execPath, program] : undefined;
    },
  },
];

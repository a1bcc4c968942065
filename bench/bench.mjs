// npm run bench [-- --quick] [-- --write] [-- SECTION...]: speed and memory, measured on this machine against yardsticks in the
// same run. Prints a table and writes build/bench.json; --write puts it into bench/README.md too, and its figures into README.md
// and docs/comparison.md. Nothing here is a test: no figure fails a build.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { batch } from './batch.mjs';
import { bigMessage } from './big-message.mjs';
import { explain } from './explain.mjs';
import { growth } from './growth.mjs';
import { spfBatch } from './spf-batch.mjs';
import { startUp } from './start-up.mjs';
import { Table, writeTable } from './table.mjs';

/** Each is called with the bench below. */
const SECTIONS = { 'start-up': startUp, 'big-message': bigMessage, growth, batch, explain, 'spf-batch': spfBatch };

const given = process.argv.slice(2);
const wanted = given.filter((arg) => !arg.startsWith('--'));
const strange = given.find((arg) => !(arg in SECTIONS) && arg !== '--quick' && arg !== '--write');
if (strange !== undefined) {
  console.error(`bench: '${strange}' is neither --quick nor --write nor one of ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(100);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const dktool = [process.execPath, join(root, 'bin/dktool.js')];
const work = mkdtempSync(join(tmpdir(), 'dktool-bench-'));
const file = (name) => join(work, name);
const run = (...args) => execFileSync(dktool[0], [...dktool.slice(1), ...args], { encoding: 'latin1' });

let server;
try {
  // One key, in a zone file and in DNS on loopback.
  const zone = run('keygen', 'example.com', '-s', 'bench', '-o', file('bench'), '-q');
  const record = [...zone.matchAll(/"(.*?)"/g)].map(([, text]) => text).join('');
  writeFileSync(file('zone'), zone);
  writeFileSync(
    file('zone.json'),
    JSON.stringify({
      'bench._domainkey.example.com': { TXT: [record] },
      'example.com': { TXT: ['v=spf1 include:_spf1.example.com include:_spf2.example.com -all'] },
      '_spf1.example.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
      '_spf2.example.com': { TXT: ['v=spf1 ip4:198.51.100.0/24 -all'] },
    }),
  );
  server = spawn(process.execPath, [join(root, 'scripts/dns-server.mjs'), file('zone.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(server.stdout, 'data');

  const table = new Table();
  const bench = {
    table,
    file,
    run,
    dktool,
    record,
    port: Number(port),
    quick: given.includes('--quick'),
    /** The command of dktool that signs a file, or judges one against the zone file. */
    sign: (stdin) => ({ command: [...dktool, 'sign', '-q', '-k', file('bench')], stdin }),
    verify: (stdin) => ({ command: [...dktool, 'verify', '--zone', file('zone')], stdin }),
    /** A file, signed. @returns its path */
    signed(name) {
      run('sign', '-q', '-k', file('bench'), '-o', file(`${name}.signed`), file(name));
      return file(`${name}.signed`);
    },
  };
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (wanted.length === 0 || wanted.includes(name)) await section(bench);
  }
  table.write(['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' '));
} finally {
  server?.kill();
  rmSync(work, { recursive: true, force: true });
}
if (given.includes('--write')) writeTable();

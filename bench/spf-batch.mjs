// spf-check --batch, every answer in memory, against libraries in a loop.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { random } from './corpus.mjs';

const DOMAINS = 200;
const TARGET = 5;
const peer = (name) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** Policies as they are: a provider or two, own hosts, MX. */
function makeZone() {
  const zone = {};
  for (let i = 0; i < 10; i++) {
    zone[`spf.provider${i}.example`] = {
      TXT: [`v=spf1 ip4:198.51.${i}.0/25 ip4:203.0.${i}.0/24 include:more.provider${i}.example ~all`],
    };
    zone[`more.provider${i}.example`] = { TXT: [`v=spf1 ip4:192.0.${i}.0/24 ip6:2001:db8:${i}::/48 ~all`] };
  }
  for (let i = 0; i < DOMAINS; i++) {
    const name = `domain${i}.example`;
    const last = i % 3 === 0 ? '-all' : '~all';
    zone[name] = {
      TXT: [
        `v=spf1 mx a:out.${name} include:spf.provider${i % 10}.example include:spf.provider${(i * 7 + 1) % 10}.example ${last}`,
      ],
      MX: [{ preference: 10, exchange: `mx.${name}` }],
    };
    zone[`mx.${name}`] = { A: [`192.168.${i}.1`] };
    zone[`out.${name}`] = { A: [`192.168.${i}.2`] };
  }
  return zone;
}

function makeSessions(count) {
  const next = random(4);
  const pick = (limit) => Math.floor(next() * limit);
  return Array.from({ length: count }, () => {
    const domain = pick(DOMAINS);
    const own = `192.168.${domain}.${1 + pick(2)}`;
    const provider = `${['198.51', '203.0', '192.0'][pick(3)]}.${pick(10)}.${pick(256)}`;
    return `${next() < 0.3 ? own : provider} out.domain${domain}.example user${pick(50)}@domain${domain}.example`;
  });
}

const PEERS = [
  {
    name: 'pyspf',
    command: ['/usr/bin/python3', peer('spf-pyspf.py')],
    needs: ['/usr/bin/python3', '-c', 'import spf'],
  },
  { name: 'Mail::SPF', command: ['perl', peer('spf-mail-spf.pl')], needs: ['perl', '-MMail::SPF', '-e', '1'] },
];

const words = ({ command, stdin }) =>
  spawnSync(command[0], command.slice(1), { input: readFileSync(stdin), maxBuffer: 1 << 28, encoding: 'latin1' })
    .stdout;

export function spfBatch({ table, file, dktool, quick }) {
  const sessions = makeSessions(quick ? 4_000 : 20_000);
  const [zone, list] = [file('spf-zone.json'), file('sessions')];
  writeFileSync(zone, JSON.stringify(makeZone()));
  writeFileSync(list, `${sessions.join('\n')}\n`);
  const ours = { command: [...dktool, 'spf-check', '--batch', '--zone', zone], stdin: list, status: 1 };
  const results = words(ours)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).result);
  for (const { name, command, needs } of PEERS) {
    const row = `spf-check --batch, ${sessions.length} sessions, times as fast as ${name}`;
    if (spawnSync(needs[0], needs.slice(1)).status !== 0) {
      table.leftOut(row, `${name} is not installed`);
      continue;
    }
    const loop = { command: [...command, zone], stdin: list };
    const theirs = words(loop).trimEnd().split('\n');
    const other = results.findIndex((result, i) => result !== theirs[i]);
    if (other !== -1) throw new Error(`${sessions[other]}: ${results[other]}, by ${name} ${theirs[other]}`);
    table.speed(row, ours, loop, TARGET, quick ? 3 : 5);
  }
}

// One process a message, as qmail and procmail start them: against an empty script, and against the peers.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeMessage } from './corpus.mjs';
import { isUsable } from './measure.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const node = process.execPath;

export function startUp({ table, file, dktool, port, quick, sign, signed, record }) {
  const pairs = quick ? 11 : 41;
  writeFileSync(file('empty.cjs'), '0;\n');
  const empty = { command: [node, file('empty.cjs')] };
  makeMessage(file('small'), 5_000);
  const small = file('small');
  const smallSigned = signed('small');
  const server = `127.0.0.1:${port}`;
  const verify = { command: [...dktool, 'verify', '--nameserver', server], stdin: smallSigned };
  const session = ['--ip', '198.51.100.3', '--helo', 'mx.example.com', '--from', 'user@example.com'];
  const spf = { command: [...dktool, 'spf-check', '--nameserver', server, ...session] };

  table.ratio('sign 5 KB / empty script', sign(small), empty, 1.3, pairs);
  table.ratio('verify 5 KB, a live look-up / empty script', verify, empty, 1.4, pairs);
  table.ratio('spf-check, three live look-ups / empty script', spf, empty, 1.5, pairs);
  const recordOf = { command: [...dktool, 'dns-record', 'example.com', '-k', file('bench')] };
  table.ratio('dns-record, one of the commands that share a program / empty script', recordOf, empty, 1.4, pairs);
  const executable = join(here, `../dist/dktool-${process.platform}-${process.arch}`);
  if (existsSync(executable)) {
    const alone = { command: [executable, 'sign', '-q', '-k', file('bench')], stdin: small };
    table.ratio('sign 5 KB, single executable / empty script', alone, empty, 1.2, pairs);
  } else table.leftOut('sign 5 KB, single executable / empty script', 'npm run executable was not run');
  const floor = (...args) => ({ command: [node, join(here, 'floor.cjs'), ...args] });
  table.ratio('node:crypto and one signature / empty script', floor('sign', file('bench')), empty, undefined, pairs);
  const leastOfVerify = floor('verify', file('bench'), String(port));
  table.ratio('node:crypto, a UDP answer, a verification / empty script', leastOfVerify, empty, undefined, pairs);

  const peer = (name) => join(here, 'peers', name);
  writeFileSync(file('cache.json'), JSON.stringify({ 'bench._domainkey.example.com': { TXT: [[record]] } }));
  const mailauth = [node, join(here, '../node_modules/mailauth/bin/mailauth.js')];
  const key = ['--domain', 'example.com', '--selector', 'bench', '--private-key', file('bench')];
  const PEERS = [
    {
      name: 'dkimpy',
      target: 0.45,
      sign: { command: ['dkimsign', 'bench', 'example.com', file('bench')], stdin: small },
      verify: { command: ['/usr/bin/python3', peer('verify-dkimpy.py'), String(port)], stdin: smallSigned },
    },
    {
      name: 'Mail::DKIM',
      target: 0.7,
      sign: { command: ['perl', peer('sign-mail-dkim.pl'), file('bench')], stdin: small },
      verify: { command: ['perl', peer('verify-mail-dkim.pl'), String(port)], stdin: smallSigned },
    },
    {
      name: 'mailauth',
      target: 0.22,
      sign: { command: [...mailauth, 'sign', ...key, small] },
      verify: { command: [...mailauth, 'report', '--dns-cache', file('cache.json'), smallSigned] },
    },
  ];
  const pairsOfPeers = quick ? 5 : 15;
  for (const { name, target, ...commands } of PEERS) {
    for (const [what, ours] of Object.entries({ sign: sign(small), verify })) {
      const row = `${what} 5 KB / ${name}`;
      if (isUsable(commands[what])) table.ratio(row, ours, commands[what], target, pairsOfPeers);
      else table.leftOut(row, `${name} is not installed`);
    }
  }
}

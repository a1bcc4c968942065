// node bench/milter.mjs [--messages N] [--connections N] [--sign] [--size OCTETS] [--target inet:PORT@HOST --pid N --key FILE]
// Sends one signed message again and again through the milter protocol, and says how many a second were answered, how many of
// them with a DKIM pass, and what the process with --pid used of the processor and of memory. Without --target, dktool serve
// is started with a zone file of its own on one processor.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '8' },
    target: { type: 'string' },
    sign: { type: 'boolean', default: false },
    size: { type: 'string', default: '4000' },
    pid: { type: 'string' },
    key: { type: 'string' },
    every: { type: 'string' },
  },
});
const count = Number(values.messages);
const DKTOOL = fileURLToPath(new URL('../bin/dktool.js', import.meta.url));

const work = mkdtempSync(join(tmpdir(), 'dktool-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const run = (args, input) =>
  execFileSync(process.execPath, [DKTOOL, ...args], { cwd: work, input, encoding: 'latin1' });
const lines = 'The quick brown fox jumps over the lazy dog, again and again.\r\n'.repeat(Number(values.size) / 63);
const plain =
  `From: Ada <ada@example.com>\r\nTo: bob@example.net\r\nSubject: hello\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n` +
  `Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${lines}`;
const key = values.key ?? join(work, 'bench');
if (values.key === undefined) run(['keygen', 'example.com', '-s', 'bench', '-o', key]);
const record = run(['dns-record', '-d', 'example.com', '-k', key, '--format', 'raw']).trim();
const zone = {
  'bench._domainkey.example.com': { TXT: [record] },
  'example.com': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] },
  '_dmarc.example.com': { TXT: ['v=DMARC1; p=reject'] },
};
writeFileSync(join(work, 'zone.json'), JSON.stringify(zone));
const message = values.sign ? plain : run(['sign', '-q', '-k', key], plain);

function packet(letter, data = '') {
  const body = Buffer.from(data, 'latin1');
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1);
  head.write(letter, 4);
  return Buffer.concat([head, body]);
}

const uint32 = (value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value]).toString('latin1');
const start = Buffer.concat([
  packet('D', `Cj\0mx.example.org\0`),
  packet('C', `client.example\x004\x30\x39${values.sign ? '127.0.0.1' : '192.0.2.1'}\0`),
  packet('H', 'client.example\0'),
]);
const [header, body] = [
  message.slice(0, message.indexOf('\r\n\r\n') + 2),
  message.slice(message.indexOf('\r\n\r\n') + 4),
];
const fields = header.split(/\r\n(?![ \t])/).slice(0, -1);
/** Pieces between which the filter may want to answer, as it has agreed to. */
const mail = [
  { bytes: packet('M', '<ada@example.com>\0'), flag: 0x4000 },
  { bytes: packet('R', '<bob@example.net>\0'), flag: 0x8000, skip: 0x8 },
  { bytes: packet('T'), flag: 0x10000, skip: 0x200 },
  ...fields.map((field) => {
    const colon = field.indexOf(':');
    return {
      bytes: packet('L', `${field.slice(0, colon)}\0${field.slice(colon + 1).replaceAll('\r\n', '\n')}\0`),
      flag: 0x80,
    };
  }),
  { bytes: packet('N'), flag: 0x40000 },
  { bytes: packet('B', body), flag: 0x80000 },
  { bytes: packet('E'), flag: 0 },
];

let [left, done, passed] = [count, 0, 0];
const ends = {};

function session(target) {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    socket.setNoDelay(true);
    let rest = Buffer.alloc(0);
    let wake;
    const replies = [];
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
        const end = 4 + rest.readUInt32BE(0);
        replies.push(rest.subarray(4, end));
        rest = rest.subarray(end);
      }
      wake?.();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the filter went away')));
    const next = async () => {
      while (replies.length === 0) await new Promise((on) => (wake = on));
      return replies.shift();
    };
    void (async () => {
      socket.write(packet('O', uint32(6) + uint32(0x1ff) + uint32(0x1fffff)));
      const agreed = (await next()).readUInt32BE(9);
      socket.write(start);
      if ((agreed & 0x1000) === 0) await next();
      if ((agreed & 0x2000) === 0) await next();
      const steps = mail.filter(({ skip = 0 }) => (agreed & skip) === 0);
      while (left > 0) {
        left--;
        let pending = [];
        for (const { bytes, flag } of steps) {
          pending.push(bytes);
          if (flag === 0 || (agreed & flag) !== 0) continue;
          socket.write(Buffer.concat(pending));
          pending = [];
          await next();
        }
        socket.write(Buffer.concat(pending));
        let end;
        do {
          end = await next();
          if (end.includes(values.sign ? 'DKIM-Signature' : 'dkim=pass')) passed++;
        } while (!'acty'.includes(String.fromCharCode(end[0])));
        const letter = String.fromCharCode(end[0]);
        ends[letter] = (ends[letter] ?? 0) + 1;
        done++;
        if (values.every !== undefined && done % Number(values.every) === 0) report();
        socket.write(packet('A'));
      }
      socket.removeAllListeners('close');
      socket.end(packet('Q'));
      resolve();
    })().catch(reject);
  });
}

function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1];
  return {
    cpu: (Number(stat[11]) + Number(stat[12])) / 100,
    rss: Number(rss) / 1024,
    fds: readdirSync(`/proc/${pid}/fd`).length,
  };
}

let pid = values.pid;
let target = values.target;
let child;
if (target === undefined) {
  const path = join(work, 'milter');
  const how = values.sign ? ['--sign', '--key-table', join(work, 'KeyTable')] : ['--verify'];
  writeFileSync(join(work, 'KeyTable'), `bench example.com:bench:${key}\n`);
  const args = [DKTOOL, 'serve', '--milter', `unix:${path}`, ...how, '--zone', join(work, 'zone.json'), '-q'];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  pid = child.pid;
  target = `unix:${path}`;
  for (let tries = 0; tries < 100; tries++) {
    await new Promise((on) => setTimeout(on, 50));
    if (
      await new Promise((on) =>
        connect(path)
          .once('connect', function () {
            this.destroy();
            on(true);
          })
          .once('error', () => on(false)),
      )
    )
      break;
  }
}
const [, kind, place] = /^(unix|inet):(.*)$/.exec(target);
const began = performance.now();
const before = pid === undefined ? undefined : usage(pid);

function report() {
  const took = (performance.now() - began) / 1000;
  const used = pid === undefined ? undefined : usage(pid);
  console.log(
    [
      `${done} messages of ${message.length} octets in ${took.toFixed(1)} s: ${(done / took).toFixed(0)} a second`,
      `${passed} ${values.sign ? 'signed' : 'passed'}, ends ${JSON.stringify(ends)}`,
      ...(used === undefined
        ? []
        : [
            `processor ${(((used.cpu - before.cpu) * 1000) / done).toFixed(3)} ms each: ${(done / (used.cpu - before.cpu)).toFixed(0)} a second and core; memory ${used.rss.toFixed(0)} MB, descriptors ${used.fds}`,
          ]),
    ].join('; '),
  );
}

await Promise.all(
  Array.from({ length: Number(values.connections) }, () =>
    session(kind === 'unix' ? { path: place } : { port: Number(place.split('@')[0]), host: '127.0.0.1' }),
  ),
);
report();
child?.kill();

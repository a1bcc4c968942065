// One run of a program in a site, under a fault: its status, what it wrote, and which of its calls were injected.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './site.mjs';

const CLOCK = fileURLToPath(new URL('clock.cjs', import.meta.url));
const BLOCKING =
  'import os, signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, [getattr(signal, s) for s in sys.argv[1].split(",")])\nos.execv(sys.argv[2], sys.argv[2:])';
const MOST_SECONDS = 60;

/**
 * @param {object} program of programs.mjs
 * @param {{ strace?, shell?, prelude?, env?, reader?, machine?, clock?, blocked?, server? }} how what its fault starts it with
 * @returns {Promise<{ status, signal, stdout, stderr, trace, seconds }>}
 */
export async function runOne(site, program, how) {
  const args = [...program.args];
  if (how.server !== undefined) {
    const zone = args.indexOf('--zone');
    args.splice(zone, 2, '--nameserver', how.server, '--timeout', '1', '--tries', '1', '--deadline', '3');
  }
  const [name, ...rest] = args;
  let command = [process.execPath, join(ROOT, 'bin', `${name}.js`), ...rest];
  if (how.strace !== undefined) {
    // -y has the paths of descriptors in the trace.
    command = ['strace', '-f', '-y', '-qq', '-o', join(site, 'trace'), ...how.strace, ...command];
  }
  if (how.blocked !== undefined)
    command = ['/usr/bin/python3', '-c', BLOCKING, how.blocked.join(','), ...absolute(command)];
  if (how.user === true) command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command];
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const input = program.stdin === undefined ? '</dev/null' : `<'${program.stdin}'`;
  const output = program.envelope ? '1<envelope.in' : '>stdout';
  const prelude = how.prelude === undefined ? '' : `${how.prelude};`;
  const readers = { gone: '| true', slow: '| { sleep 0.3; cat >stdout; }' };
  let line =
    how.reader === undefined
      ? `${prelude} ${how.shell === undefined ? 'exec ' : ''}${quoted} ${input} ${output} 2>stderr ${how.shell ?? ''}`
      : `{ ${prelude} ${quoted} ${input} 2>stderr; echo $? >status; } ${readers[how.reader]}`;
  let shell = ['sh', '-c', line];
  if (how.machine !== undefined) {
    line = `${how.machine} || exit 99; ${line}`;
    shell = ['unshare', '--mount', 'sh', '-c', line];
  }
  const env = {
    PATH: process.env.PATH,
    HOME: join(site, 'home'),
    TMPDIR: join(site, 'tmp'),
    SITE: site,
    DKQUEUE: join(site, 'qmail-queue'),
    DKREMOTE: join(site, 'qmail-remote'),
    DKSIGN: join(site, 'keys/%/default'),
    DKTOOL_CONTROL: join(site, 'control'),
    DKTOOL_ZONE: join(site, 'zone.json'),
    DKVERIFY: '',
    ...(how.clock === undefined ? {} : { FAULT_CLOCK: String(how.clock), NODE_OPTIONS: `--require ${CLOCK}` }),
    ...how.env,
  };
  for (const file of ['stdout', 'stderr', 'status', 'trace']) writeFileSync(join(site, file), '', { mode: 0o666 });
  const child = spawn(shell[0], shell.slice(1), {
    cwd: site,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const started = Date.now();
  const { pid } = child;
  // With all that it started: it leads a group of its own.
  const timer = setTimeout(() => pid !== undefined && process.kill(-pid, 'SIGKILL'), MOST_SECONDS * 1000);
  const [status, signal] = await new Promise((resolve) => child.on('close', (...end) => resolve(end)));
  clearTimeout(timer);
  const read = (file) => (existsSync(join(site, file)) ? readFileSync(join(site, file), 'latin1') : '');
  const real = how.reader === undefined ? status : Number(read('status'));
  return {
    status: real,
    signal,
    stdout: read('stdout'),
    stderr: read('stderr').replace(/^strace: .*\n/gm, ''),
    trace: read('trace'),
    seconds: (Date.now() - started) / 1000,
  };
}

/** execv wants the path of the program. */
function absolute([program, ...args]) {
  return [program.includes('/') ? program : `/usr/bin/${program}`, ...args];
}

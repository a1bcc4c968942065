/**
 * A host of its own for mail servers: mount and process name spaces over this system, in which /usr, /etc, /var, /run and /root
 * can be written and forget everything, with Debian packages laid over them. The network is the loopback of this system.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLEAN_ENV, type Run, runProgram, type RunOptions } from './bin.ts';
import { leaveOut, needProgram } from './peers.ts';

const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** Packages that .ci/unpack-peers put beside the system, since only one of them can be installed. */
export type UnpackedPackage = 'postfix' | 'exim4-daemon-light';

/**
 * Run by the first process of the host, with the packages' folders as arguments. It says its process number, as this system
 * knows it, and ends with its standard input: then everything on the host dies, whatever became of the test.
 */
const BOOT = `set -e
cd "$DISK"
mount -t tmpfs -o mode=755 tmpfs "$DISK"
for folder in usr etc var; do
  mkdir -p "$DISK/$folder" "$DISK/work/$folder"
  lower=/$folder
  for package; do [ ! -d "$package/$folder" ] || lower=$package/$folder:$lower; done
  mount -t overlay -o "lowerdir=$lower,upperdir=$DISK/$folder,workdir=$DISK/work/$folder" overlay "/$folder"
done
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=700 tmpfs /root
read -r pid rest </proc/self/stat
mount -t proc proc /proc
rm -rf /etc/domainkeys /var/qmail
echo "$pid"
exec cat >/dev/null`;

export class Machine {
  readonly #first: ChildProcess;
  readonly #pid: string;
  readonly #disk: string;

  private constructor(first: ChildProcess, pid: string, disk: string) {
    this.#first = first;
    this.#pid = pid;
    this.#disk = disk;
  }

  /** Without root, name spaces or the packages the test is left out. */
  static async start(packages: readonly UnpackedPackage[], skip: (reason: string) => never): Promise<Machine> {
    const unshare = needProgram('unshare', 'util-linux', skip);
    const folders = packages.map((name) => join(checkout, 'build/peers', name));
    const missing = folders.findIndex((folder) => !existsSync(folder));
    if (missing !== -1) leaveOut(`${packages[missing]} is not unpacked: .ci/unpack-peers does it`, skip);
    const disk = mkdtempSync(join(tmpdir(), 'dktool-machine-'));
    const first = spawn(unshare, ['--mount', '--pid', '--fork', '/bin/sh', '-c', BOOT, 'boot', ...folders], {
      env: { ...CLEAN_ENV, DISK: disk },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const { pid, problem } = await bootResult(first);
    if (pid === undefined) {
      rmSync(disk, { recursive: true, force: true });
      leaveOut(`no mail server can run in name spaces of its own, which takes root (${problem})`, skip);
    }
    const machine = new Machine(first, pid, disk);
    machine.#installDktool();
    return machine;
  }

  /** Where a path of the host is to be found from here. */
  at(path: string): string {
    return `/proc/${this.#pid}/root${path}`;
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'latin1');
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text, 'latin1');
    chmodSync(this.at(path), mode);
  }

  run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
    const { env, ...rest } = options;
    const settings = Object.entries({ PATH, ...env }).map(([name, value]) => `${name}=${value}`);
    const enter = ['-t', this.#pid, '--mount', '--pid', '/usr/bin/env', '-C', '/root', ...settings];
    return runProgram('nsenter', [...enter, program, ...args], rest);
  }

  /** Run commands that must succeed, as root. @returns what they print */
  async shell(commands: string): Promise<string> {
    const { status, stdout, stderr } = await this.run('/bin/sh', ['-e', '-c', commands]);
    if (status !== 0) throw new Error(`status ${status}: ${commands}\n${stdout}${stderr}`);
    return stdout;
  }

  /**
   * Wait until something stands in a file, such as a log.
   *
   * @throws Error with the file where it does not come
   */
  async until(path: string, wanted: RegExp): Promise<string> {
    for (let tries = 0; tries < 400; tries++) {
      const found = existsSync(this.at(path)) ? wanted.exec(this.read(path)) : null;
      if (found !== null) return found[0];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`no ${wanted.source} in ${path}:\n${existsSync(this.at(path)) ? this.read(path) : ''}`);
  }

  /** Every process of the host is killed. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#first.once('close', resolve));
    this.#first.stdin!.end();
    if (this.#first.exitCode === null) await ended;
    rmSync(this.#disk, { recursive: true, force: true });
  }

  /** As `npm install -g` leaves it: the mail servers' users may be unable to read this checkout. */
  #installDktool(): void {
    const home = this.at('/usr/local/lib/node_modules/dktool');
    for (const part of ['package.json', 'bin', 'dist/dktool.cjs', 'dist/run-worker.cjs', 'dist/program', 'contrib']) {
      cpSync(join(checkout, part), join(home, part), { recursive: true });
    }
    const bin = this.at('/usr/local/bin');
    rmSync(join(bin, 'dktool'), { force: true });
    symlinkSync('../lib/node_modules/dktool/bin/dktool.js', join(bin, 'dktool'));
    if (process.execPath.startsWith('/usr/')) return;
    rmSync(join(bin, 'node'), { force: true });
    copyFileSync(process.execPath, join(bin, 'node'));
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function bootResult(first: ChildProcess): Promise<{ pid?: string; problem: string }> {
  return new Promise((resolve) => {
    let problem = '';
    first.stderr!.setEncoding('utf8').on('data', (text: string) => {
      problem += text;
    });
    first.stdout!.setEncoding('utf8').once('data', (text: string) => resolve({ pid: text.trim(), problem }));
    first.once('error', (error) => resolve({ problem: error.message }));
    first.once('close', () => resolve({ problem: problem.trim() }));
  });
}

/**
 * A qmail folder with stand-ins for qmail-queue and qmail-remote, and runs of our programs in front of them. The stand-ins
 * keep what they are given, octet by octet, and do what a test tells them to on the way.
 */
import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLEAN_ENV, temporaryFolder } from './bin.ts';
import { type KeyName, keyPath } from './vectors.ts';

/** Reads all of the message, and for qmail-queue then the envelope, which has to be complete. */
const STANDIN = `#!/bin/sh
cd "$STANDIN_FOLDER" || exit 61
eval "$STANDIN_BEFORE"
printf '%s\\0' "$@" > $$.args
(exec ls -l /proc/$$/fd > $$.descriptors)
eval "$STANDIN_WHILE"
cat > $$.message || exit 54
if test "\${0##*/}" = qmail-queue; then
  cat <&1 > $$.envelope || exit 54
  test "$(tail -c 2 $$.envelope | od -An -tx1)" = ' 00 00' || exit 54
fi
eval "$STANDIN_AFTER"
touch $$.done
test "\${0##*/}" = qmail-queue || printf 'r\\0Kaccepted\\n\\0'
`;

/** What a stand-in was given. latin1. */
export interface Delivery {
  readonly message: string;
  readonly envelope: string;
  readonly args: readonly string[];
  /** What each descriptor of one digit leads to. */
  readonly descriptors: ReadonlyMap<number, string>;
}

export interface WrapperRun {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** fd 1 of dktool-remote; latin1. */
  readonly report: string;
  readonly stderr: string;
}

export interface WrapperOptions {
  readonly args?: readonly string[];
  /** latin1; what stdin holds. `undefined`: stdin is left open until `whileRunning` ends it. */
  readonly input?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** latin1, for dktool-queue. */
  readonly envelope?: string;
  /** Shell text that is put between the program and the descriptors that it gets, e.g. `0<&-`. */
  readonly redirections?: string;
  /** Shell text that runs first. */
  readonly prelude?: string;
  /** Run the launcher from contrib/qmail with this shell, instead of node. */
  readonly launcher?: readonly string[];
  /** Run this instead of either. */
  readonly command?: readonly string[];
  readonly whileRunning?: (child: ReturnType<typeof spawn>) => void | Promise<void>;
}

export const ENVELOPE = 'Fsender@example.com\0Trecipient@example.org\0\0';

export class QmailHome {
  readonly folder = temporaryFolder();
  readonly #deliveries = join(this.folder, 'deliveries');

  constructor() {
    for (const name of ['bin', 'control', 'keys', 'deliveries', 'tmp']) mkdirSync(join(this.folder, name));
    for (const name of ['qmail-queue', 'qmail-remote.orig']) this.program(name, STANDIN);
    this.control('me', 'mx.example.org\n');
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  program(name: string, text: string): void {
    writeFileSync(this.path('bin', name), text, 'latin1');
    chmodSync(this.path('bin', name), 0o755);
  }

  control(name: string, text: string): void {
    writeFileSync(this.path('control', name), text);
  }

  /** A key for a domain, where `keys/%/default` finds it. @returns that pattern */
  key(domain: string, name: KeyName): string {
    mkdirSync(this.path('keys', domain), { recursive: true });
    copyFileSync(keyPath(name), this.path('keys', domain, 'default'));
    chmodSync(this.path('keys', domain, 'default'), 0o640);
    return this.path('keys', '%', 'default');
  }

  /** What stand-ins have taken to the end. */
  get deliveries(): readonly Delivery[] {
    return this.#begun.filter((id) => existsSync(join(this.#deliveries, `${id}.done`))).map((id) => this.#delivery(id));
  }

  /** How many stand-ins were started. */
  get started(): number {
    return this.#begun.length;
  }

  get #begun(): readonly string[] {
    return readdirSync(this.#deliveries)
      .filter((name) => name.endsWith('.args'))
      .map((name) => name.replace('.args', ''));
  }

  #delivery(id: string): Delivery {
    const text = (kind: string) => {
      const path = join(this.#deliveries, `${id}.${kind}`);
      return existsSync(path) ? readFileSync(path, 'latin1') : '';
    };
    const descriptors = [...text('descriptors').matchAll(/ (\d) -> (.*)$/gm)];
    return {
      message: text('message'),
      envelope: text('envelope'),
      args: text('args').split('\0').slice(0, -1),
      descriptors: new Map(descriptors.map(([, fd, target]) => [Number(fd), target!])),
    };
  }

  queue(options: WrapperOptions = {}): Promise<WrapperRun> {
    return this.#run('dktool-queue', options);
  }

  remote(options: WrapperOptions = {}): Promise<WrapperRun> {
    return this.#run('dktool-remote', { args: ['mx.example.org', 'a@example.com', 'b@example.org'], ...options });
  }

  /** Ends when everybody has closed stderr: our program, and a stand-in that may have outlived it. */
  #run(name: 'dktool-queue' | 'dktool-remote', options: WrapperOptions): Promise<WrapperRun> {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const command = options.command ?? [
      ...(options.launcher ?? [process.execPath]),
      options.launcher === undefined ? join(root, 'bin', `${name}.js`) : join(root, 'contrib', 'qmail', name),
    ];
    const envelope = this.path('envelope');
    writeFileSync(envelope, options.envelope ?? ENVELOPE, 'latin1');
    const isQueue = name === 'dktool-queue';
    const fd = isQueue ? openSync(envelope, 'r') : undefined;
    const script = `${options.prelude ?? ''}\nexec "$@" ${options.redirections ?? ''}`;
    return new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', ['-c', script, 'sh', ...command, ...(options.args ?? [])], {
        cwd: this.folder,
        env: {
          ...CLEAN_ENV,
          TMPDIR: this.path('tmp'),
          DKTOOL_CONTROL: this.path('control'),
          DKTOOL_NOW: '1694000000',
          DKTOOL_HOME: root,
          DKTOOL_NODE: process.execPath,
          DKTOOL_LOG: this.path('log'),
          STANDIN_FOLDER: this.#deliveries,
          ...options.env,
        },
        stdio: ['pipe', fd ?? 'pipe', 'pipe'],
      });
      if (fd !== undefined) closeSync(fd);
      const output = { report: '', stderr: '' };
      child.stdout?.setEncoding('latin1').on('data', (text: string) => (output.report += text));
      child.stderr!.setEncoding('latin1').on('data', (text: string) => (output.stderr += text));
      child.on('error', reject);
      child.on('close', (status, signal) => resolve({ status, signal, ...output }));
      child.stdin!.on('error', () => {}); // it may end without reading
      if (options.input !== undefined) child.stdin!.end(options.input, 'latin1');
      Promise.resolve(options.whileRunning?.(child)).catch(reject);
    });
  }

  /** What our programs have put into their log. */
  get log(): string {
    return existsSync(this.path('log')) ? readFileSync(this.path('log'), 'utf8') : '';
  }

  /** What our programs have left behind in TMPDIR. */
  get leftovers(): readonly string[] {
    return readdirSync(this.path('tmp'));
  }
}

/** Wait until something is true: for what another process does. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

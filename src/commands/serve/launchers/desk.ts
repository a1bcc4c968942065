/** A directory in which launchers of contrib leave messages, and what is done with them. */
import { chownSync, type FSWatcher, mkdirSync, readdirSync, statSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, ProcessView, ServiceProcess, UserIds } from '../../../console/context.ts';
import { takeHandover } from '../../../console/qmail/handover.ts';
import type { QmailContext } from '../../../console/qmail/program.ts';
import { dktoolQueue } from '../../../console/qmail/queue.ts';
import { dktoolRemote } from '../../../console/qmail/remote.ts';
import { removeStaleFiles } from '../../../console/qmail/stale-files.ts';
import { DescriptorSource, type ByteSink } from '../../../console/streams/bytes.ts';
import { systemReason } from '../../../console/streams/system-reason.ts';
import type { Resolver } from '../../../lib/dns/resolver.ts';
import { DktoolError } from '../../../lib/errors.ts';
import type { Counters } from '../counters.ts';
import type { Log } from '../log.ts';
import type { Places } from '../places.ts';
import { claim, type Claimed, REQUEST } from './claim.ts';
import { runForLauncher } from './command-line.ts';
import type { LauncherRequest } from './request.ts';
import { isServable } from './servable.ts';

/** Seconds between two looks, where the system has not said that there is something new. Launchers wait for one. */
const INTERVAL = 0.25;
/** Seconds between two removals of what killed launchers have left. */
const CLEANING = 3600;

export interface DeskWorld {
  readonly context: Context;
  /** Of this process. */
  readonly view: () => ProcessView;
  readonly resolver: Resolver;
  readonly places: Places;
  readonly log: Log;
  readonly counters: Counters;
}

/** Launchers look for it: without it they do not wait. */
const READY = 'ready';

export class Desk {
  readonly #folder: string;
  readonly #world: DeskWorld;
  readonly #hand = new Set<Promise<void>>();
  #watcher: FSWatcher | undefined;
  #timers: NodeJS.Timeout[] = [];
  #isLooking = false;

  constructor(folder: string, world: DeskWorld) {
    this.#folder = folder;
    this.#world = world;
  }

  /** Make the directory, which is the user's alone. @throws DktoolError `socket-unusable` */
  prepare(service: ServiceProcess, user: UserIds | undefined): void {
    try {
      mkdirSync(this.#folder, { mode: 0o700, recursive: true });
      if (service.isRoot && user !== undefined) chownSync(this.#folder, user.uid, user.gid);
    } catch (error) {
      throw this.#unusable(systemReason(error), error);
    }
  }

  /** @throws DktoolError `socket-unusable` where others could leave something there, or we cannot */
  open(uid: number): void {
    try {
      const { uid: owner, mode } = statSync(this.#folder);
      if (owner !== uid)
        throw this.#unusable('it belongs to another user, whose launchers would be the only ones to use it');
      if ((mode & 0o077) !== 0) throw this.#unusable('others have rights there: chmod 700 takes them away');
      this.#watcher = watch(this.#folder, (_, name) => {
        if (name === null || name.endsWith(REQUEST)) this.#lookSoon();
      });
      this.#watcher.on('error', () => {}); // the timer looks too
      removeStaleFiles(this.#folder, uid, this.#world.context.now());
      writeFileSync(join(this.#folder, READY), '');
    } catch (error) {
      throw error instanceof DktoolError ? error : this.#unusable(systemReason(error), error);
    }
    this.#timers = [
      setInterval(() => this.#look(), INTERVAL * 1000),
      setInterval(() => removeStaleFiles(this.#folder, uid, this.#world.context.now()), CLEANING * 1000),
    ];
  }

  /** Take no more, and wait for what is in hand. */
  async finish(): Promise<void> {
    this.stop();
    await Promise.all(this.#hand);
  }

  stop(): void {
    this.#watcher?.close();
    for (const timer of this.#timers) clearInterval(timer);
    try {
      unlinkSync(join(this.#folder, READY));
    } catch {
      // Whoever waits for us in vain starts Node.js after a second.
    }
  }

  #unusable(why: string, cause?: unknown): DktoolError {
    return new DktoolError('socket-unusable', `cannot serve ${this.#folder}: ${why}`, { kind: 'temporary', cause });
  }

  /** A request that is written in pieces says so several times. */
  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    setImmediate(() => {
      this.#isLooking = false;
      this.#look();
    });
  }

  #look(): void {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch (error) {
      this.#world.log.write('problem', 'look-failed', { directory: this.#folder, why: systemReason(error) });
      return;
    }
    for (const name of names)
      if (name.endsWith(REQUEST)) this.#take(join(this.#folder, name.slice(0, -REQUEST.length)));
  }

  /** Without a place the request stays: its launcher waits for a second, and starts Node.js then. */
  #take(file: string): void {
    const { places, context, counters } = this.#world;
    if (!places.takeNow()) return;
    const claimed = claim(file, context.now(), (request) => this.#mayServe(request));
    if (claimed === undefined) {
      places.release();
      return;
    }
    counters.add('dktool_serve_launched_total', claimed.request.program);
    const work = this.#work(claimed).finally(() => {
      this.#hand.delete(work);
      claimed.close();
      places.release();
    });
    this.#hand.add(work);
  }

  #mayServe(request: LauncherRequest): boolean {
    if (request.program !== 'dktool') return true;
    return this.#world.context.runCommand !== undefined && isServable(request, this.#world.view());
  }

  async #work(claimed: Claimed): Promise<void> {
    const { program, args } = claimed.request;
    try {
      if (program === 'dktool') return await runForLauncher(claimed, this.#world.context);
      const context = this.#contextOf(claimed);
      await (program === 'dktool-queue' ? dktoolQueue(args, context) : dktoolRemote(args, context));
    } catch (error) {
      // No answer: a launcher of qmail puts the mail off, that of sign and verify does the work itself.
      this.#world.log.write('problem', 'deferred', { why: `internal error: ${String(error)}` });
    }
  }

  /** As src/entry/process-wrapper.ts has it for a process of its own. */
  #contextOf({ request, file, message, say }: Claimed): QmailContext {
    const { context, resolver } = this.#world;
    const stdout = lineSink((line) => {
      if (line !== '') say(line);
    });
    const reject = request.env['DKTOOL_ERROR_FD'] === 'none' ? undefined : (text: string) => say(`reject ${text}`);
    return {
      ...context,
      stdin: new DescriptorSource(message, 'the message'),
      stdout,
      stderr: lineSink((line) => say(`log ${line}`)),
      env: request.env,
      // Mail is handled by many users, and by none that has settings of its own.
      configurationFiles: (context.configurationFiles ?? []).slice(0, 1),
      handover: takeHandover({ DKTOOL_HANDOVER: file }, stdout),
      ignoreSignals: () => {},
      onBehalf: { resolver, reject },
    };
  }
}

/** @param take gets each line without its end */
function lineSink(take: (line: string) => void): ByteSink {
  return {
    isTerminal: false,
    columns: 80,
    write: (bytes) => {
      const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
      for (const line of text.replace(/\n$/, '').split('\n')) take(line);
    },
  };
}

/** One pass over a domain: everything that can be done now. */
import { dirname } from 'node:path';
import type { Context } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { type Lock, lockFile } from '../../console/streams/lock.ts';
import { abort, asked, isOverdue, nextStep, reloaded, retired, type Step, withClock } from '../../lib/rotate/engine.ts';
import type { Facts } from '../../lib/rotate/facts.ts';
import { instant, type Rotation, secondsOf } from '../../lib/rotate/state.ts';
import { DktoolError } from '../../lib/errors.ts';
import { askForChange, commandFailed } from './ask.ts';
import { beginRotation } from './begin.ts';
import { lookAt, probeKeys } from './name-servers.ts';
import { discardKeys, isThere, makeKeys, retireKeys } from './new-keys.ts';
import type { RotateOptions } from './options.ts';
import { clearLocks, signingNow, switchPlaces } from './place.ts';
import { removeLeftovers } from './replace-file.ts';
import { runShell } from './shell.ts';
import { StateBook } from './state-book.ts';
import { keyInUse, placeOf, type Target } from './targets.ts';

export interface Reporter {
  /** What a person has to know. */
  readonly report: (sentence: string) => void;
  /** What is good to see at a terminal. */
  readonly note: (sentence: string) => void;
}

/** How a pass over a domain ended. */
export interface Pass {
  readonly outcome: Outcome;
  /** It waits for name servers, or a short time: staying is worth it. Why. */
  readonly waitsFor: string | undefined;
  /** Seconds since 1970 before which there is nothing to do. */
  readonly until: number | undefined;
}

const DONE: Pass = { outcome: 'ok', waitsFor: undefined, until: undefined };

/** It gives signs of life, and is free while --wait sleeps. */
const STATE_LOCK = { staleAfter: 20, patience: 60, command: 'dktool rotate' };

/** Phases in which name servers are waited for. */
const SHORT = ['publish', 'wait', 'switch', 'reload', 'revoke', 'remove', 'drop'];

const DAY = 86_400;

/** @throws DktoolError where a step fails; the next pass takes it up again */
export async function rotateDomain(
  target: Target,
  options: RotateOptions,
  context: Context,
  reporter: Reporter,
): Promise<Pass> {
  // What can never be switched is said before anything is written.
  if (!isThere(target.stateFile)) target.keys.forEach(placeOf);
  const lock = await lockFile(`${target.stateFile}.lock`, STATE_LOCK, context);
  try {
    removeLeftovers(dirname(target.stateFile));
    return await new RotationRun(target, options, context, reporter, lock).run();
  } finally {
    lock.release();
  }
}

class RotationRun {
  readonly #target: Target;
  readonly #options: RotateOptions;
  readonly #context: Context;
  readonly #reporter: Reporter;
  readonly #book: StateBook;
  readonly #lock: Lock;
  /** What was seen of DNS since the zone or the places were last changed. */
  #seen: Pick<Facts, 'from' | 'to' | 'probe'> = {};

  constructor(target: Target, options: RotateOptions, context: Context, reporter: Reporter, lock: Lock) {
    this.#target = target;
    this.#options = options;
    this.#context = context;
    this.#reporter = reporter;
    this.#lock = lock;
    this.#book = new StateBook(target.stateFile, lock);
  }

  async run(): Promise<Pass> {
    let rotation = await this.#start();
    if (rotation === undefined) return DONE;
    for (;;) {
      const step = nextStep(rotation, factsOf(this.#domain, rotation, this.#seen), this.#now);
      if (step.kind === 'wait') return this.#waiting(rotation, step.why, step.until);
      if (step.kind === 'stop') {
        this.#reporter.report(`${this.#domain}: ${step.problem}; ${step.remedy}`);
        return { ...DONE, outcome: 'negative' };
      }
      if (step.kind === 'finish') {
        this.#book.finish(this.#domain, rotation, this.#now);
        this.#note(`the rotation is complete, ${selectorsOf(rotation, 'to')} signs`);
        return DONE;
      }
      this.#lock.assertHeld();
      const next = await this.#take(step, rotation);
      if (next !== rotation) this.#book.save(this.#domain, next);
      rotation = next;
    }
  }

  /** The rotation under way, or a new one. */
  async #start(): Promise<Rotation | undefined> {
    const known = this.#book.rotation(this.#domain);
    if (known === undefined) {
      if (this.#options.abort === true) {
        this.#note('no rotation is under way');
        return undefined;
      }
      const before = this.#book.finished(this.#domain);
      const begun = await beginRotation(this.#target, before, this.#now, this.#options, this.#context);
      if (begun !== undefined) this.#book.save(this.#domain, begun);
      return begun;
    }
    const { overlap, removeAfter } = this.#options;
    const current = { ...withClock(known, this.#now), overlap, removeAfter };
    const next = this.#options.abort === true ? abortOrRefuse(this.#domain, current, this.#now) : current;
    if (JSON.stringify(next) !== JSON.stringify(known)) this.#book.save(this.#domain, next);
    return next;
  }

  async #take(step: Step, rotation: Rotation): Promise<Rotation> {
    const { keys } = rotation;
    switch (step.kind) {
      case 'move':
        return step.rotation;
      case 'look': {
        const records = await lookAt(this.#domain, keys, step.at, this.#options, this.#context);
        this.#seen = { ...this.#seen, [step.at]: records };
        return rotation;
      }
      case 'probe': {
        const probe = await probeKeys(this.#domain, keys, this.#now, this.#options, this.#context);
        this.#seen = { ...this.#seen, probe };
        return rotation;
      }
      case 'make': {
        const inUse = await Promise.all(this.#target.keys.map(keyInUse));
        for (const path of await makeKeys(keys, inUse)) this.#note(`made ${path}`);
        return rotation;
      }
      case 'ask':
        return this.#ask(step, rotation);
      case 'switch':
        await switchPlaces(this.#domain, keys, this.#context);
        this.#note(`${selectorsOf(rotation, 'to')} signs from now on`);
        return rotation;
      case 'reload':
        await clearLocks(keys, this.#context);
        await runAfter(this.#domain, this.#options, this.#context);
        return reloaded(rotation, this.#now);
      case 'retire': {
        const { keepRetired = false, publishRetired: folder } = this.#options;
        for (const said of await retireKeys(this.#domain, keys, { keep: keepRetired, folder })) this.#note(said);
        return retired(rotation, this.#now);
      }
      case 'discard':
        discardKeys(keys);
        this.#note(`deleted ${keys.map(({ to }) => to.path).join(' and ')}, which signed nothing`);
        return rotation;
      default:
        throw new Error(`no step: ${step.kind}`);
    }
  }

  async #ask(step: Step & { readonly kind: 'ask' }, rotation: Rotation): Promise<Rotation> {
    const { what, of, isAgain } = step;
    const wish = { domain: this.#domain, what, of, isAgain, report: this.#reporter.report };
    const by = await askForChange(rotation.keys, wish, this.#options, this.#context);
    if (by === 'command') this.#note(`asked to ${what} ${selectorsOf(rotation, of)}`);
    this.#seen = {};
    return asked(rotation, what, by, this.#now);
  }

  #waiting(rotation: Rotation, why: string, until: number | undefined): Pass {
    const waitsFor = SHORT.includes(rotation.phase) ? why : undefined;
    if (!isOverdue(rotation, this.#now)) {
      this.#note(`${why}${until === undefined ? '' : `, until ${instant(until)}`}`);
      return { outcome: 'ok', waitsFor, until };
    }
    const { reminded, phase, since } = rotation;
    if (reminded === undefined || this.#now - secondsOf(reminded) >= DAY) {
      this.#reporter.report(`${this.#domain}: ${phase} has been unfinished since ${since}: ${why}`);
      this.#book.save(this.#domain, { ...rotation, reminded: instant(this.#now) });
    }
    return { outcome: 'negative', waitsFor, until };
  }

  #note(sentence: string): void {
    this.#reporter.note(`${this.#domain}: ${sentence}`);
  }

  get #domain(): string {
    return this.#target.domain;
  }

  get #now(): number {
    return this.#options.now ?? this.#context.now();
  }
}

/** @param seen of DNS */
export function factsOf(domain: string, { keys, phase }: Rotation, seen: Pick<Facts, 'from' | 'to' | 'probe'>): Facts {
  const there = keys.map(({ to }) => isThere(to.path));
  // What is dropped is to be gone, all of it.
  const hasNewKeys = phase === 'drop' ? there.includes(true) : !there.includes(false);
  return { signing: signingNow(domain, keys), hasNewKeys, ...seen };
}

/** @throws DktoolError, kind temporary, where the command fails */
export async function runAfter(domain: string, { after }: RotateOptions, context: Context): Promise<void> {
  if (after === undefined) return;
  const { problem, output } = await runShell(after, '', { DKTOOL_DOMAIN: domain }, context);
  if (problem !== undefined) throw commandFailed('--after', `${domain}: ${after}`, problem, output);
}

export function selectorsOf({ keys }: Pick<Rotation, 'keys'>, side: 'from' | 'to'): string {
  return keys.map((key) => key[side].selector).join(' and ');
}

function abortOrRefuse(domain: string, rotation: Rotation, now: number): Rotation {
  const back = abort(rotation, now);
  if (back !== undefined) return back;
  throw new DktoolError(
    'rotation-past-return',
    `${domain}: the old record is being withdrawn: going back is not safe`,
    {
      kind: 'permanent',
      hint: 'let this rotation finish, then start another one',
    },
  );
}

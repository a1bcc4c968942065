/** The keys of a service, read again when they have changed: whole or not at all. */
import { DktoolError } from '../../lib/errors.ts';
import type { Counters } from './counters.ts';
import type { Log } from './log.ts';
import type { SignerList } from './signing/signers.ts';
import { fingerprintOf, type KeySource, loadSigners, type LoadOptions } from './signing/source.ts';

/** Seconds between two looks. A change counts when two of them have seen the same: somebody may be writing still. */
const INTERVAL = 5;

export class ReloadedSigners {
  readonly #source: KeySource;
  readonly #options: LoadOptions;
  readonly #log: Log;
  readonly #counters: Counters;
  #signers: SignerList;
  /** Of what was read last, whether that could be used or not. */
  #fingerprint: string;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #isAtWork = false;
  #isWanted = false;

  private constructor(
    source: KeySource,
    options: LoadOptions,
    first: { readonly signers: SignerList; readonly fingerprint: string },
    { log, counters }: { readonly log: Log; readonly counters: Counters },
  ) {
    this.#source = source;
    this.#options = options;
    this.#signers = first.signers;
    this.#fingerprint = first.fingerprint;
    this.#seen = first.fingerprint;
    this.#log = log;
    this.#counters = counters;
  }

  /** @throws DktoolError where they cannot be used */
  static async load(
    source: KeySource,
    options: LoadOptions,
    world: { readonly log: Log; readonly counters: Counters },
  ): Promise<ReloadedSigners> {
    const fingerprint = fingerprintOf(source);
    return new ReloadedSigners(source, options, { signers: await loadSigners(source, options), fingerprint }, world);
  }

  get current(): SignerList {
    return this.#signers;
  }

  watch(seconds = INTERVAL): void {
    this.#timer = setInterval(() => void this.#look(), seconds * 1000).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const fingerprint = fingerprintOf(this.#source);
    const isSteady = fingerprint === this.#seen;
    this.#seen = fingerprint;
    if (isSteady && fingerprint !== this.#fingerprint) await this.reload();
  }

  /** Read them now. Where they cannot be used, those of before go on signing. */
  async reload(): Promise<void> {
    this.#isWanted = true;
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await this.#read();
      }
    } finally {
      this.#isAtWork = false;
    }
  }

  async #read(): Promise<void> {
    this.#fingerprint = fingerprintOf(this.#source);
    this.#seen = this.#fingerprint;
    try {
      this.#signers = await loadSigners(this.#source, this.#options);
      this.#counters.add('dktool_serve_reloads_total', 'done');
      this.#log.write('problem', 'reloaded', { keys: this.#signers.count });
    } catch (error) {
      this.#counters.add('dktool_serve_reloads_total', 'failed');
      const why = error instanceof DktoolError ? error.message : `internal error: ${String(error)}`;
      this.#log.write('problem', 'reload-failed', { why, what: 'the keys of before go on signing' });
    }
  }
}

/** A domain with two name servers and a signer in memory, over simulated time: what `rotate` runs in, and what receivers see. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Context } from '../../src/console/context.ts';
import type { Answer, RecordType } from '../../src/lib/dns/resolver.ts';
import type { ServerResponse, LiveResolver } from '../../src/lib/dns/live/stub.ts';
import type { Reply, WireRecord } from '../../src/lib/dns/wire/message.ts';
import { nameKey } from '../../src/lib/dns/wire/name.ts';
import { probe } from '../../src/lib/check/probe.ts';
import { readPrivateKey } from '../../src/lib/crypto/private-key.ts';
import { temporaryFolder } from './bin.ts';
import { type MemoryRun, runInMemory } from './context.ts';
import { DOMAIN, type KeyName, keyPath, keyRecord, NOW } from './vectors.ts';

export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const TTL = 2 * HOUR;
export const NEGATIVE_TTL = HOUR;
/** The overlap that the runs ask for: mail may be under way for so long. */
export const OVERLAP = 14 * DAY;

type Zone = ReadonlyMap<string, string>;

/** What one server has had, the oldest first. */
interface Era {
  readonly since: number;
  readonly zone: Zone;
}

const SERVERS: Readonly<Record<string, string>> = { 'ns1.example.com': '192.0.2.1', 'ns2.example.com': '192.0.2.2' };

export class RotateWorld {
  readonly folder = temporaryFolder();
  readonly keys = join(this.folder, 'keys', DOMAIN);
  readonly link = join(this.keys, 'default');
  readonly updates = join(this.folder, 'updates');
  /** The true time. */
  now = NOW;
  /** Seconds by which the clock of the machine is wrong. */
  skew = 0;
  /** Seconds by which the second server is late. */
  lag = 5 * HOUR;
  /** More options of every run. */
  options: string[] = [];
  /** The command of --publish; it leaves what it gets in `updates`. */
  publish = `cat >> '${this.updates}'`;
  #eras: [Era[], Era[]];
  /** Seconds since 1970 by which the second server takes a zone over. */
  #coming: { at: number; zone: Zone }[] = [];
  #read = 0;
  #pid = 1;
  /** When which selector signed last. */
  #signed = new Map<string, number>();
  /** Public keys by selector, also of those whose private half is gone. */
  #known = new Map<string, Buffer>();

  constructor(key: KeyName = 'ed25519', selector = '2023a') {
    mkdirSync(this.keys, { recursive: true });
    const path = join(this.keys, selector);
    copyFileSync(keyPath(key), path);
    chmodSync(path, 0o600);
    utimesSync(path, NOW - 100 * DAY, NOW - 100 * DAY);
    symlinkSync(selector, this.link);
    const zone = new Map([[`${selector}._domainkey.${DOMAIN}`, keyRecord(key)]]);
    this.#eras = [[{ since: 0, zone }], [{ since: 0, zone }]];
  }

  get context(): Partial<Context> {
    const pid = ++this.#pid;
    return {
      now: () => this.now + this.skew,
      env: { PATH: process.env['PATH'] },
      liveResolver: () => Promise.resolve(this.#resolver()),
      self: { pid, place: 'test', isAlive: (other) => other === pid },
      sleep: () => Promise.resolve(this.#ageLocks()),
    };
  }

  /** In the place of -k and --publish. */
  commandLine: string[] | undefined;
  domains = [DOMAIN];

  get arguments(): string[] {
    if (this.commandLine !== undefined) return ['rotate', ...this.domains, ...this.commandLine];
    const publish = this.publish === '' ? [] : ['--publish', this.publish];
    return ['rotate', DOMAIN, '-k', this.link, ...publish, '--overlap', '14d', ...this.options];
  }

  async run(...more: readonly string[]): Promise<MemoryRun> {
    const run = await runInMemory([...this.arguments, ...more], '', this.context);
    this.takeUpdates();
    return run;
  }

  /** What the commands left is applied: at once on the first server, and later on the second. */
  takeUpdates(): void {
    const text = existsSync(this.updates) ? readFileSync(this.updates, 'latin1').slice(this.#read) : '';
    this.#read += text.length;
    if (text !== '') this.apply(text);
    const due = this.#coming.filter(({ at }) => at <= this.now);
    for (const { zone, at } of due) this.#eras[1].push({ since: at, zone });
    this.#coming = this.#coming.filter(({ at }) => at > this.now);
  }

  /** @param text commands of nsupdate */
  apply(text: string): void {
    const zone = new Map(this.#eras[0].at(-1)!.zone);
    for (const line of text.split('\n')) {
      const [, gone] = /^update delete (\S+)\. TXT$/.exec(line) ?? [];
      const [, owner, strings] = /^update add (\S+)\. \d+ TXT (.*)$/.exec(line) ?? [];
      if (gone !== undefined) zone.delete(gone);
      if (owner !== undefined) zone.set(owner, [...strings!.matchAll(/"([^"]*)"/g)].map(([, one]) => one).join(''));
    }
    this.#eras[0].push({ since: this.now, zone });
    this.#coming.push({ at: this.now + this.lag, zone });
  }

  /** The record that a server has now. */
  record(server: 0 | 1, selector: string): string | undefined {
    return this.#eras[server].at(-1)!.zone.get(`${selector}._domainkey.${DOMAIN}`);
  }

  /** What signs now. */
  get selector(): string {
    return readlinkSync(this.link);
  }

  get files(): string[] {
    return readdirSync(this.keys).sort();
  }

  get state(): {
    rotations: Record<string, { phase: string } | undefined>;
    finished: { to: string[]; isAborted?: boolean }[];
  } {
    return JSON.parse(readFileSync(join(this.keys, 'dktool-rotate.json'), 'utf8')) as never;
  }

  get phase(): string | undefined {
    return existsSync(join(this.keys, 'dktool-rotate.json')) ? this.state.rotations[DOMAIN]?.phase : undefined;
  }

  /** Everything that a run may change, kept. @returns puts it back */
  snapshot(): () => void {
    const copy = `${this.folder}.copy`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.folder, copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    const [eras, coming, read, now] = [this.#eras.map((one) => [...one]), [...this.#coming], this.#read, this.now];
    const [signed, known] = [[...this.#signed], [...this.#known]];
    return () => {
      for (const name of readdirSync(this.folder)) rmSync(join(this.folder, name), { recursive: true });
      cpSync(copy, this.folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      this.#eras = eras.map((one) => [...one]) as [Era[], Era[]];
      [this.#coming, this.#read, this.now] = [[...coming], read, now];
      this.#signed = new Map(signed);
      this.#known = new Map(known);
    };
  }

  /** What is to be the same whatever happened on the way. */
  get outcome(): unknown {
    const zones = this.#eras.map((eras) => [...eras.at(-1)!.zone.keys()].sort());
    return { phase: this.phase, selector: this.selector, files: this.files, zones };
  }

  /**
   * A mail is signed now; it and all that are still under way must verify for every receiver, whatever its resolver remembers.
   *
   * @returns what is wrong; nothing where all is right
   */
  async faults(): Promise<string[]> {
    this.takeUpdates();
    this.#signed.set(this.selector, this.now);
    for (const name of this.files) await this.#know(name);
    const faults: string[] = [];
    for (const [selector, last] of this.#signed) {
      if (this.now - last >= OVERLAP) continue;
      for (const text of this.#rememberedRecords(`${selector}._domainkey.${DOMAIN}`)) {
        if (!this.#confirms(selector, text)) faults.push(`${selector} at ${this.now - NOW}: ${text ?? 'no record'}`);
      }
    }
    return faults;
  }

  /** The same with a real signature, made with what signs now. */
  async probe(): Promise<string> {
    const key = await readPrivateKey(readFileSync(this.link));
    const verdicts = await Promise.all(
      this.#rememberedRecords(`${this.selector}._domainkey.${DOMAIN}`).map((text) =>
        probe(
          { domain: DOMAIN, selector: this.selector, key },
          { query: <T extends RecordType>() => answer<T>(text) },
          this.now,
        ),
      ),
    );
    return [...new Set(verdicts.map(({ result }) => result))].join();
  }

  async #know(name: string): Promise<void> {
    if (this.#known.has(name) || name.includes('.') || name === 'default') return;
    this.#known.set(name, (await readPrivateKey(readFileSync(join(this.keys, name)))).publicKeyBytes);
  }

  #confirms(selector: string, text: string | undefined): boolean {
    return text?.endsWith(`p=${this.#known.get(selector)!.toString('base64')}`) === true;
  }

  /** Every answer that one of the servers gave so lately that a resolver may still have it. */
  #rememberedRecords(name: string): (string | undefined)[] {
    const texts = this.#eras.flatMap((eras) =>
      eras.flatMap(({ zone }, i) => {
        const text = zone.get(name);
        const end = eras[i + 1]?.since ?? Infinity;
        return end + (text === undefined ? NEGATIVE_TTL : TTL) > this.now ? [text] : [];
      }),
    );
    return [...new Set(texts)];
  }

  #resolver(): LiveResolver {
    this.takeUpdates();
    return {
      query: <T extends RecordType>(name: string, type: T): Answer<T> => this.#query(name, type) as Answer<T>,
      ask: ({ ip }, name, type) => Promise.resolve(this.#ask(ip, name, type)),
    };
  }

  /** As a resolver that has the slower server's word. */
  #query(name: string, type: RecordType): Answer<RecordType> {
    if (type === 'SOA' && name === DOMAIN) return found(SOA);
    if (type === 'MX' && name === DOMAIN) return found({ preference: 10, exchange: 'ns1.example.com' });
    if (type === 'NS' && name === DOMAIN) return { status: 'found', records: Object.keys(SERVERS) } as never;
    if (type === 'A' && SERVERS[name] !== undefined) return found(SERVERS[name]);
    return type === 'TXT' ? answer(this.#eras[1].at(-1)!.zone.get(name)) : { status: 'nxdomain' };
  }

  #ask(ip: string, name: string, type: RecordType): ServerResponse {
    const { zone } = this.#eras[ip === '192.0.2.1' ? 0 : 1].at(-1)!;
    const record = (data: WireRecord['data'], ttl: number): WireRecord => {
      return { owner: nameKey(name.split('.')), type, ttl, data, alias: undefined };
    };
    const text = zone.get(name);
    const serial = this.#eras[ip === '192.0.2.1' ? 0 : 1].length;
    const answers =
      type === 'SOA' && name === DOMAIN
        ? [record({ ...SOA, serial }, DAY)]
        : type === 'TXT' && text !== undefined
          ? [record([text], TTL)]
          : [];
    return { reply: { ...REPLY, rcode: answers.length > 0 ? 0 : 3, answers }, server: `${ip}:53` };
  }

  /** A lock without a word in it is known by its age. */
  #ageLocks(): void {
    for (const folder of [this.folder, this.keys]) {
      for (const name of readdirSync(folder)) {
        if (name.endsWith('lock')) utimesSync(join(folder, name), 0, 0);
      }
    }
  }
}

const SOA = { mname: 'ns1.example.com', rname: 'hostmaster.example.com', serial: 1, minimum: NEGATIVE_TTL };

function found(record: unknown): Answer<RecordType> {
  return { status: 'found', records: [record], ttl: TTL } as never;
}

function answer<T extends RecordType>(text: string | undefined): Answer<T> {
  return (text === undefined ? { status: 'nxdomain' } : { status: 'found', records: [[text]], ttl: TTL }) as Answer<T>;
}

const REPLY: Reply = {
  kind: 'reply',
  rcode: 0,
  authoritative: true,
  recursion: false,
  authenticated: false,
  answers: [],
  authorities: [],
  additionals: [],
  refers: false,
  extendedErrors: [],
  signatures: [],
  size: 100,
};

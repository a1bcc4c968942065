/**
 * A stub resolver (RFC 1034 section 5.3.1): asks recursive servers, one after the other until one answers, and follows
 * aliases from answer to answer.
 */
import { EdnsMemory } from './edns-memory.ts';
import { describeExtendedError } from '../wire/extended-errors.ts';
import { aliasFault, type Followed, followReply } from '../resolvers/follow.ts';
import { joinLabels, splitName } from '../wire/name.ts';
import type {
  Answer,
  QueryOptions,
  RecordData,
  RecordSignature,
  RecordType,
  Resolver,
  TempError,
} from '../resolver.ts';
import { formatServer, type ServerAddress } from './server-address.ts';
import { askTcp } from './tcp.ts';
import { formatTrace } from '../resolvers/trace.ts';
import { type Exchanged, askUdp } from './udp.ts';
import { encodeQuery, type QueryFlags, RCODES, rcodeName, type Reply } from '../wire/message.ts';

export interface StubOptions {
  /** In the order in which they are asked, one at least; or a sentence that says why there are none. */
  readonly servers: readonly ServerAddress[] | string;
  /** Milliseconds for one try at one server. */
  readonly timeout: number;
  /** Rounds over the servers. */
  readonly tries: number;
  readonly tcp: boolean;
  /** Milliseconds of waiting for answers in the whole run; see {@link Budget}. */
  readonly deadline: number;
  /** Milliseconds from any origin, monotonic. */
  readonly now: () => number;
  /** 16 unpredictable bits (RFC 5452 section 9.2). */
  readonly randomId: () => number;
  readonly trace: ((line: string) => void) | undefined;
}

/** A resolver that can also ask one server for what it has itself. */
export interface LiveResolver extends Resolver {
  /**
   * Ask a name server without recursion, and follow nothing. Shares the time of the run with `query`.
   *
   * @param name latin1; one that cannot be sent is trouble with reason `bad-name`
   */
  ask(server: ServerAddress, name: string, type: RecordType): Promise<ServerResponse>;
}

/** An answer of a server, or why there is none. */
export type ServerResponse = { readonly reply: Reply; readonly server: string } | ServerTrouble;

/** Why a server gave no answer that can be used. */
export interface ServerTrouble extends Pick<TempError, 'reason' | 'detail' | 'server' | 'extendedErrors'> {
  /** The server has made up its mind: asking it again is of no use. */
  readonly final: boolean;
  /** Nobody can be asked there from this machine. */
  readonly noRoute?: boolean | undefined;
}

type Question = { readonly type: RecordType; readonly recursion: boolean } & Omit<QueryFlags, 'edns'>;

export function stubResolver(options: StubOptions): LiveResolver {
  return new Stub(options);
}

class Stub implements LiveResolver {
  readonly #options: StubOptions;
  readonly #budget: Budget;
  /** The server that answered last is asked first: one that is dead costs its timeout once, not once a question. */
  #preferred = 0;
  readonly #edns = new EdnsMemory();

  constructor(options: StubOptions) {
    this.#options = options;
    this.#budget = new Budget(options.deadline, options.timeout, options.now);
  }

  async query<T extends RecordType>(name: string, type: T, options: QueryOptions = {}): Promise<Answer<T>> {
    const question = { type, recursion: true, checkingDisabled: options.checkingDisabled === true };
    const labels = splitName(name);
    if (labels === undefined) {
      const { reason, detail } = badName(name);
      return { status: 'temperror', reason, detail };
    }
    const aliases: string[] = [];
    const signatures: RecordSignature[] = [];
    let ttl = Infinity;
    let authenticated = true;
    for (let at: readonly string[] = labels; ; ) {
      const response = await this.#ask(at, question);
      if (!('reply' in response)) {
        const { reason, detail, server, extendedErrors } = response;
        return { status: 'temperror', reason, detail, server, aliases, ...(extendedErrors && { extendedErrors }) };
      }
      const { reply, server } = response;
      const followed = followReply(reply, at, type);
      ttl = Math.min(ttl, followed.ttl);
      authenticated &&= reply.authenticated;
      if (question.checkingDisabled) signatures.push(...reply.signatures);
      for (const next of followed.names) {
        const target = joinLabels(next);
        const fault = aliasFault(name, aliases, target);
        aliases.push(target);
        if (fault !== undefined) return { status: 'temperror', reason: 'cname-loop', detail: fault, server, aliases };
      }
      if (followed.status !== 'alias') {
        const facts = { ttl, authenticated, server, size: reply.size, ...(aliases.length > 0 ? { aliases } : {}) };
        return { ...conclusion<T>(followed), ...facts, ...(signatures.length > 0 && { signatures }) };
      }
      at = followed.names.at(-1)!;
    }
  }

  async ask(server: ServerAddress, name: string, type: RecordType): Promise<ServerResponse> {
    const labels = splitName(name);
    if (labels === undefined) return badName(name);
    let response: ServerResponse = badName(name);
    for (let round = 0; this.#isTried(server, round); round++) {
      response = await this.#askServer(server, labels, { type, recursion: false }, round);
      if ('reply' in response || response.final || response.reason === 'deadline') break;
    }
    return response;
  }

  /** The servers in turn, as often as there are tries, until one answers. */
  async #ask(labels: readonly string[], question: Question): Promise<ServerResponse> {
    const { servers } = this.#options;
    if (typeof servers === 'string') return { reason: 'no-servers', detail: servers, final: true, server: undefined };
    const order = servers.map((_, i) => (this.#preferred + i) % servers.length);
    const done = new Set<number>();
    let trouble: ServerTrouble | undefined;
    for (let round = 0; round < this.#rounds; round++) {
      for (const i of order.filter((index) => !done.has(index) && this.#isTried(servers[index]!, round))) {
        const response = await this.#askServer(servers[i]!, labels, question, round);
        if ('reply' in response) {
          this.#preferred = i;
          return response;
        }
        if (response.reason === 'deadline') return response;
        if (response.final) done.add(i);
        // What a server said tells more than that another was silent.
        if (trouble === undefined || trouble.reason === 'timeout') trouble = response;
      }
    }
    return trouble!;
  }

  /** The last round is the one without EDNS for servers that may drop it. */
  get #rounds(): number {
    return Math.max(this.#options.tries, 2);
  }

  #isTried(server: ServerAddress, round: number): boolean {
    return round < this.#options.tries || (round < this.#rounds && this.#edns.mayDrop(server));
  }

  /** One try at one server: over UDP with EDNS, then without EDNS or over TCP as its answer demands. */
  async #askServer(
    server: ServerAddress,
    labels: readonly string[],
    question: Question,
    round: number,
  ): Promise<ServerResponse> {
    let { tcp } = this.#options;
    let truncated = false;
    for (let edns = this.#edns.isUsed(server, round === this.#rounds - 1); ; ) {
      const exchanged = await this.#exchange(server, labels, { ...question, edns, tcp });
      if (exchanged.kind === 'reply' && edns && refusesEdns(exchanged.rcode)) {
        this.#edns.refused(server);
        edns = false;
        continue;
      }
      if (exchanged.kind === 'reply' || exchanged.kind === 'truncated') this.#edns.answered(server, edns);
      if (exchanged.kind === 'timeout' && edns && !tcp) this.#edns.silent(server);
      if (exchanged.kind === 'truncated') {
        tcp = truncated = true;
        continue;
      }
      const response = this.#judge(exchanged, server, `${joinLabels(labels)} ${question.type}`, question.recursion);
      return truncated && !('reply' in response) ? withoutTcp(response) : response;
    }
  }

  async #exchange(
    server: ServerAddress,
    labels: readonly string[],
    { type, tcp, ...flags }: Question & { readonly edns: boolean; readonly tcp: boolean },
  ): Promise<Exchanged | { kind: 'deadline' | 'bad-name' }> {
    const { timeout, now, randomId, trace } = this.#options;
    const query = encodeQuery(randomId(), labels, type, flags);
    if (query === undefined) return { kind: 'bad-name' };
    const left = this.#budget.left;
    if (left <= 0) return { kind: 'deadline' };
    const began = now();
    this.#budget.begin();
    const exchanged = await (tcp ? askTcp : askUdp)(server, query, Math.min(timeout, left));
    this.#budget.end();
    trace?.(
      formatTrace({ labels, type, server, transport: tcp ? 'tcp' : 'udp', exchanged, milliseconds: now() - began }),
    );
    return exchanged.kind === 'timeout' && left < timeout ? { kind: 'deadline' } : exchanged;
  }

  #judge(
    exchanged: Exclude<Exchanged, { kind: 'truncated' }> | { kind: 'deadline' | 'bad-name' },
    address: ServerAddress,
    question: string,
    recursion: boolean,
  ): ServerResponse {
    const server = formatServer(address);
    const trouble = (reason: ServerTrouble['reason'], detail: string, final = false): ServerTrouble => ({
      reason,
      detail,
      final,
      server,
    });
    switch (exchanged.kind) {
      case 'reply':
        return judgeReply(exchanged, server, question, recursion);
      case 'timeout': {
        const seconds = this.#options.timeout / 1000;
        return trouble(
          'timeout',
          `${server} did not answer ${question} in ${seconds} s, asked ${times(this.#options.tries, this.#edns.mayDrop(address))}`,
        );
      }
      case 'unreachable':
        return {
          ...trouble('unreachable', `${server} cannot be queried for ${question}: ${exchanged.fault}`),
          noRoute: exchanged.noRoute,
        };
      case 'malformed':
        return trouble('malformed', `the answer of ${server} to ${question} cannot be read: ${exchanged.fault}`);
      case 'bad-name':
        return trouble('bad-name', `${question} leads to a name that cannot be queried`, true);
      default: {
        const seconds = this.#options.deadline / 1000;
        return trouble(
          'deadline',
          `${question} was not answered: the limit of ${seconds} s for DNS in this run has passed`,
        );
      }
    }
  }
}

function badName(name: string): ServerTrouble {
  return { reason: 'bad-name', detail: `${name} is not a valid DNS name`, final: true, server: undefined };
}

/** @param recursion whether the server was asked to look the answer up */
function judgeReply(reply: Reply, server: string, question: string, recursion: boolean): ServerResponse {
  const { rcode, extendedErrors } = reply;
  const trouble = (reason: ServerTrouble['reason'], detail: string): ServerTrouble => ({
    reason,
    detail: [detail, ...extendedErrors.map(describeExtendedError)].join('; '),
    final: true,
    server,
    ...(extendedErrors.length > 0 && { extendedErrors }),
  });
  if (rcode === RCODES.refused) return trouble('refused', `${server} refuses to answer ${question} (REFUSED)`);
  if (rcode !== RCODES.noError && rcode !== RCODES.nameError) {
    return trouble('servfail', `${server} answers ${rcodeName(rcode)} to ${question}`);
  }
  // RFC 2308 section 2.2: NS records without an SOA, from a server that neither owns the zone nor asks others, refer elsewhere.
  const empty = reply.answers.length === 0 && !reply.authorities.some(({ type }) => type === 'SOA');
  if (recursion && rcode === RCODES.noError && empty && reply.refers && !reply.authoritative && !reply.recursion) {
    return trouble('refused', `${server} does not resolve ${question} for us: it only refers to other servers`);
  }
  return { reply, server };
}

/** RFC 7766 section 5: a server that truncates must answer over TCP. Most often a firewall is in the way. */
function withoutTcp(trouble: ServerTrouble): ServerTrouble {
  if (trouble.reason !== 'unreachable' && trouble.reason !== 'timeout') return trouble;
  return {
    ...trouble,
    reason: 'tcp-refused',
    detail: `${trouble.detail} (over TCP; over UDP its answer is truncated)`,
  };
}

function times(count: number, isWithoutEdns: boolean): string {
  if (count === 1) return isWithoutEdns ? 'once with EDNS and once without' : 'once';
  return `${count} times${isWithoutEdns ? ', the last time without EDNS' : ''}`;
}

function refusesEdns(rcode: number): boolean {
  return rcode === RCODES.formatError || rcode === RCODES.notImplemented || rcode === RCODES.badVersion;
}

function conclusion<T extends RecordType>({ status, records }: Followed): Answer<T> {
  if (status === 'found') return { status, records: records as RecordData[T][] };
  return { status: status === 'nxdomain' ? 'nxdomain' : 'nodata' };
}

/**
 * The time that a run may wait for DNS. It passes only while questions are under way, however many, so that a long batch
 * that seldom asks is not cut off; and between two looks at the clock no more of it passes than one try may take, since
 * what is more was the caller's, who blocked in a read.
 */
class Budget {
  readonly #total: number;
  readonly #slice: number;
  readonly #now: () => number;
  #spent = 0;
  #marked = 0;
  #running = 0;

  constructor(total: number, slice: number, now: () => number) {
    this.#total = total;
    this.#slice = slice;
    this.#now = now;
  }

  get left(): number {
    if (this.#running > 0) this.#count();
    return this.#total - this.#spent;
  }

  begin(): void {
    if (this.#running++ === 0) this.#marked = this.#now();
    else this.#count();
  }

  end(): void {
    this.#count();
    this.#running--;
  }

  #count(): void {
    const now = this.#now();
    this.#spent += Math.min(now - this.#marked, this.#slice);
    this.#marked = now;
  }
}

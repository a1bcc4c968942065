/** Which servers can be asked with EDNS (RFC 6891), learnt in the course of a run. */
import { formatServer, type ServerAddress } from './server-address.ts';

/** Answers without EDNS after silence with it, until that is the rule: one packet may be lost, or one answer be slow. */
const PROOF = 2;

export class EdnsMemory {
  readonly #answered = new Set<string>();
  readonly #silent = new Set<string>();
  readonly #without = new Set<string>();
  readonly #plainAnswers = new Map<string, number>();

  /** Whether the next question takes an OPT record; the last try at a server that may drop such questions goes without. */
  isUsed(server: ServerAddress, isLastTry: boolean): boolean {
    return !this.#without.has(formatServer(server)) && !(isLastTry && this.mayDrop(server));
  }

  /** It was silent on a question with EDNS, and has never answered one: some old servers and firewalls drop them. */
  mayDrop(server: ServerAddress): boolean {
    const key = formatServer(server);
    return this.#silent.has(key) && !this.#answered.has(key);
  }

  answered(server: ServerAddress, withEdns: boolean): void {
    const key = formatServer(server);
    if (withEdns) this.#answered.add(key);
    else if (this.mayDrop(server)) {
      const count = (this.#plainAnswers.get(key) ?? 0) + 1;
      this.#plainAnswers.set(key, count);
      if (count === PROOF) this.#without.add(key);
    }
  }

  /** RFC 6891 section 7: FORMERR, NOTIMP or BADVERS. */
  refused(server: ServerAddress): void {
    this.#without.add(formatServer(server));
  }

  silent(server: ServerAddress): void {
    this.#silent.add(formatServer(server));
  }
}

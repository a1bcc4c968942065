/** verify --keyring-add: the key records that DNS had in a run. */
import type { Answer, QueryOptions, RecordType, Resolver } from '../../lib/dns/resolver.ts';
import { isKeyRecord, keyName } from '../../lib/keyring/entry.ts';
import type { KeyringEntry } from '../../lib/keyring/keyring.ts';

export class Sightings {
  readonly #now: () => number;
  readonly #entries = new Map<string, KeyringEntry>();

  /** @param now seconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The same resolver, whose answers are looked at. */
  watching(resolver: Resolver): Resolver {
    return {
      query: <T extends RecordType>(name: string, type: T, options?: QueryOptions) => {
        const answer = resolver.query(name, type, options);
        if (type === 'TXT' && /(?:^|\.)_domainkey\./i.test(name)) {
          if (answer instanceof Promise) return answer.then((one) => this.#note(name, one));
          return this.#note(name, answer);
        }
        return answer;
      },
    };
  }

  /** Those since this was asked last. */
  take(): KeyringEntry[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries;
  }

  #note<T extends RecordType>(asked: string, answer: Answer<T>): Answer<T> {
    const name = keyName(asked);
    if (name === undefined || answer.status !== 'found') return answer;
    const now = Math.floor(this.#now());
    for (const strings of answer.records as readonly (readonly string[])[]) {
      const record = strings.join('');
      if (!isKeyRecord(record)) continue;
      const first = this.#entries.get(`${name} ${record}`)?.first ?? now;
      this.#entries.set(`${name} ${record}`, { name, record, first, last: now, origin: 'dns', disclosed: undefined });
    }
    return answer;
  }
}

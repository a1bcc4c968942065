/** A resolver that keeps in mind what got no answer. */
import type { Answer, QueryOptions, RecordType, Resolver, TempError } from '../dns/resolver.ts';

/** A question without an answer. */
export interface Unanswered {
  readonly name: string;
  readonly type: RecordType;
  readonly trouble: TempError;
}

export interface WatchedResolver extends Resolver {
  /** By question, in the order in which trouble came. */
  readonly unanswered: ReadonlyMap<string, Unanswered>;
}

export function watchedResolver(source: Resolver): WatchedResolver {
  const unanswered = new Map<string, Unanswered>();
  const watch = <T extends RecordType>(name: string, type: T, answer: Answer<T>): Answer<T> => {
    if (answer.status === 'temperror') unanswered.set(`${name} ${type}`, { name, type, trouble: answer });
    return answer;
  };
  return {
    unanswered,
    query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>> {
      const answer = source.query(name, type, options);
      // Questions that look into trouble are not those whose answers were wanted.
      if (options?.checkingDisabled === true || options?.fresh === true) return answer;
      return answer instanceof Promise ? answer.then((late) => watch(name, type, late)) : watch(name, type, answer);
    },
  };
}

/** A look at one part, and whether DNS kept something of it back. */
export interface Look<T> {
  readonly seen: T;
  readonly result: 'unknown' | undefined;
}

/** Watches each part for itself, and all together. */
export class Watcher {
  readonly #source: Resolver;
  readonly #resolvers: WatchedResolver[] = [];

  constructor(source: Resolver) {
    this.#source = source;
  }

  async look<T>(at: (resolver: Resolver) => Promise<T>): Promise<Look<T>> {
    const resolver = watchedResolver(this.#source);
    this.#resolvers.push(resolver);
    const seen = await at(resolver);
    return { seen, result: resolver.unanswered.size > 0 ? 'unknown' : undefined };
  }

  /** By question. */
  get unanswered(): ReadonlyMap<string, Unanswered> {
    return new Map(this.#resolvers.flatMap((resolver) => [...resolver.unanswered]));
  }
}

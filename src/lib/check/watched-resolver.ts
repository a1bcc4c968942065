/** A resolver that keeps in mind what got no answer. */
import type { Answer, QueryOptions, RecordType, Resolver, TempError } from '../dns/resolver.ts';

export interface WatchedResolver extends Resolver {
  /** By question, such as `example.com MX`, in the order in which trouble came. */
  readonly trouble: ReadonlyMap<string, TempError>;
}

export function watchedResolver(source: Resolver): WatchedResolver {
  const trouble = new Map<string, TempError>();
  const watch = <T extends RecordType>(name: string, type: T, answer: Answer<T>): Answer<T> => {
    if (answer.status === 'temperror') trouble.set(`${name} ${type}`, answer);
    return answer;
  };
  return {
    trouble,
    query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>> {
      const answer = source.query(name, type, options);
      return answer instanceof Promise ? answer.then((late) => watch(name, type, late)) : watch(name, type, answer);
    },
  };
}

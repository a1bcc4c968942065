import type { Answer, QueryOptions, RecordType, Resolver, TempError } from '../resolver.ts';

/**
 * A resolver that stops waiting some seconds after it was made, whatever the one behind it does: for one check of many
 * that share a cache. RFC 7208 section 4.6.4 asks for such a limit, of 20 seconds at the least.
 *
 * @param now seconds, from any origin
 */
export function timeLimitedResolver(source: Resolver, seconds: number, now: () => number): Resolver {
  const end = now() + seconds;
  return {
    query<T extends RecordType>(name: string, type: T, options?: QueryOptions): Answer<T> | Promise<Answer<T>> {
      if (now() >= end) return outOfTime(seconds);
      const answer = source.query(name, type, options);
      if (!(answer instanceof Promise)) return answer;
      return withinTime(answer, Math.max(0, end - now()), outOfTime(seconds));
    },
  };
}

async function withinTime<T extends RecordType>(
  answer: Promise<Answer<T>>,
  seconds: number,
  late: TempError,
): Promise<Answer<T>> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<TempError>((resolve) => {
    timer = setTimeout(() => resolve(late), seconds * 1000);
  });
  try {
    return await Promise.race([answer, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

function outOfTime(seconds: number): TempError {
  return { status: 'temperror', reason: 'deadline', detail: `no answer within the time limit of ${seconds} seconds` };
}

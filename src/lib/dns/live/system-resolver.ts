/** The resolver of a program that runs on: nothing in it is used up. */
import { cachingResolver } from '../resolvers/cache.ts';
import type { Resolver } from '../resolver.ts';
import { liveResolver, type LiveResolverSettings } from './live.ts';

/**
 * The system's name servers, or those that `settings` name, behind a cache. Each question has its time limit (`timeout` and
 * `tries`, for each server); all of them together have none, and there may be any number of them.
 *
 * @throws DktoolError `bad-nameserver` for one that is not an address; a system without any is a `temperror` of every question
 */
export function systemResolver(settings: Omit<LiveResolverSettings, 'deadline'> = {}): Resolver {
  const live = liveResolver({ ...settings, deadline: Number.POSITIVE_INFINITY });
  return cachingResolver(live, { maxQueries: Number.POSITIVE_INFINITY });
}

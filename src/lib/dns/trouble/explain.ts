/** Why a recursive server answers SERVFAIL: it says that for a loop of aliases and for broken DNSSEC too, which do not pass. */
import { dnssecFailure } from './dnssec.ts';
import { aliasFault } from '../resolvers/follow.ts';
import type { RecordType, Resolver, TempError } from '../resolver.ts';

/**
 * Ask a few questions more about one that got no answer.
 *
 * @param now seconds since 1970
 * @returns the trouble with its true reason, `cname-loop` or `dnssec-bogus`; else as it was
 */
export async function explainTrouble(
  resolver: Resolver,
  name: string,
  type: RecordType,
  trouble: TempError,
  now: number,
): Promise<TempError> {
  if (trouble.reason !== 'servfail') return trouble;
  const loop = await findLoop(resolver, name);
  if (loop !== undefined) return { ...trouble, ...loop, reason: 'cname-loop' };
  const failure = await dnssecFailure(resolver, name, type, trouble, now);
  if (failure === undefined) return trouble;
  const server = trouble.server ?? 'the resolver';
  return {
    ...trouble,
    reason: 'dnssec-bogus',
    detail: `${server} rejects the answer for ${name} ${type}: ${failure.detail}`,
  };
}

/** A question for CNAME is answered with the alias itself, which no server follows (RFC 1034 section 3.6.2). */
async function findLoop(resolver: Resolver, name: string): Promise<Pick<TempError, 'detail' | 'aliases'> | undefined> {
  const aliases: string[] = [];
  for (let at = name; ; at = aliases.at(-1)!) {
    const answer = await resolver.query(at, 'CNAME', { checkingDisabled: true });
    if (answer.status !== 'found') return undefined;
    const target = answer.records[0]!;
    const detail = aliasFault(name, aliases, target);
    aliases.push(target);
    if (detail !== undefined) return { detail, aliases };
  }
}

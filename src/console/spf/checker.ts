/** One place that runs a check for every mode of spf-check: options in, verdicts with notes out. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import { type SpfOptions, spfVerdict } from '../../lib/spf/evaluate.ts';
import { notesOf } from '../../lib/spf/notes.ts';
import { identityOf } from '../../lib/spf/session.ts';
import { withTriedRecord } from '../../lib/spf/tried-record.ts';
import type { SpfIdentity, SpfVerdict } from '../../lib/spf/verdict.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import type { CheckedSpf } from '../../commands/spf-check/lines.ts';
import type { SpfRequest } from './request.ts';

export const IDENTITIES = ['mailfrom', 'helo', 'both'] as const;
export type IdentityChoice = (typeof IDENTITIES)[number];

export interface SpfCheckSettings extends Omit<SpfOptions, 'resolver' | 'identity' | 'now'> {
  readonly now: () => number;
  readonly identity: IdentityChoice;
  /** A record to try in place of what the domain publishes. */
  readonly record: string | undefined;
}

/** The deciding check last; with `both`, that of the HELO identity before it (RFC 7208 section 2.3). */
export function checkSpf(
  request: SpfRequest,
  settings: SpfCheckSettings,
  resolver: Resolver,
): CheckedSpf[] | Promise<CheckedSpf[]> {
  return runSteps(checkSpfSteps(request, settings, resolver));
}

/** The same without a promise where every answer is in memory. */
export function* checkSpfSteps(
  request: SpfRequest,
  settings: SpfCheckSettings,
  resolver: Resolver,
): Steps<CheckedSpf[]> {
  const { session } = request;
  const wanted = settings.identity === 'helo' ? 'helo' : 'mailfrom';
  const deciding = identityOf(session, wanted);
  // With a null sender both are the same identity
  const kinds: SpfIdentity[] = settings.identity === 'both' && deciding.kind !== 'helo' ? ['helo', wanted] : [wanted];
  const source =
    settings.record === undefined ? resolver : withTriedRecord(resolver, deciding.domain, settings.record, '--record');
  const checked: CheckedSpf[] = [];
  const { now, receiver, explanation, guess, localRules } = settings;
  for (const identity of kinds) {
    const options = { resolver: source, now, identity, receiver, explanation, guess, localRules };
    checked.push(withNotes(request, yield* spfVerdict(session, options)));
  }
  return checked;
}

function withNotes({ facts, sources }: SpfRequest, verdict: SpfVerdict): CheckedSpf {
  const notes = notesOf(verdict, facts);
  return { verdict, notes, sources };
}

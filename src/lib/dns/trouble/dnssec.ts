/** Whether a question is without an answer because a validating resolver refuses it (RFC 4035 section 5.5). */
import { describeExtendedError } from '../wire/extended-errors.ts';
import { shown } from '../../syntax/shown.ts';
import type { Answer, ExtendedError, RecordSignature, RecordType, Resolver, TempError } from '../resolver.ts';

export interface DnssecFailure {
  /** What the resolver says is wrong; `undefined` where it says nothing, but answers once validation is off. */
  readonly error: ExtendedError | undefined;
  /** A signature of the records that is no longer valid, or not yet. */
  readonly outdated: RecordSignature | undefined;
  /** Since when it fails, where that is known, in seconds since 1970. */
  readonly since: number | undefined;
  /** A clause, printable: `DNSSEC Bogus (EDE 6): no signatures; the signature of its TXT records by example.com expired ...`. */
  readonly detail: string;
}

/**
 * Find out whether DNSSEC is why there is no answer. The resolver says so itself (extended errors 6 to 12 of RFC 8914);
 * else it is asked with CD=1, and where that gives an answer, once more without: a server that was only out of reach for a
 * moment answers then.
 *
 * @param now seconds since 1970
 * @returns `undefined`: it is other trouble
 */
export async function dnssecFailure(
  resolver: Resolver,
  name: string,
  type: RecordType,
  trouble: Pick<TempError, 'reason' | 'extendedErrors'>,
  now: number,
): Promise<DnssecFailure | undefined> {
  const error = trouble.extendedErrors?.find(isBogus);
  if (error === undefined && trouble.reason !== 'servfail') return undefined;
  const unchecked = await resolver.query(name, type, { checkingDisabled: true });
  if (error === undefined) {
    if (isTrouble(unchecked)) return undefined;
    if (!isTrouble(await resolver.query(name, type, { fresh: true }))) return undefined;
  }
  const outdated = unchecked.signatures?.find((signature) => isOutdated(signature, now));
  const why = error === undefined ? 'it answers only with validation disabled (CD=1)' : describeExtendedError(error);
  return {
    error,
    outdated,
    since: outdated !== undefined && isPast(outdated.expiration, now) ? outdated.expiration : undefined,
    detail: outdated === undefined ? why : `${why}; ${describeOutdated(outdated, now)}`,
  };
}

/** RFC 8914 sections 4.7 to 4.13: validation failed, by a fault of the zone or of its delegation. */
export function isBogus({ code }: ExtendedError): boolean {
  return code >= 6 && code <= 12;
}

function isTrouble({ status }: Answer<RecordType>): boolean {
  return status === 'temperror';
}

function isOutdated({ inception, expiration }: RecordSignature, now: number): boolean {
  return isPast(expiration, now) || !isPast(inception, now);
}

/** RFC 4034 section 3.1.5: times are serial numbers (RFC 1982), 68 years to either side of now. */
function isPast(time: number, now: number): boolean {
  return (now - time) >>> 0 < 0x80000000;
}

function describeOutdated({ covered, signer, inception, expiration }: RecordSignature, now: number): string {
  const what = `the signature of the ${covered} records by ${shown(signer || '.', 255)}`;
  return isPast(expiration, now)
    ? `${what} expired on ${dateOf(expiration)}`
    : `${what} is not valid before ${dateOf(inception)}`;
}

function dateOf(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

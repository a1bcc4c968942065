/** The verdict on one DomainKeys signature. */
import { type Alignment, alignmentOf, type Author } from '../header/alignment.ts';
import type { Retirement } from '../keys/retired.ts';
import type { MethodVerdict } from '../signature/method.ts';
import {
  DOMAINKEYS_REASONS,
  type DomainKeysReason,
  type DomainKeysWarning,
  type ResultWord,
  type Warning,
} from '../verdict.ts';
import type { DomainPolicy } from './policy.ts';
import type { SendingAddress } from './sending-address.ts';
import type { DomainKeysFacts, DomainKeysRefusal } from './signature.ts';

/** What one DomainKey-Signature came to. */
export interface DomainKeysVerdict extends DomainKeysFacts {
  readonly result: ResultWord;
  readonly reason: DomainKeysReason;
  /** A sentence with the facts in it. It may quote the message: escape it where that matters. */
  readonly detail: string;
  /** Whose signature it would have to be; `undefined` where the message does not say. */
  readonly sender: SendingAddress | undefined;
  /** The one signature that the message's result rests on (RFC 4870 section 3.7.3). */
  readonly isChosen: boolean;
  readonly keyBits: number | undefined;
  readonly signature: 'valid' | 'invalid' | 'unchecked';
  /** The order of the header fields in which the signature fits: that of the message, or that of h=. */
  readonly headerOrder: 'message' | 'listed' | undefined;
  /** g= of the key; empty: it is for everybody. Where it passed, it vouches for the whole address. */
  readonly granularity: string | undefined;
  /** The key record has t=y (RFC 4870 section 3.2.3). */
  readonly testing: boolean;
  /** The key is not that of DNS. */
  readonly retirement: Retirement | undefined;
  /** When the private key was published, where a keyring says so; seconds since 1970. */
  readonly disclosed: number | undefined;
  readonly alignment: Alignment;
  readonly warnings: readonly Warning<DomainKeysWarning>[];
}

/** What DomainKeys says of a message. */
export interface DomainKeysMessageVerdict extends MethodVerdict<DomainKeysVerdict> {
  /** Whose message it is by RFC 4870; `undefined` where the message does not say. */
  readonly sender: SendingAddress | undefined;
  /** What the sending domain says of mail like this; asked for only where it matters. */
  readonly policy: DomainPolicy | undefined;
}

/** A verdict that rests on the header block alone. */
export function unjudgedVerdict(
  facts: DomainKeysFacts,
  { reason, detail }: DomainKeysRefusal,
  author: Author,
  sender?: SendingAddress,
): DomainKeysVerdict {
  const { domain, selector, algorithm, canonicalization, signedHeaders } = facts;
  return {
    result: DOMAINKEYS_REASONS[reason].result,
    reason,
    detail,
    domain,
    selector,
    algorithm,
    canonicalization,
    signedHeaders,
    sender,
    isChosen: false,
    keyBits: undefined,
    signature: 'unchecked',
    headerOrder: undefined,
    granularity: undefined,
    testing: false,
    retirement: undefined,
    disclosed: undefined,
    alignment: domain === undefined ? 'none' : alignmentOf(domain.toLowerCase().replace(/\.$/, ''), author),
    warnings: [],
  };
}

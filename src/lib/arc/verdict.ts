/** What ARC says of a message (RFC 8617 section 4.4). */
import type { Retirement } from '../keys/retired.ts';
import type { DkimReason } from '../verdict.ts';

/** Why a chain has its status, with the rule behind it. The manual page dktool-verify lists them. */
export const ARC_REASONS = {
  'no-chain': { result: 'none', rule: 'RFC 8617 5.2 step 1' },
  'chain-valid': { result: 'pass', rule: 'RFC 8617 5.2 step 7' },
  'header-over-limit': { result: 'fail', rule: 'RFC 6376 6.1' },
  'chain-over-limit': { result: 'fail', rule: 'RFC 8617 9.1' },
  'instance-invalid': { result: 'fail', rule: 'RFC 8617 4.2.1' },
  'too-many-sets': { result: 'fail', rule: 'RFC 8617 5.2 step 1' },
  'chain-failed-before': { result: 'fail', rule: 'RFC 8617 5.2 step 2' },
  'set-incomplete': { result: 'fail', rule: 'RFC 8617 5.2 step 3A' },
  'instance-missing': { result: 'fail', rule: 'RFC 8617 5.2 step 3B' },
  'chain-status-wrong': { result: 'fail', rule: 'RFC 8617 5.2 step 3C' },
  'message-signature-invalid': { result: 'fail', rule: 'RFC 8617 5.2 step 4' },
  'seal-invalid': { result: 'fail', rule: 'RFC 8617 5.2 step 6' },
} as const satisfies Record<string, { result: ArcResult; rule: string }>;

/** Why a chain has its status: stable, kebab-case. */
export type ArcReason = keyof typeof ARC_REASONS;

/** Chain Validation Status (section 4.4). DNS trouble is a failure: all errors are permanent (section 5.2.1). */
export type ArcResult = 'none' | 'pass' | 'fail';

/** One ARC-Message-Signature or ARC-Seal. */
export interface ArcSignatureVerdict {
  /** `unchecked`: the sets form no chain, so that no signature counts. */
  readonly result: 'pass' | 'fail' | 'unchecked';
  /** Of the words that DKIM has for the same. */
  readonly reason: DkimReason | 'signed-fields-forbidden' | 'not-checked' | 'field-missing';
  readonly detail: string;
  /** d= and s=, as written. */
  readonly domain: string | undefined;
  readonly selector: string | undefined;
  /** a=, lower case. */
  readonly algorithm: string | undefined;
  readonly keyBits: number | undefined;
  /** t=, seconds since 1970. */
  readonly timestamp: number | undefined;
  /** The key is not that of DNS. */
  readonly retirement?: Retirement | undefined;
  /** When the private key was published, where a keyring says so; seconds since 1970. */
  readonly disclosed?: number | undefined;
}

/** One ARC set (section 4.2). */
export interface ArcInstance {
  /** From 1, the oldest. */
  readonly instance: number;
  /** cv= of the seal: how the chain was when it came to this host. */
  readonly chainStatus: string;
  /** Who vouches for the message as it left this host. */
  readonly messageSignature: ArcSignatureVerdict;
  readonly seal: ArcSignatureVerdict;
  /** What the host found out about the message as it came: authres-payload (RFC 8601), latin1, unfolded. Not judged. */
  readonly authenticationResults: string;
}

/** What the ARC fields of a message come to. */
export interface ArcVerdict {
  readonly result: ArcResult;
  readonly reason: ArcReason;
  /** A sentence with the facts in it. It may quote the message: escape it where that matters. */
  readonly detail: string;
  /** Oldest first; empty where no set can be read. */
  readonly instances: readonly ArcInstance[];
  /**
   * Of a chain that passes: the instance of the oldest ARC-Message-Signature that still verifies, 0 where all do (section 5.2
   * step 5). The message was changed after the instance before it had sealed it.
   */
  readonly oldestPass: number | undefined;
}

export function arcVerdict(
  reason: ArcReason,
  detail: string,
  more: Partial<Pick<ArcVerdict, 'instances' | 'oldestPass'>> = {},
): ArcVerdict {
  const { instances = [], oldestPass } = more;
  return { result: ARC_REASONS[reason].result, reason, detail, instances, oldestPass };
}

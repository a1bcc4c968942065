import type { ArcInstance, ArcReason, ArcResult, ArcSignatureVerdict, ArcVerdict } from '../arc/verdict.ts';
import { type KeyringReport, keyringPart } from './retired-key.ts';
import { textOf } from './text.ts';

/** One ARC-Message-Signature or ARC-Seal. */
export interface ArcSignatureReport {
  readonly result: ArcSignatureVerdict['result'];
  readonly reason: ArcSignatureVerdict['reason'];
  readonly detail: string;
  readonly domain: string | null;
  readonly selector: string | null;
  readonly algorithm: string | null;
  readonly keyBits: number | null;
  readonly timestamp: number | null;
  /** With --keyring, where it has the key. */
  readonly keyring?: KeyringReport;
}

/** One ARC set. */
export interface ArcInstanceReport {
  readonly instance: number;
  readonly chainStatus: string;
  readonly messageSignature: ArcSignatureReport;
  readonly seal: ArcSignatureReport;
  /** What the sealer claims to have found; not judged. */
  readonly authenticationResults: string;
}

/** `arc` of `verify --json`. */
export interface ArcReport {
  readonly result: ArcResult;
  readonly reason: ArcReason;
  readonly detail: string;
  /** Oldest first. */
  readonly instances: readonly ArcInstanceReport[];
  /** 0: all message signatures verify; N: those from instance N on. */
  readonly oldestPass: number | null;
}

/** A chain as `verify --json` has it. */
export function arcReport({ result, reason, detail, instances, oldestPass }: ArcVerdict): ArcReport {
  return {
    result,
    reason,
    detail: textOf(detail),
    instances: instances.map(instanceReport),
    oldestPass: oldestPass ?? null,
  };
}

function instanceReport({ instance, chainStatus, ...set }: ArcInstance): ArcInstanceReport {
  return {
    instance,
    chainStatus: textOf(chainStatus),
    messageSignature: signatureReport(set.messageSignature),
    seal: signatureReport(set.seal),
    authenticationResults: textOf(set.authenticationResults),
  };
}

function signatureReport(verdict: ArcSignatureVerdict): ArcSignatureReport {
  return {
    result: verdict.result,
    reason: verdict.reason,
    detail: textOf(verdict.detail),
    domain: textOf(verdict.domain),
    selector: textOf(verdict.selector),
    algorithm: textOf(verdict.algorithm),
    keyBits: verdict.keyBits ?? null,
    timestamp: verdict.timestamp ?? null,
    ...keyringPart(verdict),
  };
}

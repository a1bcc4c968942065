/** The JSON shape of a verdict: stable, fields are only ever added. `null` stands where nothing is known. */
import { type AdspReport, adspReport } from './adsp.ts';
import type { MessageAdsp } from '../adsp/verdict.ts';
import { type ArcReport, arcReport } from './arc.ts';
import { type Dkim2Report, dkim2Report } from './dkim2.ts';
import type { DmarcReport, JudgedDmarc } from './dmarc.ts';
import type { AsOf } from '../as-of.ts';
import type { CrossCheckReport } from './cross-check.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { Explanation } from '../explain/explanation.ts';
import { type ExplanationReport, explanationReport } from '../explain/report.ts';
import type { Alignment } from '../header/alignment.ts';
import { domainKeysReport, type DomainKeysReport } from './domainkeys.ts';
import type { PreflightReport } from './preflight.ts';
import { type KeyringReport, keyringPart } from './retired-key.ts';
import type { JudgedSpf, SpfReport } from './spf.ts';
import { type ErrorDetail, textOf, type WarningReport, warningReports } from './text.ts';
import type { DkimReason, DkimWarning, ResultWord } from '../verdict.ts';
import type { MessageVerdict } from '../verify-message.ts';

/** One DKIM signature. */
export interface SignatureReport {
  readonly result: ResultWord;
  readonly reason: DkimReason;
  readonly detail: string;
  readonly domain: string | null;
  readonly selector: string | null;
  readonly identity: string | null;
  readonly algorithm: string | null;
  readonly canonicalization: string;
  readonly keyBits: number | null;
  readonly bodyHash: 'match' | 'mismatch' | 'unchecked';
  readonly signature: 'valid' | 'invalid' | 'unchecked';
  readonly signedHeaders: readonly string[];
  readonly timestamp: number | null;
  readonly expires: number | null;
  readonly testing: boolean;
  readonly alignment: Alignment;
  readonly warnings: readonly WarningReport<DkimWarning>[];
  /** With a keyring that had a part in it. */
  readonly keyring?: KeyringReport;
  /** With --explain, where the signature did not pass. */
  readonly explanation?: ExplanationReport;
}

/** The signatures of one method, and what they come to together. */
export interface MethodReport<S> {
  readonly result: ResultWord;
  /** Top to bottom. */
  readonly signatures: readonly S[];
}

/** Where a message of a mailbox or archive lies. */
export interface PlaceReport {
  /** Its number in an mbox, from 1; its name in an archive; the `id` of its line. */
  readonly id?: string;
  /** Octets before it in the mailbox, or in what that is when it is unpacked. */
  readonly offset?: number;
}

/** One line of `verify --json`. */
export interface VerifyReport extends PlaceReport {
  /** The argument as given, `-` for stdin; of a message in a mailbox, the mailbox. */
  readonly file: string;
  /** Lines that the mbox had escaped as `>From `, and that were judged as they had been. */
  readonly unescaped?: UnescapedReport;
  readonly result: ResultWord;
  readonly from: string | null;
  readonly dkim: MethodReport<SignatureReport>;
  readonly domainkeys: DomainKeysReport;
  /** Where it was asked for. */
  readonly arc?: ArcReport;
  /** Where the message has DKIM2 fields. */
  readonly dkim2?: Dkim2Report;
  /** With --adsp. */
  readonly adsp?: AdspReport;
  /** With --spf: as in `spf-check --json`; with `result` null where nobody can tell which host to check. */
  readonly spf?: SpfReport | UnavailableSpf;
  /** With --dmarc. */
  readonly dmarc?: DmarcReport;
  /** With --cross-check. */
  readonly crossCheck?: CrossCheckReport;
  /** With --preflight. */
  readonly preflight?: PreflightReport;
  /** With --at: the time that the message was judged as of. */
  readonly at?: AsOfReport;
  /** The time in the Date field, seconds since 1970; absent where there is none that can be read. */
  readonly date?: number;
}

/** The time that a message was judged as of. */
export interface AsOfReport {
  readonly source: 'given' | 'received';
  /** Seconds since 1970; `null`: the message does not say, and was judged as of now. */
  readonly time: number | null;
  /** Why it does not say. */
  readonly problem: string | null;
}

/** What was undone before a message of an mbox was judged. */
export interface UnescapedReport {
  /** The form of mbox that escapes like this. */
  readonly form: 'mboxo' | 'mboxrd';
  readonly lines: number;
}

/** SPF was asked for, and which host to check is not known. */
export interface UnavailableSpf {
  readonly result: null;
  readonly detail: string;
}

/** The line of an input that could not be judged, of every command with --json. */
export interface ErrorReport extends PlaceReport {
  readonly file: string;
  readonly error: ErrorDetail;
}

/** The last line of `verify --summary --json`. */
export interface VerifySummary {
  readonly messages: number;
  /** Messages by result; `error` are inputs that could not be judged. */
  readonly results: Readonly<Partial<Record<ResultWord | 'error', number>>>;
  /** By result, then the most frequent first. */
  readonly reasons: readonly {
    readonly result: ResultWord | 'error';
    readonly reason: string;
    readonly count: number;
  }[];
  /** The same for each signature that a result rests on. */
  readonly signers: readonly {
    readonly result: ResultWord | 'error';
    readonly reason: string;
    readonly domain: string;
    readonly selector: string;
    readonly count: number;
  }[];
}

/** What a report may hold besides, as far as it was asked for. */
export interface ReportExtras {
  readonly crossCheck?: CrossCheckReport | undefined;
  readonly preflight?: PreflightReport | undefined;
  readonly asOf?: AsOf | undefined;
  /** Of the Date field, seconds since 1970. */
  readonly date?: number | undefined;
}

function asOfReport({ source, time, problem }: AsOf): AsOfReport {
  return { source, time: time ?? null, problem: problem ?? null };
}

/** The report with the place of the message behind the name of its mailbox. */
export function placedReport<R extends ErrorReport | VerifyReport>(
  { file, ...rest }: R,
  { id, offset }: { readonly id?: string | undefined; readonly offset?: number | undefined },
  unescaped?: UnescapedReport,
): R {
  const report = { file, id, offset, ...rest, ...(unescaped === undefined ? {} : { unescaped }) };
  return report as R & PlaceReport;
}

/**
 * A verdict as `verify --json` has it.
 *
 * @param file what the message is called; it is not opened
 * @param adsp, spf, dmarc, explanations, extras where they were asked for
 */
export function verifyReport(
  file: string,
  verdict: MessageVerdict,
  adsp?: MessageAdsp,
  spf?: JudgedSpf,
  dmarc?: JudgedDmarc,
  explanations: readonly (Explanation | undefined)[] = [],
  extras: ReportExtras = {},
): VerifyReport {
  const { crossCheck, preflight, asOf, date } = extras;
  return {
    file,
    result: verdict.result,
    from: textOf(verdict.from),
    dkim: {
      result: verdict.dkim.result,
      signatures: verdict.dkim.signatures.map((one, i) => signatureReport(one, explanations[i])),
    },
    domainkeys: domainKeysReport(verdict.domainkeys),
    ...(verdict.arc === undefined ? {} : { arc: arcReport(verdict.arc) }),
    ...(verdict.dkim2 === undefined ? {} : { dkim2: dkim2Report(verdict.dkim2) }),
    ...(adsp === undefined ? {} : { adsp: adspReport(adsp) }),
    ...(spf === undefined ? {} : { spf: 'report' in spf ? spf.report : { result: null, detail: spf.problem } }),
    ...(dmarc === undefined ? {} : { dmarc: dmarc.report }),
    ...(crossCheck === undefined ? {} : { crossCheck }),
    ...(preflight === undefined ? {} : { preflight }),
    ...(asOf === undefined ? {} : { at: asOfReport(asOf) }),
    ...(date === undefined ? {} : { date }),
  };
}

function signatureReport(verdict: DkimVerdict, explanation: Explanation | undefined): SignatureReport {
  return {
    result: verdict.result,
    reason: verdict.reason,
    detail: textOf(verdict.detail),
    domain: textOf(verdict.domain),
    selector: textOf(verdict.selector),
    identity: textOf(verdict.identity),
    algorithm: textOf(verdict.algorithm),
    canonicalization: textOf(verdict.canonicalization),
    keyBits: verdict.keyBits ?? null,
    bodyHash: verdict.bodyHash,
    signature: verdict.signature,
    signedHeaders: verdict.signedHeaders.map((name) => textOf(name)),
    timestamp: verdict.timestamp ?? null,
    expires: verdict.expires ?? null,
    testing: verdict.testing,
    alignment: verdict.alignment,
    warnings: warningReports(verdict.warnings),
    ...keyringPart(verdict),
    ...(explanation === undefined ? {} : { explanation: explanationReport(explanation) }),
  };
}

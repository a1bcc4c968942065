/** What a look at the DMARC of a domain finds wrong, or better said otherwise. */
import type { Finding } from '../finding.ts';
import type { DmarcProblemCode, RecordSpan } from './problem.ts';

/** Marks that were pasted along with the record. */
export type PastedCode = 'quotes-in-record' | 'smart-quotes-in-record' | 'backslashes-in-record' | 'commas-in-record';

/** dktool-dmarc-check(1) explains each. */
export type DmarcLintCode =
  | DmarcProblemCode
  | PastedCode
  | 'name-wrong'
  | 'missing'
  | 'several'
  | 'no-answer'
  | 'report-unauthorized'
  | 'answer-too-long'
  | 'suffix-failure-reports'
  | 'subdomains-inherit'
  | 'public-suffix'
  | 'older-receivers';

/** Something about the DMARC of a domain that should be put right, or is worth knowing. */
export interface DmarcFinding extends Omit<Finding<DmarcLintCode>, 'severity'> {
  /** `note`: good to know, nothing need be done. */
  readonly severity: Finding['severity'] | 'note';
  /** In the text of the record. */
  readonly place?: RecordSpan | undefined;
}

/** Codes that are only ever notes. */
export type DmarcNoteCode =
  | 'no-enforcement'
  | 'no-reports'
  | 'subdomains-inherit'
  | 'public-suffix'
  | 'older-receivers';

/** What a check of a domain tells of. */
export type DmarcFaultCode = Exclude<DmarcLintCode, DmarcNoteCode | 'no-answer'>;

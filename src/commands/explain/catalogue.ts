/** Every code that dktool prints: what it means, from the manual pages, and what to do about it. */
import { ARC_REASONS } from '../../lib/arc/verdict.ts';
import { DMARC_REASONS } from '../../lib/dmarc/evaluate.ts';
import { DKIM_REASONS, DOMAINKEYS_REASONS } from '../../lib/verdict.ts';
import type { AdviceTable } from './advice/advice.ts';
import { CHECK_ADVICE } from './advice/check.ts';
import { DKIM_ADVICE, DOMAINKEYS_ADVICE } from './advice/dkim.ts';
import { ERROR_ADVICE } from './advice/errors.ts';
import { ARC_ADVICE, DMARC_ADVICE, SPF_ADVICE } from './advice/policies.ts';
import { entriesOf, sectionOf } from './mdoc.ts';

/** A list of codes in a manual page. */
export interface Source {
  /** What such a code is: `DKIM reason`. */
  readonly kind: string;
  /** `dktool-verify.1` */
  readonly page: string;
  readonly sections: readonly string[];
  /** Absent where the page says what to do. */
  readonly advice?: AdviceTable;
  readonly reasons?: Readonly<Record<string, { readonly result: string }>>;
}

const VERIFY = 'dktool-verify.1';

/** Codes of SPF and DMARC as `check` has them. */
const PREFIXED: AdviceTable = Object.fromEntries([
  ...Object.entries(SPF_ADVICE).map(([code, advice]) => [`spf-${code}`, advice]),
  ...Object.entries(DMARC_ADVICE).map(([code, advice]) => [`dmarc-${code}`, advice]),
]);

export const SOURCES: readonly Source[] = [
  { kind: 'DKIM reason', page: VERIFY, sections: ['Reasons'], advice: DKIM_ADVICE, reasons: DKIM_REASONS },
  { kind: 'DKIM warning', page: VERIFY, sections: ['Warnings'], advice: DKIM_ADVICE },
  {
    kind: 'DomainKeys reason',
    page: VERIFY,
    sections: ['DomainKeys reasons'],
    advice: { ...DKIM_ADVICE, ...DOMAINKEYS_ADVICE },
    reasons: DOMAINKEYS_REASONS,
  },
  {
    kind: 'DomainKeys warning',
    page: VERIFY,
    sections: ['DomainKeys warnings'],
    advice: { ...DKIM_ADVICE, ...DOMAINKEYS_ADVICE },
  },
  { kind: 'DMARC reason', page: VERIFY, sections: ['DMARC reasons'], advice: DMARC_ADVICE, reasons: DMARC_REASONS },
  { kind: 'ARC reason', page: VERIFY, sections: ['ARC reasons'], advice: ARC_ADVICE, reasons: ARC_REASONS },
  { kind: 'reason of an ARC signature', page: VERIFY, sections: ['Reasons of ARC signatures'], advice: ARC_ADVICE },
  { kind: 'change, found by verify --explain', page: VERIFY, sections: ['Kinds of changes'] },
  {
    kind: 'finding of verify --preflight',
    page: VERIFY,
    sections: ['Transit findings', 'Bulk sender findings'],
  },
  { kind: 'SPF reason', page: 'dktool-spf-check.1', sections: ['Reasons'], advice: SPF_ADVICE },
  { kind: 'SPF note', page: 'dktool-spf-check.1', sections: ['Notes'], advice: SPF_ADVICE },
  { kind: 'finding of spf-check --lint', page: 'dktool-spf-check.1', sections: ['Findings'], advice: SPF_ADVICE },
  { kind: 'finding of dmarc-check --lint', page: 'dktool-dmarc-check.1', sections: ['FINDINGS'], advice: DMARC_ADVICE },
  {
    kind: 'finding of dns-record --check',
    page: 'dktool-dns-record.1',
    sections: ['FINDINGS'],
    advice: CHECK_ADVICE,
  },
  {
    kind: 'finding of check',
    page: 'dktool-check.1',
    sections: ['FINDINGS'],
    advice: { ...PREFIXED, ...CHECK_ADVICE },
  },
  { kind: 'error', page: 'dktool.1', sections: ['Error codes'], advice: ERROR_ADVICE },
];

/** A code in one of its meanings. */
export interface Explanation {
  readonly code: string;
  readonly kind: string;
  /** `dktool-verify(1)` */
  readonly manual: string;
  readonly result: string | undefined;
  readonly meaning: string;
  readonly causes: string | undefined;
  readonly remedy: string | undefined;
}

/** @param manualPage the source of a page by its file name; `undefined`: it is not installed */
export function explanations(manualPage: (page: string) => string | undefined): Explanation[] {
  return SOURCES.flatMap((source) => {
    const page = manualPage(source.page) ?? '';
    return source.sections
      .flatMap((section) => entriesOf(sectionOf(page, section)))
      .flatMap(({ codes, text }) => codes.map((code) => explanation(code, text, source)));
  });
}

function explanation(code: string, text: string, { kind, page, advice, reasons }: Source): Explanation {
  const result = reasons?.[code]?.result;
  const { causes, remedy } = advice?.[code] ?? {};
  return {
    code,
    kind,
    manual: page.replace(/^(.*)\.(\d)$/, '$1($2)'),
    result,
    // Where the result of a reason stands before its meaning, it is said already.
    meaning: result !== undefined && text.startsWith(`${result}: `) ? text.slice(result.length + 2) : text,
    causes,
    remedy,
  };
}

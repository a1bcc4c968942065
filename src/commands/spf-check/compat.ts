/** The two lines and the numbers of qmail's spfquery (the SPF patch rc5 of Jana Saout). */
import type { SpfResult, SpfVerdict } from '../../lib/spf/verdict.ts';
import { printable } from '../../console/terminal/sanitize.ts';

/** `--exit-style spfquery`: its result number is its exit status. */
export const SPFQUERY_STATUS: Readonly<Record<SpfResult, number>> = {
  pass: 0,
  none: 1,
  permerror: 2,
  neutral: 3,
  softfail: 4,
  fail: 5,
  temperror: 6,
};

/** The explanation that the patch gives where nobody says another (control/spfexp). */
export const SPFQUERY_EXPLANATION = 'See http://spf.pobox.com/why.html?sender=%{S}&ip=%{I}&receiver=%{R}';

/** The patch calls permerror `unknown` and temperror `error`, and its receiver is always localhost. */
export function spfqueryLines(verdict: SpfVerdict): string {
  const { result, explanation } = verdict;
  const word = result === 'permerror' ? 'unknown' : result === 'temperror' ? 'error' : result;
  const reason = result === 'fail' ? `: ${explanation}` : '';
  return `result=${word}${printable(reason)}\nReceived-SPF: ${word} (localhost: ${printable(commentOf(verdict))})\n`;
}

function commentOf({ result, domain, ip, localPolicy, reason, detail }: SpfVerdict): string {
  const policy = localPolicy ? 'local policy' : `SPF record at ${domain}`;
  switch (result) {
    case 'pass':
      return `${policy} designates ${ip} as permitted sender`;
    case 'fail':
      return `${policy} does not designate ${ip} as permitted sender`;
    case 'softfail':
      return `transitioning ${policy} does not designate ${ip} as permitted sender`;
    case 'neutral':
      return `${ip} is neither permitted nor denied by ${policy}`;
    case 'none':
      return `domain at ${domain} does not designate permitted sender hosts`;
    case 'temperror':
      return `error in processing during lookup of ${domain}: DNS problem`;
    default:
      return unknownComment(reason, domain, detail);
  }
}

function unknownComment(reason: SpfVerdict['reason'], domain: string, detail: string): string {
  if (reason === 'syntax-error') return `parse error in SPF record at ${domain}`;
  if (reason === 'multiple-records') return 'Multiple SPF records returned';
  if (reason === 'too-many-lookups') return 'Maximum nesting level exceeded, possible loop';
  return detail;
}

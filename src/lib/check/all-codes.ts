import { KEY_FINDING_CODES } from '../keys/published/finding.ts';
import { SERVER_FINDING_CODES } from '../dns/survey/agreement.ts';
import { OWN_CODES } from './codes.ts';
import { DMARC_CODES } from './dmarc.ts';
import { SPF_CODES } from './spf.ts';

/** Every code that a finding of `check` can have. `dns-no-answer` is not among them: there it is `no-answer`. */
export const CHECK_CODES: readonly string[] = [
  ...OWN_CODES,
  ...KEY_FINDING_CODES.filter((code) => code !== 'dns-no-answer'),
  ...SPF_CODES,
  ...DMARC_CODES,
  ...SERVER_FINDING_CODES,
];

/** Everything that is looked at before a message goes out: what it says when all is well, and the rule behind it. */
import type { Finding, FindingSeverity } from '../finding.ts';

interface Check {
  readonly severity: FindingSeverity;
  /** When nothing is wrong, for a checklist. */
  readonly fine: string;
  readonly rule: string;
}

/** What transit does to the message itself, whoever sends it. dktool-verify(1) lists these. */
export const TRANSIT_CHECKS = {
  'header-line-too-long': { severity: 'error', fine: 'no header line is over 998 octets', rule: 'RFC 5322 2.1.1' },
  'body-line-too-long': { severity: 'error', fine: 'no body line is over 998 octets', rule: 'RFC 5322 2.1.1' },
  'body-8bit': { severity: 'warning', fine: 'the body is 7-bit', rule: 'RFC 6376 5.3' },
  'body-8bit-unlabelled': { severity: 'error', fine: '8-bit text is declared as such', rule: 'RFC 2045 6.2' },
  'header-8bit': { severity: 'warning', fine: 'the header block is ASCII', rule: 'RFC 6532 3' },
  'bare-cr': { severity: 'error', fine: 'there is no bare CR', rule: 'RFC 5322 2.3' },
  'bare-lf': { severity: 'error', fine: 'all line ends are the same', rule: 'RFC 5322 2.3' },
  nul: { severity: 'error', fine: 'there is no NUL', rule: 'RFC 5322 2.2' },
  'date-missing': { severity: 'error', fine: 'it has a Date', rule: 'RFC 5322 3.6' },
  'message-id-missing': { severity: 'warning', fine: 'it has a Message-ID', rule: 'RFC 5322 3.6.4' },
  'mime-version-missing': {
    severity: 'warning',
    fine: 'MIME fields come with MIME-Version',
    rule: 'RFC 2045 4',
  },
  'simple-header': { severity: 'warning', fine: 'the header survives refolding', rule: 'RFC 6376 3.4.1' },
  'simple-trailing-blanks': {
    severity: 'warning',
    fine: 'white space at line ends does not matter',
    rule: 'RFC 6376 3.4.3',
  },
  'list-rewrites': { severity: 'warning', fine: 'it is not addressed to a list of your own', rule: 'RFC 6377 5.3' },
  'body-length': { severity: 'warning', fine: 'the whole body is signed', rule: 'RFC 6376 8.2' },
  'expires-early': { severity: 'warning', fine: 'the signature outlives retries', rule: 'RFC 5321 4.5.4.1' },
  'footer-rewrites': { severity: 'note', fine: 'a footer can be added without re-encoding', rule: 'RFC 6377 4.1' },
} as const satisfies Record<string, Check>;

/** What large receivers ask of senders (Google and Yahoo since 2024, Microsoft since 2025). */
export const SENDER_CHECKS = {
  'not-signed': { severity: 'error', fine: 'it has a DKIM signature', rule: 'RFC 6376 5' },
  'signature-refused': { severity: 'error', fine: 'a DKIM signature passes', rule: 'RFC 6376 6.1' },
  'not-aligned': { severity: 'error', fine: 'DKIM or SPF is aligned with From', rule: 'RFC 9989 4.4' },
  'key-short': { severity: 'warning', fine: 'the key has 2,048 bits or is Ed25519', rule: 'RFC 8301 3.2' },
  'dmarc-missing': { severity: 'error', fine: 'the From domain has a DMARC record', rule: 'RFC 9989 4.7' },
  'from-not-one': { severity: 'error', fine: 'it has one From with one address', rule: 'RFC 5322 3.6.2' },
  'unsubscribe-missing': { severity: 'warning', fine: 'it has List-Unsubscribe', rule: 'RFC 2369 3.2' },
  'unsubscribe-not-one-click': { severity: 'warning', fine: 'one click unsubscribes', rule: 'RFC 8058 3.1' },
  'unsubscribe-not-signed': { severity: 'error', fine: 'List-Unsubscribe is signed', rule: 'RFC 8058 4' },
  'from-takes-no-mail': { severity: 'error', fine: 'the From domain accepts mail', rule: 'RFC 5321 5.1' },
  'dns-unanswered': { severity: 'temporary', fine: 'DNS answered every question', rule: 'RFC 6376 6.1.2' },
} as const satisfies Record<string, Check>;

/** What transit may do to a message. */
export type TransitCode = keyof typeof TRANSIT_CHECKS;
/** What large receivers ask for. */
export type SenderCode = keyof typeof SENDER_CHECKS;
/** The code of a finding: stable, kebab-case. */
export type PreflightCode = TransitCode | SenderCode;
/** Something that will break a message on its way, or that a receiver will miss in it. */
export type PreflightFinding = Finding<PreflightCode>;

export const PREFLIGHT_CHECKS: Readonly<Record<PreflightCode, Check>> = { ...TRANSIT_CHECKS, ...SENDER_CHECKS };

/** What receivers look at and nobody can see in a message. */
export const NOT_SEEN = {
  tls: 'whether the sending host uses TLS',
  'reverse-dns': 'whether its address has a name in DNS (PTR) that leads back to it',
  complaints: 'how many recipients complain: keep it under 0.1 %, never at 0.3 %',
} as const;

/** A finding with the severity of its check. @param words what was seen, what should be there, what to do */
export function preflightFinding(
  code: PreflightCode,
  subject: string,
  [observed, expected, remedy]: readonly [observed: string, expected: string, remedy: string],
  severity: FindingSeverity = PREFLIGHT_CHECKS[code].severity,
): PreflightFinding {
  return { severity, code, subject, observed, expected, remedy };
}

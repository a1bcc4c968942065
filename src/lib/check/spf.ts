/** The SPF policy of a domain: what its lint says, with what to do about it. */
import type { LintReport } from '../spf/lint.ts';
import type { LintCode, LintFinding } from '../spf/lint-finding.ts';
import { shown } from '../syntax/shown.ts';
import type { CheckFinding, SpfCheckCode } from './codes.ts';

type Told = Exclude<LintCode, 'dns-error' | 'neutral-default' | 'host-bits-set'>;

/** What is expected, and how to get there. */
const ADVICE: Readonly<Record<Told, readonly [expected: string, remedy: string]>> = {
  'no-record': ['one SPF record', `publish one, such as v=spf1 mx -all; v=spf1 -all where the domain sends no mail`],
  'multiple-records': ['one SPF record', 'put all of them into one record and delete the others'],
  'syntax-error': [
    'a record that RFC 7208 section 12 allows',
    'mend the term; dktool spf-check --lint puts a caret under it',
  ],
  'too-many-lookups': [
    'at most 10 terms with look-ups',
    'take out includes that are not needed, or write their networks as ip4: and ip6:',
  ],
  'many-lookups': [
    'room for one more term',
    'take out includes that are not needed, or write their networks as ip4: and ip6:',
  ],
  'too-many-void-lookups': ['at most 2 look-ups that find nothing', 'take out the terms whose names are not in DNS'],
  'void-lookup': ['terms whose names are in DNS', 'take the term out, or publish the name'],
  'too-many-mx-names': ['at most 10 mail exchangers', 'write their networks as ip4: and ip6: in place of mx'],
  'include-without-record': ['a domain with an SPF record', 'take the include out, or ask its owner for the record'],
  'redirect-without-record': ['a domain with an SPF record', 'end the record in -all or ~all in place of redirect='],
  'endless-include': ['a policy with an end', 'take out the term that leads back'],
  'policy-too-large': ['a policy of few records', 'take out includes that are not needed'],
  'record-too-long': ['at most 450 characters', 'move a part into a record of its own and include that'],
  'answer-too-long': [
    'an answer of at most 512 octets',
    'move other TXT records of the name to names of their own, or delete them',
  ],
  'unreachable-term': ['no terms behind all', 'take the term out, or put it before all'],
  'no-default': ['all or redirect= as the last term', 'add -all or ~all at its end'],
  'allows-all': ['a policy that keeps somebody out', 'write -all or ~all'],
  'allows-much': ['networks that are yours', 'write only the networks that send your mail'],
  'ptr-used': ['no ptr (RFC 7208 section 5.5)', 'write ip4:, ip6:, a or mx in its place'],
  'duplicate-term': ['each term once', 'take the second one out'],
  'overlapping-network': ['each network once', 'take the narrower one out'],
  'network-not-public': ['networks of the Internet', 'take the term out'],
  'unknown-modifier': ['mechanisms and modifiers that there are', 'write it with a colon in place of ='],
  'explanation-without-text': ['one TXT record at the name', 'publish the text, or take exp= out'],
};

/** A sentence of the lint with a domain and a term in it. */
const MOST = 600;

export const SPF_CODES: readonly string[] = Object.keys(ADVICE).map((code) => `spf-${code}`);

/** SPF allows nobody: the domain sends no mail. */
export function isParked({ record }: LintReport): boolean {
  return /^v=spf1 +-all *$/i.test(record ?? '');
}

/** `info` is left out: nothing has to be done about it. */
export function spfFindings({ findings }: LintReport): CheckFinding[] {
  return findings.filter(({ severity, code }) => severity !== 'info' && code !== 'dns-error').map(spfFinding);
}

function spfFinding({ severity, code, domain, detail }: LintFinding): CheckFinding {
  const [expected, remedy] = ADVICE[code as Told];
  return {
    // A domain can do without SPF: its mail is signed.
    severity: severity === 'error' && code !== 'no-record' ? 'error' : 'warning',
    code: `spf-${code as Told}` satisfies SpfCheckCode,
    subject: domain,
    observed: shown(detail, MOST),
    expected,
    remedy,
  };
}

/** The DMARC record: the grammar of RFC 9989 section 4.8, with what the older RFC 7489 section 6.4 had besides. */
import { parseTagList } from '../syntax/tag-list.ts';
import type { DmarcProblem, DmarcProblemCode, DmarcSeverity, RecordSpan } from './problem.ts';
import { parseReportUris, type ReportUri } from './report-uri.ts';

const NOT_DMARC: DmarcProblem = {
  severity: 'error',
  code: 'not-dmarc',
  tag: 'v',
  place: undefined,
  detail: 'it does not begin with exactly v=DMARC1: receivers ignore the whole record',
};

/** From the mildest to the strictest. */
export const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const;

/** A word of DMARC_POLICIES (RFC 9989 section 4.7). */
export type DmarcPolicy = (typeof DMARC_POLICIES)[number];

/** A DMARC record, right or wrong, as receivers read it (RFC 9989 section 4.7). Texts are latin1. */
export interface DmarcRecord {
  /** It begins with v=DMARC1; what does not is not a DMARC record, whatever else it holds. */
  readonly isDmarc: boolean;
  /** Every tag as written, names in lower case, in their order; of a duplicate the first. */
  readonly tags: ReadonlyMap<string, string>;
  /** What receivers apply to the domain, to its subdomains and to those that do not exist; `undefined`: they ignore the record. */
  readonly policy: DmarcPolicy | undefined;
  readonly subdomainPolicy: DmarcPolicy | undefined;
  readonly nonexistentPolicy: DmarcPolicy | undefined;
  /** t=y: receivers apply one step less. */
  readonly isTesting: boolean;
  /** `y`: the domain is a public suffix. `n`: it is an Organizational Domain. `u`: the tree says (RFC 9989 section 4.7). */
  readonly psd: 'y' | 'n' | 'u';
  readonly adkim: 'r' | 's';
  readonly aspf: 'r' | 's';
  /** The sound ones. */
  readonly rua: readonly ReportUri[];
  readonly ruf: readonly ReportUri[];
  /** Worst first. */
  readonly problems: readonly DmarcProblem[];
}

/** RFC 9989 section 4.8: values are matched without regard to case, but for that of v=. */
const VALUES: ReadonlyMap<string, { readonly pattern: RegExp; readonly wanted: string }> = new Map([
  ...['p', 'sp', 'np'].map(
    (name) => [name, { pattern: /^(?:none|quarantine|reject)$/i, wanted: 'none, quarantine or reject' }] as const,
  ),
  ...['adkim', 'aspf'].map((name) => [name, { pattern: /^[rs]$/i, wanted: 'r or s' }] as const),
  ['t', { pattern: /^[yn]$/i, wanted: 'y or n' }],
  ['psd', { pattern: /^[ynu]$/i, wanted: 'y, n or u' }],
  // Each at most once, and not both 0 and 1; blanks between them are few.
  [
    'fo',
    {
      pattern: /^(?=[01ds: \t]{1,20}$)(?!.*([01ds]).*\1)(?!.*0.*1|.*1.*0)[01ds](?:[ \t]*:[ \t]*[01ds])*$/i,
      wanted: '0 or 1, d, s',
    },
  ],
  ['pct', { pattern: /^(?:100|\d{1,2})$/, wanted: '0 to 100' }],
  ['ri', { pattern: /^\d{1,10}$/, wanted: 'a number of seconds' }],
  ['rf', { pattern: /^afrf$/i, wanted: 'afrf' }],
]);

const KNOWN = new Set(['v', 'rua', 'ruf', ...VALUES.keys()]);

/** RFC 9989 appendix C.5.2 has taken them out: what receivers of today do instead. */
const HISTORIC: Readonly<Record<string, string>> = {
  pct: 'the policy applies to all mail; t=y asks for the next weaker one',
  ri: 'reports are sent once a day',
  rf: 'there is only one report format',
};

/**
 * Parse a DMARC record and judge it. Never throws; linear in the length of the text.
 *
 * Tags with errors count as absent (RFC 9989 section 4.8), a record whose policy is not sound as p=none where it names an
 * address for reports, else as none at all (section 4.10.1). Not looked at: whether other domains accept its reports, and at
 * which name it stands.
 *
 * @param text latin1, the character-strings of the TXT record joined without anything between them
 */
export function parseDmarcRecord(text: string): DmarcRecord {
  const problems: DmarcProblem[] = [];
  const written = readTags(text, problems);
  const tags = new Map([...written].map(([name, { value }]) => [name, value]));
  const isDmarc = isDmarcText(text);
  if (!isDmarc) problems.push(NOT_DMARC);
  const sound = new Map([...tags].filter(([name]) => isSound(name, written.get(name)!, problems)));
  const rua = reportUris('rua', written, problems);
  const ruf = reportUris('ruf', written, problems);
  const policies = isDmarc ? appliedPolicies(tags, sound, rua.length > 0, problems) : NO_POLICIES;
  const record = {
    isDmarc,
    tags,
    ...policies,
    isTesting: sound.get('t')?.toLowerCase() === 'y',
    psd: psdFlag(sound.get('psd')),
    adkim: alignment(sound.get('adkim')),
    aspf: alignment(sound.get('aspf')),
    rua,
    ruf,
  };
  if (isDmarc) problems.push(...senseProblems(record));
  const order = { error: 0, warning: 1, info: 2 };
  const placed = problems.map((problem) => ({
    ...problem,
    place: problem.place ?? written.get(problem.tag ?? '')?.place,
  }));
  return { ...record, problems: placed.toSorted((a, b) => order[a.severity] - order[b.severity]) };
}

/** RFC 9989 section 4.7: v= is the first tag and exactly DMARC1, else the record is ignored. */
export function isDmarcText(text: string): boolean {
  return /^[Vv][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

interface WrittenTag {
  readonly value: string;
  /** Of `name=value`. */
  readonly place: RecordSpan;
  /** Octets before the value. */
  readonly valueColumn: number;
}

function readTags(text: string, problems: DmarcProblem[]): Map<string, WrittenTag> {
  const tags = new Map<string, WrittenTag>();
  const pieces = text.split(';');
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const start = at;
    at += piece.length + 1;
    const { spec, blanks } = withoutBlanks(piece);
    if (spec === '' && i === pieces.length - 1 && i > 0) break; // a final semicolon
    const place = { column: start + blanks, length: Math.max(spec.length, 1) };
    const add = (code: DmarcProblemCode, tag: string | undefined, detail: string) =>
      problems.push({ severity: 'error', code, tag, place, detail });
    const list = spec === '' ? undefined : parseTagList(spec);
    if (list?.ok !== true) {
      const problem = list?.problem ?? 'there is no tag between two semicolons';
      add('syntax-error', undefined, `tag ${i + 1} is malformed: ${problem}`);
      continue;
    }
    const [tag] = list.tags.values();
    const { value } = tag!;
    const name = tag!.name.toLowerCase();
    if (/[^\x20-\x7e]/.test(value)) add('syntax-error', name, `${name}= contains an octet that is not printable ASCII`);
    if (tags.has(name))
      add('duplicate-tag', name, `${name}= appears twice, and receivers differ in which one they use`);
    else tags.set(name, { value, place, valueColumn: place.column + spec.indexOf(value, tag!.start) });
  }
  return tags;
}

/** @returns what is between the blanks at both ends, and how many there are before it */
function withoutBlanks(text: string): { readonly spec: string; readonly blanks: number } {
  const first = text.search(/[^ \t]/);
  if (first === -1) return { spec: '', blanks: 0 };
  let end = text.length;
  while (text[end - 1] === ' ' || text[end - 1] === '\t') end--;
  return { spec: text.slice(first, end), blanks: first };
}

/** Judge a value by itself. */
function isSound(name: string, { value, place }: WrittenTag, problems: DmarcProblem[]): boolean {
  const add = (severity: DmarcSeverity, code: DmarcProblemCode, detail: string) =>
    problems.push({ severity, code, tag: name, place, detail });
  const historic = Object.hasOwn(HISTORIC, name) ? HISTORIC[name] : undefined;
  if (historic !== undefined) {
    add(
      'warning',
      'historic-tag',
      `${name}=${shown(value)} belongs to RFC 7489 and is ignored under RFC 9989: ${historic}`,
    );
  }
  if (!KNOWN.has(name)) {
    const meant = SPELLINGS.get(name);
    add(
      'warning',
      'unknown-tag',
      `${name}= is not a DMARC tag and is ignored${meant === undefined ? '' : `; did you mean ${meant}=?`}`,
    );
  }
  const rule = VALUES.get(name);
  if (rule === undefined || rule.pattern.test(value)) return true;
  const severity = historic === undefined ? 'error' : 'warning';
  const effect = /^(?:s|n)?p$/.test(name)
    ? ', so receivers treat the whole record as p=none or as no record at all'
    : '';
  add(severity, 'bad-value', `${name}=${shown(value)} is invalid: it must be ${rule.wanted}${effect}`);
  return false;
}

/** What people write. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['asp', 'aspf'],
  ['adkm', 'adkim'],
  ['policy', 'p'],
  ['rau', 'rua'],
  ['rfu', 'ruf'],
]);

function reportUris(
  name: 'rua' | 'ruf',
  tags: ReadonlyMap<string, WrittenTag>,
  problems: DmarcProblem[],
): readonly ReportUri[] {
  const tag = tags.get(name);
  if (tag === undefined) return [];
  return parseReportUris(tag.value, (severity, code, detail, { column, length }) => {
    const place = { column: tag.valueColumn + column, length: Math.max(length, 1) };
    problems.push({ severity, code, tag: name, place, detail: `${name}=: ${detail}` });
  });
}

type Policies = Pick<DmarcRecord, 'policy' | 'subdomainPolicy' | 'nonexistentPolicy'>;

const NO_POLICIES: Policies = { policy: undefined, subdomainPolicy: undefined, nonexistentPolicy: undefined };

function appliedPolicies(
  tags: ReadonlyMap<string, string>,
  sound: ReadonlyMap<string, string>,
  hasReports: boolean,
  problems: DmarcProblem[],
): Policies {
  const p = tags.get('p');
  if (p === undefined) {
    const effect = hasReports
      ? 'it is treated as p=none, by older receivers as no record'
      : 'receivers ignore the record';
    const severity = hasReports ? 'warning' : 'error';
    problems.push({ severity, code: 'no-policy', tag: 'p', place: undefined, detail: `p= is missing: ${effect}` });
  } else if ([...tags.keys()][1] !== 'p') {
    const detail = 'p= does not directly follow v=DMARC1, as RFC 7489 requires: older receivers may ignore the record';
    problems.push({ severity: 'warning', code: 'policy-not-first', tag: 'p', place: undefined, detail });
  }
  const isUnsound = ['p', 'sp', 'np'].some((name) => tags.has(name) && !sound.has(name));
  if (p === undefined || isUnsound) {
    const policy = hasReports ? 'none' : undefined;
    return { policy, subdomainPolicy: policy, nonexistentPolicy: policy };
  }
  const policy = policyOf(sound.get('p'))!;
  const subdomainPolicy = policyOf(sound.get('sp')) ?? policy;
  return { policy, subdomainPolicy, nonexistentPolicy: policyOf(sound.get('np')) ?? subdomainPolicy };
}

/** What t=y asks for in place of a policy (RFC 9989 section 4.7). */
export function oneStepWeaker(policy: DmarcPolicy): DmarcPolicy {
  return policy === 'reject' ? 'quarantine' : 'none';
}

function policyOf(value: string | undefined): DmarcPolicy | undefined {
  return DMARC_POLICIES.find((policy) => policy === value?.toLowerCase());
}

function alignment(value: string | undefined): 'r' | 's' {
  return value?.toLowerCase() === 's' ? 's' : 'r';
}

function psdFlag(value: string | undefined): 'y' | 'n' | 'u' {
  const flag = value?.toLowerCase();
  return flag === 'y' || flag === 'n' ? flag : 'u';
}

/** What is well-formed and yet does not do what its owner may think. */
function senseProblems(record: Omit<DmarcRecord, 'problems'>): DmarcProblem[] {
  const { tags, policy, subdomainPolicy, nonexistentPolicy, isTesting, rua } = record;
  const problems: DmarcProblem[] = [];
  const add = (severity: DmarcSeverity, code: DmarcProblemCode, tag: string, detail: string) =>
    problems.push({ severity, code, tag, place: undefined, detail });
  if (tags.has('fo') && !tags.has('ruf')) {
    add('warning', 'fo-without-ruf', 'fo', 'fo= has no effect without ruf=, the address for failure reports');
  }
  if (policy === undefined) return problems;
  if (isTesting && policy !== 'none') {
    const less = oneStepWeaker(policy);
    const detail = `t=y asks receivers to treat p=${policy} as p=${less}; remove it once all mail passes`;
    add('warning', 'test-mode', 't', detail);
  }
  for (const [tag, below] of [
    ['sp', subdomainPolicy],
    ['np', nonexistentPolicy],
  ] as const) {
    if (!tags.has(tag) || DMARC_POLICIES.indexOf(below!) >= DMARC_POLICIES.indexOf(policy)) continue;
    const whose = tag === 'sp' ? 'subdomains' : 'subdomains that do not exist';
    add('warning', 'weaker-subdomains', tag, `${tag}=${below} is weaker than p=${policy}: forgers may use ${whose}`);
  }
  if (policyOf(tags.get('p')) === 'none')
    add('info', 'no-enforcement', 'p', 'p=none asks for no action on mail that fails');
  if (rua.length === 0)
    add('info', 'no-reports', 'rua', 'without rua= you get no reports of who sends mail as the domain');
  return problems;
}

function shown(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}...` : value;
}

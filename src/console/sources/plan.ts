/** What a run of `check` looks at: domains, each with the keys that sign its mail. */
import type { CheckFinding } from '../../lib/check/codes.ts';
import { isDomainName, toAscii } from '../../lib/syntax/domain-name.ts';
import { shown } from '../../lib/syntax/shown.ts';
import type { NamedKey } from './named-key.ts';

export interface DomainPlan {
  /** ASCII, lower case. */
  readonly domain: string;
  readonly keys: readonly NamedKey[];
  /** Other domains whose keys sign its mail; `undefined`, with no keys: nobody said how its mail is signed. */
  readonly signers: readonly string[] | undefined;
  /** Where a key was looked for in vain. */
  readonly missingKeyAt: string | undefined;
  /** `false`: tables name its key for other senders alone; `undefined`: not known. */
  readonly isSender: boolean | undefined;
}

interface OpenPlan {
  isSender: boolean | undefined;
  keys: NamedKey[];
  signers: string[] | undefined;
  missingKeyAt: string | undefined;
}

/** Findings about one file that are reported; who corrects these sees the others next time. */
const MAX_FILE_FINDINGS = 20;

/** Collects domains from lists and tables; each stands there once, in the order in which it came. */
export class CheckPlan {
  readonly #domains = new Map<string, OpenPlan>();
  readonly #findings: CheckFinding[] = [];
  readonly #faults = new Map<string, number>();

  /** What is wrong with the lists and tables themselves. */
  get findings(): readonly CheckFinding[] {
    const more = [...this.#faults].filter(([, count]) => count > MAX_FILE_FINDINGS);
    return [
      ...this.#findings,
      ...more.map(([file, count]) => configFinding(file, `${count - MAX_FILE_FINDINGS} more lines are wrong`)),
    ];
  }

  /** @param only `undefined`: all of them */
  plans(only?: readonly string[]): DomainPlan[] {
    const wanted = only ?? [...this.#domains.keys()];
    return wanted.map((domain) => ({ domain, ...(this.#domains.get(domain) ?? NOTHING_KNOWN) }));
  }

  /** Take a name from a file as a domain; what is none becomes a finding. */
  domainIn(file: string, line: number, name: string): string | undefined {
    const ascii = toAscii(name)?.replace(/\.$/, '');
    if (ascii !== undefined && isDomainName(ascii)) return ascii;
    this.#add(file, {
      severity: 'error',
      code: 'domain-invalid',
      subject: file,
      observed: `line ${line} has '${shown(name, 80)}', which is not a domain`,
      expected: 'labels of 1 to 63 letters, digits and hyphens, 253 characters in total',
      remedy: `correct line ${line} of ${file}, or remove it`,
    });
    return undefined;
  }

  /** @param problem a sentence without its subject, the line */
  lineIn(file: string, line: number, problem: string): void {
    this.#add(file, configFinding(file, `line ${line} ${problem}`));
  }

  report(finding: CheckFinding): void {
    this.#add(finding.subject, finding);
  }

  domain(domain: string): void {
    this.#open(domain);
  }

  key(key: NamedKey): void {
    const { keys } = this.#open(key.domain);
    // Tables may name a key more than once.
    const isSame = (one: NamedKey) => one.path === key.path && one.selector === key.selector && one.text === key.text;
    if (!keys.some(isSame)) keys.push(key);
  }

  /** The mail of `domain` is signed with the key of another one. */
  signer(domain: string, signer: string): void {
    const plan = this.#open(domain);
    plan.signers ??= [];
    if (signer !== domain && !plan.signers.includes(signer)) plan.signers.push(signer);
  }

  /** There ought to be a key for `domain`, and there is none. */
  missingKey(domain: string, place: string): void {
    const plan = this.#open(domain);
    if (plan.keys.length > 0) return;
    plan.signers ??= [];
    plan.missingKeyAt = place;
  }

  /** Whether tables name a domain as a sender; what one says, another does not take back. */
  sender(domain: string, isSender: boolean): void {
    const plan = this.#open(domain);
    plan.isSender = isSender || plan.isSender === true;
  }

  has(domain: string): boolean {
    return this.#domains.has(domain);
  }

  #open(domain: string): OpenPlan {
    let plan = this.#domains.get(domain);
    if (plan === undefined) {
      plan = { ...NOTHING_KNOWN, keys: [] };
      this.#domains.set(domain, plan);
    }
    return plan;
  }

  #add(file: string, finding: CheckFinding): void {
    const count = (this.#faults.get(file) ?? 0) + 1;
    this.#faults.set(file, count);
    if (count <= MAX_FILE_FINDINGS) this.#findings.push(finding);
  }
}

const NOTHING_KNOWN = { keys: [], signers: undefined, missingKeyAt: undefined, isSender: undefined };

function configFinding(file: string, observed: string): CheckFinding {
  return {
    severity: 'error',
    code: 'config-syntax',
    subject: file,
    observed,
    expected: 'lines as its manual page describes',
    remedy: `correct ${file}`,
  };
}

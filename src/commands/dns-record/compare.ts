/** dns-record --check: a key file, held against what is published. */
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { Context } from '../../console/context.ts';
import { findingText } from '../../console/terminal/finding-text.ts';
import { findingLines, findingsOutcome } from '../../console/terminal/finding-lines.ts';
import type { KeyOwner } from '../../console/keys/key-owner.ts';
import { type DnsOptions, duration } from '../../console/options/options.ts';
import { seconds } from '../../console/options/numbers.ts';
import type { Outcome } from '../../console/outcome.ts';
import { type Compared, comparePublished } from '../../console/keys/published-key.ts';
import { repeatUntil } from '../../console/terminal/repeat.ts';
import { jsonLine } from '../../console/terminal/sanitize.ts';
import type { ExpectedKey } from '../../lib/keys/published/finding.ts';
import type { RecordSource } from '../../lib/keys/record-source.ts';
import type { Delegation } from '../../lib/dns/survey/delegation.ts';
import { serverName } from '../../lib/dns/survey/servers.ts';
import { usage } from '../../console/options/usage.ts';
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { publishedKeyReport } from '../../lib/report/published-key.ts';

export interface ComparisonOptions {
  readonly check?: boolean;
  readonly allNs?: boolean;
  /** Seconds. */
  readonly wait?: number;
  /** Seconds. */
  readonly interval?: number;
}

/** What the comparison takes of the command's other options. */
interface ComparedOptions extends ComparisonOptions, DnsOptions {
  readonly key?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly testing?: boolean;
  readonly domainkeys?: boolean;
}

/** Options that are about printing a record. */
const OTHER_JOBS =
  'published revoke spf dmarc adsp domainkeysPolicy format ttl origin hash service sameDomain note'.split(' ');

/** Seconds before the second round of --wait. */
const FIRST_PAUSE = 5;

export function addComparisonOptions(command: Command): Command {
  return command
    .optionsGroup('Check:')
    .addOption(new Option('--check', 'compare the key with DNS; silent if they match').conflicts(OTHER_JOBS))
    .addOption(new Option('--all-ns', 'the same, on every name server of the zone').conflicts([...OTHER_JOBS, 'zone']))
    .addOption(
      new Option('--wait <time>', 'repeat the check until it succeeds, for at most 30m, 2h ...')
        .argParser(duration)
        .conflicts(OTHER_JOBS),
    )
    .option('--interval <seconds>', 'first pause of --wait; it grows to twelve times that (default: 5)', seconds);
}

/** --all-ns and --wait say it too. */
export function isComparison({ check, allNs, wait, interval }: ComparisonOptions): boolean {
  if (interval !== undefined && wait === undefined) {
    throw usage('--interval needs --wait');
  }
  return check === true || allNs === true || wait !== undefined;
}

/** Compare, and write one line a finding; with --json one object whatever is found. */
export async function checkRecord(
  owner: KeyOwner,
  source: RecordSource,
  options: ComparedOptions,
  context: Context,
): Promise<Outcome> {
  const expected = expectedKey(owner, source, options);
  const compare = () =>
    comparePublished(expected, randomBytes(8).toString('hex'), { ...options, allServers: options.allNs }, context);
  const compared = await repeatUntil(compare, ({ findings }) => findingsOutcome(findings) === 'ok', {
    label: owner.name,
    wait: options.wait ?? 0,
    pause: options.interval ?? FIRST_PAUSE,
    describe: ({ findings }) => findings.map(({ code }) => code).join(', '),
    quiet: options.quiet === true,
    verbose: options.verbose === true,
    context,
  });
  if (options.verbose === true) for (const line of serverLines(compared)) diagnostics(context).say(line);
  if (options.quiet !== true) {
    const { findings, zones } = compared;
    const shown = await findingText(context.stdout, 'auto', context.env);
    context.stdout.write(
      options.json ? jsonLine(publishedKeyReport(owner.name, findings, zones)) : shown(findingLines(findings)),
    );
  }
  return findingsOutcome(compared.findings);
}

function expectedKey(owner: KeyOwner, source: RecordSource, options: ComparedOptions): ExpectedKey {
  const { selector, domain } = owner;
  if (domain === undefined) {
    throw usage('a domain is needed to look the key up in DNS');
  }
  const { type, bits, publicKeyBytes, published } = source;
  if (bits === 0) {
    throw usage('the record revokes its key: there is nothing to compare');
  }
  return {
    selector,
    domain,
    type,
    bits,
    publicKeyBytes,
    keyFile: options.key === '-' ? undefined : options.key,
    isTesting: options.testing === true || published?.record.flags.includes('y') === true,
    isDomainKeys: options.domainkeys === true || published?.record.hasVersion === false,
  };
}

function serverLines({ zones = [] }: Compared): string[] {
  return zones.flatMap(({ zone, delegation, name, views }) => [
    ...views.map((view) => {
      const says = view.ok ? `serial ${view.serial ?? 'unknown'} of ${zone.name}, ${view.held.status}` : view.fault;
      return `${serverName(view)}: ${name}: ${says}`;
    }),
    `${zone.name}: ${delegationWords(delegation)}`,
  ]);
}

function delegationWords(delegation: Delegation): string {
  switch (delegation.status) {
    case 'found':
      return `${delegation.parent} delegates it to ${delegation.nameServers.join(', ')}`;
    case 'missing':
      return `${delegation.parent} does not delegate it`;
    case 'unknown':
      return `${delegation.parent} did not name the servers it delegates it to`;
    default:
      return 'there is no delegation to compare: no parent zone could be found, or it is on the same servers';
  }
}

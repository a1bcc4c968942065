/** Checking a mail domain with a line: the system's name servers, the clock, and no keys at hand. */
import { randomBytes } from 'node:crypto';
import { checkDomain } from './check/domain.ts';
import { liveResolver } from './dns/live/live.ts';
import { systemResolver } from './dns/live/system-resolver.ts';
import type { Resolver } from './dns/resolver.ts';
import { DktoolError } from './errors.ts';
import { type CheckReport, checkReport } from './report/check.ts';
import { isDomainName, toAscii } from './syntax/domain-name.ts';
import { textAsOctets } from './syntax/octets.ts';

/** All of them optional. */
export interface CheckOptions {
  /** Selectors whose DKIM records are checked. */
  readonly selectors?: readonly string[] | undefined;
  /** Selectors that no mail is signed with any more, and whose records should be gone. */
  readonly oldSelectors?: readonly string[] | undefined;
  /** Where answers come from; default: `systemResolver()`. */
  readonly resolver?: Resolver | undefined;
  /** Ask every name server of the domain itself too, over the network whatever `resolver` is; default: no. */
  readonly allServers?: boolean | undefined;
  /** Seconds since 1970; default: the clock. */
  readonly now?: number | undefined;
}

/** Days after which an old selector is to be gone, where nobody says since when it is old. */
const RETIRE_AFTER = 30;

const clock = () => performance.now() / 1000;

/**
 * Check what DNS says about mail of a domain: its mail hosts, SPF, DMARC, the records of its DKIM keys, and the policies of
 * old. What is wrong is a finding and not thrown; DNS trouble is a finding too. It takes 15 seconds of DNS at most.
 *
 * Key files are not looked at: `checkDomain` takes what is known of those.
 *
 * @param domain in ASCII or with U-labels
 * @throws DktoolError `bad-domain`, kind permanent, for what is not a domain
 */
export async function check(domain: string, options: CheckOptions = {}): Promise<CheckReport> {
  const name = toAscii(textAsOctets(domain))?.toLowerCase().replace(/\.$/, '');
  if (name === undefined || !isDomainName(name)) {
    throw new DktoolError('bad-domain', `'${domain}' is not a domain`, { kind: 'permanent' });
  }
  const { selectors = [], oldSelectors = [], allServers = false, now = Math.floor(Date.now() / 1000) } = options;
  const facts = {
    domain: name,
    keys: [],
    signers: undefined,
    selectors,
    isSender: undefined,
    oldSelectors: oldSelectors.map((selector) => ({ domain: name, selector, since: undefined })),
    missingKeyAt: undefined,
    rotation: undefined,
  };
  const checked = await checkDomain(facts, {
    resolver: options.resolver ?? systemResolver(),
    servers: allServers ? liveResolver() : undefined,
    now,
    clock,
    maxAge: undefined,
    retireAfter: RETIRE_AFTER,
    signer: undefined,
    randomLabel: randomBytes(8).toString('hex'),
  });
  return checkReport(checked, now);
}

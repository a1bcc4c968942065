/** What becomes of each message: signed, judged, or taken as it is. */
import { dmarcJudge } from '../../../console/dmarc/judge.ts';
import { spfJudge } from '../../../console/spf/judge.ts';
import { timeLimitedResolver } from '../../../lib/dns/live/time-limit.ts';
import type { Resolver } from '../../../lib/dns/resolver.ts';
import { DktoolError } from '../../../lib/errors.ts';
import { KeyCache } from '../../../lib/keys/lookup.ts';
import { CONTINUE } from '../../../lib/milter/replies.ts';
import { parseIpAddress } from '../../../lib/syntax/ip-address.ts';
import { isInNetwork } from '../../../lib/syntax/ip-network.ts';
import { octetsAsText } from '../../../lib/syntax/octets.ts';
import type { Counters } from '../counters.ts';
import type { Log, LogFields } from '../log.ts';
import { refusalFor } from '../refusal.ts';
import { DEFAULT_DEADLINE, type ServeMode, type ServeSettings } from '../settings.ts';
import type { SignerList } from '../signing/signers.ts';
import type { Envelope, Mail, MailHandler } from './mail.ts';
import { type SignedEnd, SignedMail } from './signed-mail.ts';
import { type VerifiedEnd, VerifiedMail } from './verified-mail.ts';

/** What all handlers of a service share. */
export interface HandlerWorld {
  readonly settings: ServeSettings;
  readonly resolver: Resolver;
  readonly signers: () => SignerList | undefined;
  /** Seconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  readonly counters: Counters;
}

export class MilterHandler implements MailHandler {
  readonly #world: HandlerWorld;
  readonly #mode: ServeMode;
  readonly #keys = new KeyCache();
  readonly #refusalOf;

  constructor(world: HandlerWorld, mode: ServeMode) {
    this.#world = world;
    this.#mode = mode;
    this.#refusalOf = refusalFor(world.settings.rejects);
  }

  begin(envelope: Envelope, hasLeadingSpace: boolean): Mail {
    const isOwn = isOwnMail(envelope, this.#world.settings);
    if (isOwn && this.#mode !== 'verify') return this.#signed(hasLeadingSpace);
    if (!isOwn && this.#mode !== 'sign') return this.#verified(envelope, hasLeadingSpace);
    this.#world.counters.add('dktool_serve_passed_total');
    return UNTOUCHED;
  }

  /** A message is put off: the MTA is answered so. */
  readonly fault = (error: unknown, envelope: Envelope): void => {
    const { log, counters } = this.#world;
    const isKnown = error instanceof DktoolError;
    counters.add('dktool_serve_deferred_total', isKnown ? error.code : 'internal-error');
    const why = error instanceof Error ? error.message : String(error);
    log.write('problem', 'deferred', { ...factsOf(envelope), why: isKnown ? why : `internal error: ${why}` });
  };

  #signed(hasLeadingSpace: boolean): Mail {
    const { signers, settings, now } = this.#world;
    const list = signers();
    if (list === undefined) throw new Error('there are no keys');
    const options = { ...settings.sign, timestamp: Math.floor(now()) };
    return new SignedMail({ options, signers: list, done: (end) => this.#logSigned(end) }, hasLeadingSpace);
  }

  #verified(envelope: Envelope, hasLeadingSpace: boolean): Mail {
    const { settings, now: clock } = this.#world;
    const { address, family, helo, sender } = envelope;
    const [now, started] = [clock(), performance.now()];
    const resolver = timeLimitedResolver(this.#world.resolver, settings.dns.deadline ?? DEFAULT_DEADLINE, seconds);
    const session = { ip: address, helo: octetsAsText(helo), from: octetsAsText(sender) };
    const isRemote = family === 'inet' || family === 'inet6';
    return new VerifiedMail(
      {
        resolver,
        options: {
          now,
          keys: this.#keys,
          arc: 'if-present',
          spf: isRemote ? spfJudge(session, {}, undefined, resolver, now) : undefined,
          dmarc: dmarcJudge(resolver),
        },
        id: settings.id,
        refusalOf: this.#refusalOf,
        done: (end) => this.#logVerified(end, performance.now() - started),
      },
      hasLeadingSpace,
    );
  }

  #logSigned({ envelope, author, signatures, unsigned, warnings }: SignedEnd): void {
    const { log, counters } = this.#world;
    const event = unsigned === undefined ? 'signed' : 'unsigned';
    counters.add('dktool_serve_signed_total', event);
    const why = unsigned === undefined ? {} : { why: unsigned };
    log.write('info', event, { ...factsOf(envelope), author, keys: signatures.join(','), ...why });
    for (const warning of warnings) log.write('problem', 'warning', { ...factsOf(envelope), author, what: warning });
  }

  #logVerified({ envelope, judged, forged, notice, refusal }: VerifiedEnd, milliseconds: number): void {
    const { log, counters } = this.#world;
    const results = judged === undefined ? { dkim: 'none' } : resultsOf(judged);
    counters.add('dktool_serve_verified_total', results.dkim);
    if (judged?.dmarc !== undefined) counters.add('dktool_serve_dmarc_total', judged.dmarc.verdict.result);
    if (refusal !== undefined) counters.add('dktool_serve_rejected_total', refusal.by);
    for (let i = 0; i < forged; i++) counters.add('dktool_serve_forged_total');
    log.write('info', refusal === undefined ? 'verified' : 'rejected', {
      ...factsOf(envelope),
      author: judged?.verdict.fromField.domains[0],
      ...results,
      forged: forged === 0 ? undefined : forged,
      note: notice,
      ms: Math.round(milliseconds),
    });
  }
}

/** Seconds, from any origin. */
const seconds = () => performance.now() / 1000;

function resultsOf({ verdict, spf, dmarc }: NonNullable<VerifiedEnd['judged']>) {
  const reason = verdict.dkim.signatures.find(({ result }) => result === verdict.dkim.result)?.reason;
  return {
    dkim: verdict.dkim.result,
    reason: verdict.dkim.result === 'pass' ? undefined : reason,
    domainkeys: verdict.domainkeys.signatures.length === 0 ? undefined : verdict.domainkeys.result,
    spf: spf !== undefined && 'verdict' in spf ? spf.verdict.result : undefined,
    dmarc: dmarc?.verdict.result,
    arc: verdict.arc?.result,
  };
}

function factsOf({ macro, address, sender, family, host }: Envelope): LogFields {
  return { queue: macro('i'), client: family === 'unknown' ? host : address, sender };
}

/**
 * Whether mail is our own: its sender has logged in, or its client is one of the internal hosts or on this machine. What
 * Sendmail calls localhost, of no family, is a program on this machine that has no socket.
 */
export function isOwnMail(envelope: Envelope, { internal }: Pick<ServeSettings, 'internal'>): boolean {
  if (envelope.macro('auth_type')) return true;
  if (envelope.family === 'unix') return true;
  if (envelope.family === 'unknown') return envelope.host === 'localhost';
  const address = parseIpAddress(envelope.address);
  return address !== undefined && internal.some((network) => isInNetwork(address, network));
}

const UNTOUCHED: Mail = {
  header: () => {},
  endOfHeader: () => {},
  body: () => {},
  end: () => Promise.resolve(CONTINUE),
};

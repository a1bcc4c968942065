/** verify --spf: the SPF check beside the judging of signatures. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { HeaderBlock } from '../../lib/header/header-block.ts';
import { type HopChoice, sessionOf } from '../../lib/spf/message-session.ts';
import { type JudgedSpf, spfReport } from '../../lib/report/spf.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import type { Context } from '../context.ts';
import { checkSpfSteps } from './checker.ts';
import { requestOf, type SessionOptions, UnknownSession } from './request.ts';

/** Checks the host that a message came from. */
export type SpfJudge = (header: HeaderBlock) => JudgedSpf | Promise<JudgedSpf>;

/** The session, and the name of this host for macros. */
export interface SpfJudgeOptions extends SessionOptions {
  readonly receiver?: string | undefined;
}

/**
 * @param env of tcpserver, which tells of the message on stdin; `undefined` where messages are saved ones
 * @param now seconds since 1970
 */
export function spfJudge(
  options: SpfJudgeOptions,
  choice: HopChoice,
  env: Context['env'] | undefined,
  resolver: Resolver,
  now: number,
): SpfJudge {
  const receiver = options.receiver ?? env?.['TCPLOCALHOST'];
  const settings = { identity: 'mailfrom', record: undefined, receiver, now: () => now } as const;
  return (header) => runSteps(judged(header));

  function* judged(header: HeaderBlock): Steps<JudgedSpf> {
    try {
      const [checked] = yield* checkSpfSteps(requestOf(options, env, sessionOf(header, choice)), settings, resolver);
      const { verdict, notes } = checked!;
      return { verdict, report: spfReport(verdict, notes) };
    } catch (error) {
      if (error instanceof UnknownSession) return { problem: error.message };
      throw error;
    }
  }
}

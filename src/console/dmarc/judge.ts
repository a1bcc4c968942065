/** verify --dmarc: DMARC on the verdicts of the other methods. */
import { dmarcReport, type JudgedDmarc } from '../../lib/report/dmarc.ts';
import type { SpfIdentifier } from '../../lib/dmarc/evaluate.ts';
import { type DmarcInput, messageDmarc } from '../../lib/dmarc/judge.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { JudgedSpf } from '../../lib/report/spf.ts';
import { runSteps, type Steps } from '../../lib/steps.ts';
import { toAscii } from '../../lib/syntax/domain-name.ts';
import type { MessageVerdict } from '../../lib/verify-message.ts';

/** Judges a message whose signatures have been judged, and its host where that was asked for. */
export type DmarcJudge = (verdict: MessageVerdict, spf: JudgedSpf | undefined) => JudgedDmarc | Promise<JudgedDmarc>;

export function dmarcJudge(resolver: Resolver): DmarcJudge {
  return ({ fromField, dkim }, spf) =>
    runSteps(judged({ from: fromField, dkim: dkim.signatures, spf: spf && spfIdentifier(spf) }, resolver));
}

function* judged(input: DmarcInput, resolver: Resolver): Steps<JudgedDmarc> {
  const verdict = yield* messageDmarc(input, resolver);
  return { verdict, report: dmarcReport(verdict) };
}

function spfIdentifier(spf: JudgedSpf): SpfIdentifier | string {
  if (!('verdict' in spf)) return spf.problem;
  const { result, identity, domain } = spf.verdict;
  return { result, identity, domain: toAscii(domain) ?? domain.toLowerCase() };
}

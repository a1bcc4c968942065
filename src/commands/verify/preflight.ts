/** verify --preflight: what will become of a message on its way, and what large receivers ask of it. */
import type { Resolver } from '../../lib/dns/resolver.ts';
import type { PreflightFinding } from '../../lib/preflight/checks.ts';
import { MessageLinter } from '../../lib/preflight/linter.ts';
import { senderFindings } from '../../lib/preflight/sender.ts';
import { preflightReport } from '../../lib/report/preflight.ts';
import type { PreflightJudge } from '../../console/verify/judge.ts';

/** @param now seconds since 1970 */
export function preflightJudge(resolver: Resolver, now: number): () => PreflightJudge {
  return () => {
    const linter = new MessageLinter();
    return {
      write: (chunk) => linter.write(chunk),
      async judge({ verdict, dmarc }) {
        linter.end();
        const { header } = linter;
        if (dmarc === undefined) throw new Error('--preflight already includes DMARC');
        const findings: PreflightFinding[] = linter.findings(header, now);
        findings.push(...(await senderFindings(header, verdict, dmarc.verdict, resolver)));
        return preflightReport(findings, header !== undefined);
      },
    };
  };
}

/** dmarc-check DOMAIN: the policy that applies and how it was found. */
import type { Context } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import { discoverDmarc, type DmarcDiscovery, type WalkStep } from '../../lib/dmarc/discover.ts';
import { lintDmarc } from '../../lib/dmarc/lint.ts';
import { discoveryMeaning, dmarcMeaning } from '../../lib/dmarc/meaning.ts';
import { dmarcDomainReport, type DmarcDomainResult, domainResult } from '../../lib/report/dmarc.ts';
import type { Resolver } from '../../lib/dns/resolver.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import { lintedOutcome, lintLines } from './lint-lines.ts';
import type { DmarcCheckOptions } from './options.ts';
import type { Paint, Tone } from './painter.ts';

const show = (latin1: string) => printable(octetsAsText(latin1));

const OUTCOMES: Readonly<Record<DmarcDomainResult, Outcome>> = {
  found: 'ok',
  none: 'nothing',
  permerror: 'negative',
  temperror: 'temporary',
};

export async function reportPolicy(
  domain: string,
  resolver: Resolver,
  options: DmarcCheckOptions,
  paint: Paint,
  { stdout }: Context,
): Promise<Outcome> {
  const discovery = await discoverDmarc(domain, resolver);
  const findings = options.lint ? await lintDmarc(discovery, resolver) : [];
  if (!options.quiet) {
    stdout.write(
      options.json
        ? jsonLine(dmarcDomainReport(discovery, findings))
        : [...domainLines(discovery, paint), ...lintLines(discovery.found, findings, paint)].join(''),
    );
  }
  const outcome = OUTCOMES[domainResult(discovery)];
  return options.lint ? lintedOutcome(outcome, findings) : outcome;
}

function* domainLines(discovery: DmarcDiscovery, paint: Paint): Iterable<string> {
  const { domain, found, policy, organizationalDomain, steps } = discovery;
  const result = domainResult(discovery);
  const word = result === 'found' ? `policy=${policy}` : WORDS[result];
  yield `${domain}: ${paint(word, TONES[result])}: ${show(discoveryMeaning(discovery))}\n`;
  if (found !== undefined) {
    yield `${domain}: record: ${show(found.text)}\n`;
    yield `${domain}: meaning: ${show(dmarcMeaning(found.record))}\n`;
  }
  yield `${domain}: organizational domain: ${organizationalDomain ?? 'unknown: DNS gave no answer'}\n`;
  for (const step of steps) yield `${domain}: walk: ${step.name}: ${stepWords(step)}\n`;
}

const TONES: Readonly<Record<DmarcDomainResult, Tone>> = {
  found: 'good',
  none: 'trouble',
  permerror: 'bad',
  temperror: 'trouble',
};

const WORDS = { none: 'no policy', permerror: 'policy ignored', temperror: 'policy unknown' } as const;

function stepWords(step: WalkStep): string {
  if (step.status === 'none') return 'no record';
  if (step.status === 'temperror') return `no answer: ${show(step.trouble.detail)}`;
  if (step.status === 'several') return `${step.texts.length} DMARC records, all of them discarded`;
  if (step.status === 'other') {
    const [first] = step.texts;
    return `no DMARC record, but "${show(first!.slice(0, 40))}${first!.length > 40 ? '...' : ''}"`;
  }
  const { psd } = step.published.record;
  return psd === 'u' ? 'a record' : `a record with psd=${psd}, which ends the walk`;
}

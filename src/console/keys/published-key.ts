/** A key, held against what DNS says now: through a resolver, or from every name server of its zone. */
import { type ExpectedKey, keyNameOf } from '../../lib/keys/published/finding.ts';
import { askAround, askForPublishedKey } from '../../lib/keys/published/lookup.ts';
import { publishedKeyFindings } from '../../lib/keys/published/compare.ts';
import { cachingResolver } from '../../lib/dns/resolvers/cache.ts';
import type { Answer, Resolver } from '../../lib/dns/resolver.ts';
import { explainTrouble } from '../../lib/dns/trouble/explain.ts';
import { type SurveyedZone, surveyName } from '../../lib/dns/survey/name.ts';
import { type Finding, worstFirst } from '../../lib/finding.ts';
import type { Context } from '../context.ts';
import type { DnsOptions } from '../options/options.ts';
import { liveResolverOf, resolverOf } from '../options/resolver.ts';

export interface Compared {
  /** Worst first; none: all is right. */
  readonly findings: readonly Finding[];
  /** Where all servers were asked: what each said. */
  readonly zones?: readonly SurveyedZone[];
  /** What was compared; `undefined`: nobody could say. */
  readonly answer: Answer<'TXT'> | undefined;
}

/**
 * Look the record of a key up, with nothing remembered from before, and compare.
 *
 * @param randomLabel a label that nobody has in a zone
 */
export async function comparePublished(
  expected: ExpectedKey,
  randomLabel: string,
  options: DnsOptions & { readonly allServers?: boolean | undefined },
  context: Context,
): Promise<Compared> {
  if (options.allServers !== true) {
    const resolver = await resolverOf(options, context);
    const answers = await askForPublishedKey(resolver, expected, randomLabel);
    const answer = await explained(answers.answer, resolver, keyNameOf(expected), context);
    return { findings: await publishedKeyFindings(expected, { ...answers, answer }), answer };
  }
  const live = await liveResolverOf(options, context);
  const resolver = cachingResolver(live, { now: context.now });
  const { zones, findings, answer } = await surveyName(keyNameOf(expected), resolver, live);
  const refused = await refusedByValidator(resolver, expected, context);
  if (answer === undefined) return { findings: worstFirst<Finding>([...refused, ...findings]), zones, answer };
  const answers = await askAround(resolver, expected, answer, randomLabel);
  const held = await publishedKeyFindings(expected, answers);
  return { findings: worstFirst<Finding>([...refused, ...held, ...findings]), zones, answer };
}

/** The servers themselves never say that DNSSEC makes their answers worthless: a validating resolver does. */
async function refusedByValidator(resolver: Resolver, expected: ExpectedKey, context: Context): Promise<Finding[]> {
  const name = keyNameOf(expected);
  const answer = await explained(await resolver.query(name, 'TXT'), resolver, name, context);
  if (answer.status !== 'temperror' || answer.reason !== 'dnssec-bogus') return [];
  return (await publishedKeyFindings(expected, { answer })).filter(({ code }) => code === 'dnssec-bogus');
}

async function explained(
  answer: Answer<'TXT'>,
  resolver: Resolver,
  name: string,
  { now }: Context,
): Promise<Answer<'TXT'>> {
  return answer.status === 'temperror' ? explainTrouble(resolver, name, 'TXT', answer, now()) : answer;
}

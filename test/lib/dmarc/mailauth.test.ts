/** Our DMARC and mailauth's, on the same records and the same verdicts. */
import { dmarc } from 'mailauth/lib/dmarc/index.js';
import { describe, expect, it } from 'vitest';
import type { Answer, Resolver } from '../../../src/lib/dns/resolver.ts';
import { judgeDmarc } from '../../../src/lib/dmarc/judge.ts';
import type { DmarcVerdict } from '../../../src/lib/dmarc/evaluate.ts';
import { fromField } from '../../../src/lib/header/author.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import type { ResultWord } from '../../../src/lib/verdict.ts';
import { dmarcResolver, tableRows } from '../../support/dmarc.ts';

/** As node:dns answers. */
const asNode = (resolver: Resolver) => async (name: string, type: string) => {
  const answer: Answer<'TXT'> = await resolver.query(name, type as 'TXT');
  if (answer.status === 'found') return answer.records.map((strings) => [...strings]);
  const code = { nxdomain: 'ENOTFOUND', nodata: 'ENODATA', temperror: 'ESERVFAIL' }[answer.status];
  throw Object.assign(new Error(code), { code });
};

interface Opinion {
  readonly result: string;
  /** After sp=, np= and t=. */
  readonly policy: string | undefined;
  readonly organizational: string | undefined;
}

interface Identifiers {
  readonly dkim: readonly string[];
  readonly spf: string | undefined;
}

async function theirs(author: string, { dkim, spf }: Identifiers, records: string): Promise<Opinion> {
  const answer = await dmarc({
    headerFrom: [`x@${author}`],
    spfDomains: spf === undefined ? [] : [{ domain: spf }],
    dkimDomains: dkim.map((domain) => ({ domain })),
    resolver: asNode(dmarcResolver(records)),
  } as never);
  if (answer === false) throw new Error('no verdict');
  const { status, domain, policy } = answer as unknown as {
    readonly status: { readonly result: string };
    readonly domain: string;
    readonly policy?: string;
  };
  return { result: status.result, policy, organizational: domain };
}

const passing = (domain: string) => ({ domain, selector: undefined, result: 'pass' as ResultWord });

function ours(author: string, { dkim, spf }: Identifiers, records: string): Opinion & Pick<DmarcVerdict, 'reason'> {
  const from = fromField(new HeaderBlock(Buffer.from(`From: x@${author}\n`)));
  const identity = 'mailfrom' as const;
  const host = spf === undefined ? undefined : { identity, domain: spf, result: 'pass' as const };
  const verdict = judgeDmarc({ from, dkim: dkim.map(passing), spf: host }, dmarcResolver(records));
  const { result, reason, effectivePolicy, discovery } = verdict as DmarcVerdict;
  return { result, reason, policy: effectivePolicy, organizational: discovery?.organizationalDomain };
}

async function expectAgreement(author: string, identifiers: Identifiers, records: string): Promise<void> {
  const own = ours(author, identifiers, records);
  const other = await theirs(author, identifiers, records);
  // A record that receivers ignore is an error of its owner to us, and no record to mailauth.
  expect(own.reason === 'record-invalid' ? 'none' : own.result).toBe(other.result);
  if (own.result === 'pass' || own.result === 'fail') expect(own.policy).toBe(other.policy);
  // Where DNS kept an answer back, mailauth names the author domain.
  expect(own.organizational ?? author).toBe(other.organizational);
}

const passes = (text: string) =>
  text === '-' ? [] : text.split(' ').flatMap((one) => /^(?:helo:)?(\S+)=pass:/.exec(one)?.[1] ?? []);

describe('mailauth agrees', () => {
  it.each(tableRows('dmarc-walks.txt').filter(([, , domain]) => !domain!.startsWith('[')))(
    'on the walk: %s: %s',
    async (_, __, author, records) => {
      await expectAgreement(
        author,
        { dkim: [author.length > 200 ? 'example' : `x.${author}`], spf: undefined },
        records,
      );
    },
  );

  it.each(tableRows('dmarc-alignments.txt').filter(([, , , , dkim, spf]) => !`${dkim}${spf}`.includes('temperror')))(
    'on the result: %s: %s',
    async (_, __, author, records, dkim, spf) => {
      await expectAgreement(author, { dkim: passes(dkim), spf: passes(spf)[0] }, records);
    },
  );

  it('that several From fields or domains get no verdict', async () => {
    const resolver = asNode(dmarcResolver('example.com{v=DMARC1; p=reject}'));
    expect(await dmarc({ headerFrom: ['a@example.com', 'b@example.net'], resolver })).toBe(false);
    expect(await dmarc({ headerFrom: ['a@example.com'], fromFields: 2, resolver })).toBe(false);
  });
});

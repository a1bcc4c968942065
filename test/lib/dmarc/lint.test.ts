import { describe, expect, it } from 'vitest';
import { discoverPolicy } from '../../../src/lib/dmarc/discover.ts';
import { lintDmarc } from '../../../src/lib/dmarc/lint.ts';
import type { DmarcFinding } from '../../../src/lib/dmarc/lint-finding.ts';
import { dmarcRecordFindings } from '../../../src/lib/dmarc/record-findings.ts';
import { dmarcResolver } from '../../support/dmarc.ts';

const DOMAIN = 'mail.example.com';
const RUA = `rua=mailto:d@${DOMAIN}`;

async function lint(records: string, domain = DOMAIN): Promise<DmarcFinding[]> {
  const resolver = dmarcResolver(records);
  const discovery = await discoverPolicy(domain, resolver);
  return lintDmarc(discovery, resolver);
}

const codes = async (records: string, domain?: string) =>
  (await lint(records, domain)).map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);

describe('what is wrong about where a record is', () => {
  it.each([
    ['none at all', '', `warning missing _dmarc.${DOMAIN}`],
    ['several', `${DOMAIN}{v=DMARC1; p=none}{v=DMARC1}`, `error several _dmarc.${DOMAIN}`],
    ['one that is none', `${DOMAIN}{v=DMARC; p=none}`, `error not-dmarc _dmarc.${DOMAIN}`],
    ['a text of something else', `${DOMAIN}{hello}`, `warning missing _dmarc.${DOMAIN}`],
    ['quotes around it', `${DOMAIN}{"v=DMARC1; p=none"}`, `error quotes-in-record _dmarc.${DOMAIN}`],
    ['commas in it', `${DOMAIN}{v=DMARC1, p=none}`, `error commas-in-record _dmarc.${DOMAIN}`],
    ['no answer', `example.com!`, 'temporary no-answer _dmarc.example.com'],
  ])('%s', async (_, records, finding) => {
    expect(await codes(records)).toEqual([finding]);
  });

  it('the text of a wildcard is nothing to speak of where a record applies', async () => {
    expect(await codes(`${DOMAIN}{v=spf1 -all} example.com{v=DMARC1; p=reject; np=reject; ${RUA}}`)).toEqual([]);
  });

  it('what is meant as a record is, and the policy of another applies', async () => {
    const records = `${DOMAIN}{p=none} example.com{v=DMARC1; p=reject; np=reject; ${RUA}}`;
    expect(await codes(records)).toEqual([`error not-dmarc _dmarc.${DOMAIN}`]);
  });
});

describe('reports to other domains (RFC 9990 section 4)', () => {
  const refusals = async (records: string, uri: string) => {
    const found = await codes(`${DOMAIN}{v=DMARC1; p=reject; np=reject; rua=${uri}} ${records}`);
    return found.filter((finding) => finding.includes('report-'));
  };
  const REFUSED = [`warning report-unauthorized _dmarc.${DOMAIN}`];

  it.each<[what: string, records: string, uri: string, findings: readonly string[]]>([
    ['of another organization need a record there', '', 'mailto:x@reports.test', REFUSED],
    ['which one of its own tree does not', 'example.com{v=DMARC1; p=none}', 'mailto:x@other.example.com', []],
    [
      'its organization is by the tree walk, not by the name',
      'example.com{v=DMARC1; p=none; psd=y}',
      'mailto:x@other.example.com',
      REFUSED,
    ],
    ['and nothing is said where DNS does not answer', 'reports.test!', 'mailto:x@reports.test', []],
  ])('%s', async (_, records, uri, findings) => {
    expect(await refusals(records, uri)).toEqual(findings);
  });

  it('a record at the receiver allows them, for the domain that publishes the policy', async () => {
    const name = `${DOMAIN}._report._dmarc.reports.test`;
    const resolver = dmarcResolver(`${DOMAIN}{v=DMARC1; p=reject; np=reject; rua=mailto:x@reports.test}`);
    const found = discoverPolicy(DOMAIN, resolver);
    const agreeing: typeof resolver = {
      ...resolver,
      query: (asked, type) =>
        asked === name ? ({ status: 'found', records: [['v=DMARC1;']] } as never) : resolver.query(asked, type),
    };
    expect(await dmarcRecordFindings((await found).found!, agreeing)).toEqual([]);
    expect(await dmarcRecordFindings((await found).found!, resolver)).toHaveLength(1);
  });
});

describe('notes', () => {
  it.each([
    [`${DOMAIN}{v=DMARC1; p=none; ${RUA}}`, ['no-enforcement', 'subdomains-inherit']],
    [`${DOMAIN}{v=DMARC1; p=reject; np=reject}`, ['no-reports']],
    [`${DOMAIN}{v=DMARC1; p=reject; sp=reject; ${RUA}}`, ['subdomains-inherit']],
    [`${DOMAIN}{v=DMARC1; p=reject; np=reject; psd=y; ${RUA}}`, ['public-suffix']],
    [`com{v=DMARC1; p=none; psd=y}`, ['missing', 'older-receivers']],
  ])('%s', async (records, found) => {
    expect((await lint(records)).map(({ code }) => code)).toEqual(found);
  });

  it('older receivers may not find a record in between', async () => {
    const records = `${DOMAIN}{v=DMARC1; p=reject; np=reject; ${RUA}}`;
    expect(await codes(records, `a.${DOMAIN}`)).toContain(`note older-receivers _dmarc.${DOMAIN}`);
    expect(await codes(records)).toEqual([]);
  });

  it('a subject, what was seen, and a remedy stand in each finding', async () => {
    const records = `${DOMAIN}{v=DMARC1; p=none; x=1; fo=1; psd=y; ruf=mailto:x@y.test}`;
    for (const finding of await lint(records)) {
      for (const part of [finding.subject, finding.observed, finding.expected, finding.remedy]) {
        expect(part).toMatch(/^\S.*[^.]$/);
      }
    }
  });
});

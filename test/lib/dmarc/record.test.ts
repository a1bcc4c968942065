import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dmarcMeaning } from '../../../src/lib/dmarc/meaning.ts';
import { DMARC_POLICIES, isDmarcText, parseDmarcRecord } from '../../../src/lib/dmarc/record.ts';
import { expectLinear } from '../../support/growth.ts';

const found = (text: string) =>
  parseDmarcRecord(text).problems.map(({ severity, code, tag }) => [severity, code, tag].join(' '));

const RUA = 'rua=mailto:dmarc@example.com';

describe('a DMARC record', () => {
  it.each([
    `v=DMARC1; p=reject; ${RUA}`,
    `v=DMARC1;p=reject;${RUA};`,
    `V = DMARC1 ; p = REJECT ; ${RUA} ; `,
    `v=DMARC1; p=quarantine; sp=reject; np=reject; ${RUA},mailto:other@example.net; ruf=mailto:f@example.com; fo=1:d:s; adkim=s; aspf=r; t=n; psd=n`,
    `v=DMARC1; p=reject; rua=mailto:a%2Cb@example.com?subject=x`,
  ])('%j is sound', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('is reported with its values and defaults', () => {
    expect(parseDmarcRecord(`v=DMARC1; p=Reject; sp=quarantine; ${RUA} , https://example.net/r; adkim=S; t=y`)).toEqual(
      {
        isDmarc: true,
        tags: new Map([
          ['v', 'DMARC1'],
          ['p', 'Reject'],
          ['sp', 'quarantine'],
          ['rua', 'mailto:dmarc@example.com , https://example.net/r'],
          ['adkim', 'S'],
          ['t', 'y'],
        ]),
        policy: 'reject',
        subdomainPolicy: 'quarantine',
        nonexistentPolicy: 'quarantine',
        isTesting: true,
        psd: 'u',
        adkim: 's',
        aspf: 'r',
        rua: [
          { uri: 'mailto:dmarc@example.com', domain: 'example.com' },
          { uri: 'https://example.net/r', domain: undefined },
        ],
        ruf: [],
        problems: expect.any(Array) as never,
      },
    );
  });

  it.each([
    ['v=dmarc1; p=none', ['error not-dmarc v']],
    ['p=none; v=DMARC1', ['error not-dmarc v']],
    [' v=DMARC1; p=none', ['error not-dmarc v']],
    ['v=DMARC10; p=none', ['error not-dmarc v']],
    ['v=spf1 -all', ['error not-dmarc v']],
    ['', ['error syntax-error ', 'error not-dmarc v']],
    [`v=DMARC1; p=reject; ${RUA}; nonsense`, ['error syntax-error ']],
    [`v=DMARC1;; p=reject; ${RUA}`, ['error syntax-error ']],
    [`v=DMARC1; p=reject; ${RUA}; x-y=\x01`, ['error syntax-error ']],
    [`v=DMARC1; p=reject; p=none; ${RUA}`, ['error duplicate-tag p']],
    [`v=DMARC1; p=reject; ${RUA}; constructor=1`, ['warning unknown-tag constructor']],
    [`v=DMARC1; p=reject; ${RUA}; pct=50`, ['warning historic-tag pct']],
    [`v=DMARC1; p=reject; ${RUA}; pct=101`, ['warning historic-tag pct', 'warning bad-value pct']],
    [`v=DMARC1; p=reject; ${RUA}; ri=3600; rf=afrf`, ['warning historic-tag ri', 'warning historic-tag rf']],
    [`v=DMARC1; p=rejected; ${RUA}`, ['error bad-value p']],
    [`v=DMARC1; p=reject; ${RUA}; sp=`, ['error bad-value sp']],
    [`v=DMARC1; p=reject; ${RUA}; adkim=strict`, ['error bad-value adkim']],
    [`v=DMARC1; p=reject; ${RUA}; psd=x; t=1`, ['error bad-value psd', 'error bad-value t']],
    [`v=DMARC1; p=reject; ${RUA}; ruf=mailto:a@example.com; fo=0:1`, ['error bad-value fo']],
    [`v=DMARC1; p=reject; ${RUA}; ruf=mailto:a@example.com; fo=d:d`, ['error bad-value fo']],
    ['v=DMARC1', ['error no-policy p']],
    [`v=DMARC1; ${RUA}`, ['warning no-policy p']],
    [`v=DMARC1; ${RUA}; p=reject`, ['warning policy-not-first p']],
    ['v=DMARC1; p=reject; rua=dmarc@example.com', ['error bad-report-uri rua', 'info no-reports rua']],
    ['v=DMARC1; p=reject; rua=mailto:nobody', ['error bad-report-uri rua', 'info no-reports rua']],
    [`v=DMARC1; p=reject; ${RUA},`, ['error bad-report-uri rua']],
    [`v=DMARC1; p=reject; ${RUA},https://example.com/`, ['warning report-uri-not-mailto rua']],
    [`v=DMARC1; p=reject; ${RUA}!10m`, ['warning report-size-limit rua']],
    [`v=DMARC1; p=reject; ${RUA}; fo=1`, ['warning fo-without-ruf fo']],
    [`v=DMARC1; p=reject; ${RUA}; t=y`, ['warning test-mode t']],
    [`v=DMARC1; p=reject; ${RUA}; sp=none`, ['warning weaker-subdomains sp']],
    [`v=DMARC1; p=reject; ${RUA}; np=quarantine`, ['warning weaker-subdomains np']],
    [`v=DMARC1; p=none; ${RUA}; t=y; sp=reject`, ['info no-enforcement p']],
    ['v=DMARC1; p=reject', ['info no-reports rua']],
  ])('%j: %j', (text, problems) => {
    expect(found(text)).toEqual(problems);
  });

  it.each([
    // RFC 9989 section 4.10.1
    ['v=DMARC1; p=rejected', undefined],
    [`v=DMARC1; p=rejected; ${RUA}`, 'none'],
    [`v=DMARC1; p=reject; sp=x; ${RUA}`, 'none'],
    ['v=DMARC1; p=reject; sp=x', undefined],
    ['v=DMARC1; p=reject; adkim=x', 'reject'],
    [`v=DMARC1; ${RUA}`, 'none'],
    ['v=DMARC2; p=reject', undefined],
  ] as const)('%j has receivers apply %j', (text, policy) => {
    expect(parseDmarcRecord(text).policy).toBe(policy);
  });

  it('is reported in a sentence that names the remedy', () => {
    const [problem] = parseDmarcRecord('v=DMARC1; p=reject; rua=dmarc@example.com').problems;
    expect(problem!.detail).toBe('rua=: dmarc@example.com is not a URI: write mailto:dmarc@example.com');
  });

  it.each([
    ['v=DMARC1; p=reject;  nonsense ; x=1', 'syntax-error', 'nonsense'],
    ['v=DMARC1;; p=reject', 'syntax-error', ';'],
    ['v=DMARC1; p=reject; p = none', 'duplicate-tag', 'p = none'],
    ['v=DMARC1; p=reject; adkim=strict', 'bad-value', 'adkim=strict'],
    ['v=DMARC1; p=reject; rua = mailto:a@example.com, b@example.com', 'bad-report-uri', 'b@example.com'],
    ['v=DMARC1; rua=mailto:a@example.com; p=reject', 'policy-not-first', 'p=reject'],
    ['v=DMARC1; p=reject; sp=none', 'weaker-subdomains', 'sp=none'],
    ['v=DMARC1; rua=mailto:a@example.com', 'no-policy', undefined],
  ])('%j: %s is at %j', (text, code, seen) => {
    const place = parseDmarcRecord(text).problems.find((problem) => problem.code === code)!.place;
    expect(place && text.slice(place.column, place.column + place.length)).toBe(seen);
  });

  it('never throws, and finds v=DMARC1 where isDmarcText does', () => {
    const word = fc.constantFrom(
      'v',
      'p',
      'sp',
      'rua',
      'fo',
      '=',
      ';',
      ' ',
      '\t',
      'DMARC1',
      'none',
      'reject',
      'mailto:a@b.example',
      '!',
      ',',
      '1',
      ':',
      '\xe9',
      '\x00',
    );
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
        (text) => {
          const record = parseDmarcRecord(text);
          expect(record.isDmarc).toBe(isDmarcText(text));
          expect(record.problems.some(({ code }) => code === 'not-dmarc')).toBe(!record.isDmarc);
          for (const { place } of record.problems) {
            if (place !== undefined) expect(place.column + place.length).toBeLessThanOrEqual(text.length + 1);
          }
          if (record.policy !== undefined) expect(DMARC_POLICIES).toContain(record.policy);
          expect(dmarcMeaning(record)).not.toBe('');
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([';', ' ', '0:', 'mailto:', ',', '!1', 'a@', 'fo=0;', '\t='])(
    'full of %j takes work that grows with it',
    async (filler) => {
      const make = (n: number) => `v=DMARC1; p=none; rua=${filler.repeat(n)}; fo=${filler.repeat(n)}x`;
      await expectLinear(30_000, make, parseDmarcRecord);
    },
  );
});

describe('what a DMARC record means', () => {
  it.each([
    [
      'v=DMARC1; p=reject; t=y',
      'mail that fails DMARC is to be rejected; for now receivers apply the next weaker policy (t=y); no reports are requested',
    ],
    [
      `v=DMARC1; p=none; ${RUA}`,
      'mail that fails DMARC is delivered as if there were no DMARC; daily reports go to mailto:dmarc@example.com',
    ],
    [
      'v=DMARC1; p=reject; sp=quarantine; np=reject; adkim=s; aspf=s; ruf=mailto:f@example.com',
      'mail that fails DMARC is to be rejected; from subdomains it is to be treated as suspicious; from subdomains that do not exist it is to be rejected; DKIM and SPF must pass for exactly the From domain; no reports are requested; reports on single messages to mailto:f@example.com',
    ],
    ['v=DMARC1; p=nope', 'receivers ignore it'],
  ])('%j: %s', (text, meaning) => {
    expect(dmarcMeaning(parseDmarcRecord(text))).toBe(meaning);
  });
});

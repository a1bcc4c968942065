import { describe, expect, it } from 'vitest';
import { notesOf, type SessionFacts } from '../../../src/lib/spf/notes.ts';
import { spfReport } from '../../../src/lib/report/spf.ts';
import { spfAuthResult } from '../../../src/lib/auth-results/spf.ts';
import { checkSpf, type TestSession, type TestZone } from '../../support/spf.ts';

const notes = async (zone: TestZone, session: TestSession = {}, facts: SessionFacts = {}) =>
  notesOf(await checkSpf(zone, session), facts);
const codes = async (zone: TestZone, session: TestSession = {}, facts: SessionFacts = {}) =>
  (await notes(zone, session, facts)).map(({ code }) => code);

const NO = { 'example.com': 'v=spf1 -all' };

describe('notes', () => {
  it('has none for a plain check', async () => expect(await codes(NO)).toEqual([]));

  it.each(['10.1.2.3', '127.0.0.1', 'fe80::1', '::ffff:192.168.1.1'])(
    'says that %s is not of the Internet',
    async (ip) => {
      expect(await codes(NO, { ip })).toEqual(['client-not-public']);
    },
  );

  it.each(['[192.0.2.1]', '[IPv6:2001:db8::1]', '?10.95.245.230?', '192.0.2.1'])(
    'knows the HELO %s for an address',
    async (helo) => {
      const [note] = await notes(NO, { helo });
      expect(note?.code).toBe('helo-literal');
      expect(note?.detail).toContain('RELAYCLIENT');
    },
  );

  it('says once what a submission is, and what to do about it', async () => {
    const found = await notes(NO, { helo: '[10.0.0.1]' }, { isAuthenticated: true, isOwnClient: true });
    expect(found.map(({ code }) => code)).toEqual(['own-client', 'submission', 'helo-literal']);
    expect(found[1]!.detail).toContain('msa_networks');
    expect(found[2]!.detail).not.toContain('msa_networks');
  });

  it('lists the records that must be merged', async () => {
    const [note] = await notes({ 'example.com': { TXT: ['v=spf1 -all', 'v=spf1 a'] } });
    expect(note).toMatchObject({
      code: 'several-records',
      detail: 'example.com must merge its SPF records into one: "v=spf1 -all" "v=spf1 a"',
    });
  });

  it('names ptr, +all and records over the limit', async () => {
    expect(await codes({ 'example.com': 'v=spf1 ptr all' })).toEqual(['ptr-used', 'allows-all']);
    const long = `v=spf1 ip4:192.0.2.1${' a:h.example'.repeat(11)} -all`;
    expect(await codes({ 'example.com': long })).toEqual(['limit-for-others']);
  });
});

describe('the report', () => {
  it('shows the chain and every record with its depth, octets as text', async () => {
    const zone = {
      'example.com': 'v=spf1 include:a.example include:b.example -all',
      'a.example': 'v=spf1 -all',
      'b.example': 'v=spf1 ip4:192.0.2.0/24',
    };
    const report = spfReport(await checkSpf(zone, { sender: '\u00c3\u00bc@example.com' }), []);
    expect(report.sender).toBe('ü@example.com');
    expect(report.chain).toEqual([
      { domain: 'example.com', record: zone['example.com'], term: 'include:b.example' },
      { domain: 'b.example', record: zone['b.example'], term: 'ip4:192.0.2.0/24' },
    ]);
    expect(report.trace.map(({ depth, domain, result, lookups }) => [depth, domain, result, lookups.terms])).toEqual([
      [0, 'example.com', 'pass', 2],
      [1, 'a.example', 'fail', 0],
      [1, 'b.example', 'pass', 0],
    ]);
  });
});

describe('for Authentication-Results (RFC 8601 section 2.7.2)', () => {
  it('tells the local part only where the policy looks at it', async () => {
    expect(spfAuthResult(await checkSpf(NO))).toEqual({
      method: 'spf',
      result: 'fail',
      property: 'mailfrom',
      value: 'example.com',
    });
    const looks = { 'example.com': 'v=spf1 exists:%{l}.x.example -all' };
    expect(spfAuthResult(await checkSpf(looks)).value).toBe('user@example.com');
    expect(spfAuthResult(await checkSpf({}, { sender: '' }))).toMatchObject({
      property: 'helo',
      value: 'mail.example.org',
    });
  });
});

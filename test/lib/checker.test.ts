import { describe, expect, it } from 'vitest';
import { check } from '../../src/lib/checker.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { keyRecord } from '../support/vectors.ts';

const zone = {
  'xn--bcher-kva.example': { MX: [{ preference: 10, exchange: 'mx.example.net' }], TXT: ['v=spf1 mx -all'] },
  'mx.example.net': { A: ['192.0.2.1'] },
  '_dmarc.xn--bcher-kva.example': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@xn--bcher-kva.example'] },
  'new._domainkey.xn--bcher-kva.example': { TXT: [keyRecord('rsa2048')] },
  'old._domainkey.xn--bcher-kva.example': { TXT: [keyRecord('rsa2048')] },
};
const resolver = zoneResolver([parseZone('zone.json', Buffer.from(JSON.stringify(zone)))]);
const codes = async (...[domain, options]: Parameters<typeof check>) =>
  (await check(domain, { resolver, ...options })).findings.map(({ code }) => code);

describe('check', () => {
  it('finds nothing about a domain that is right, in whichever letters it is named', async () => {
    const report = await check('Bücher.example.', { resolver, selectors: ['new'] });
    expect(report).toMatchObject({ domain: 'xn--bcher-kva.example', result: 'ok', keys: [] });
    expect(report.checked.map(({ part }) => part)).toEqual(expect.arrayContaining(['record', 'mx', 'spf', 'dmarc']));
  });

  it('looks at the records of selectors, new and old', async () => {
    expect(await codes('xn--bcher-kva.example', { selectors: ['missing'] })).toContain('key-name-missing');
    expect(await codes('xn--bcher-kva.example', { oldSelectors: ['old'] })).toContain('old-selector-published');
  });

  it('refuses what is not a domain', async () => {
    for (const name of ['', 'a..b', 'user@example.com', '-']) {
      await expect(check(name, { resolver }), name).rejects.toMatchObject({ code: 'bad-domain', kind: 'permanent' });
    }
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExpectedKey, KEY_FINDING_CODES } from '../../../../src/lib/keys/published/finding.ts';
import { askForPublishedKey } from '../../../../src/lib/keys/published/lookup.ts';
import { publishedKeyFindings } from '../../../../src/lib/keys/published/compare.ts';
import { parseZone } from '../../../../src/lib/dns/zones/file.ts';
import { formatTxtRecord } from '../../../../src/lib/dns/txt-formats/format.ts';
import { zoneResolver } from '../../../../src/lib/dns/zones/zone.ts';
import { BROKEN_RECORDS, expectedKey, fixed, NAME, zoneFile } from '../../../support/broken-records.ts';
import { KEY_NAMES, keyRecord, publicKeyText, textResolver } from '../../../support/vectors.ts';

async function findingsIn(zone: string | Readonly<Record<string, object>>, expected: ExpectedKey) {
  const text = typeof zone === 'string' ? zone : zoneFile(zone);
  const resolver = zoneResolver([parseZone('zone', Buffer.from(text, 'latin1'))]);
  return publishedKeyFindings(expected, await askForPublishedKey(resolver, expected, 'r4nd0m'));
}

describe('a published key', () => {
  it.each(BROKEN_RECORDS)('$code: $what', async (broken) => {
    const { code, severity, key = 'rsa2048', says, newKey = key } = broken;
    const findings = await findingsIn(broken.zone, expectedKey(key));
    expect(findings.map((finding) => [finding.severity, finding.code])).toEqual([[severity, code]]);
    const [{ subject, observed, expected, remedy }] = findings as [(typeof findings)[0]];
    expect(subject).toBe(NAME);
    expect(`${observed}; ${expected}; ${remedy}`).toContain(says);
    for (const part of [observed, expected, remedy]) expect(part).toMatch(/^[!-~][ -~]*[^.\s]$/);
    const record = formatTxtRecord({ owner: NAME, isAbsolute: true, text: keyRecord(newKey) }, 'bind');
    expect(await findingsIn(fixed(broken, record), expectedKey(newKey))).toEqual([]);
  });

  it('has a case for every finding that a zone can show', () => {
    const shown = new Set(BROKEN_RECORDS.map(({ code }) => code));
    // These take name servers.
    expect([...shown, 'dns-tcp-refused', 'dnssec-bogus'].sort()).toEqual([...KEY_FINDING_CODES].sort());
  });

  it.each(KEY_NAMES.slice(2))('that is right is found so, behind aliases too: %s', async (key) => {
    const zone = {
      [NAME]: { CNAME: ['s1.esp.example'] },
      's1.esp.example': { CNAME: ['s2.esp.example'] },
      's2.esp.example': { TXT: [keyRecord(key)] },
    };
    expect(await findingsIn(zone, expectedKey(key))).toEqual([]);
  });

  it.each([
    keyRecord('rsa2048').replace('k=rsa; ', ''),
    keyRecord('rsa2048').replaceAll('; ', ';'),
    `${keyRecord('rsa2048')};`,
    keyRecord('rsa2048', 'h=sha1:sha256; s=email:tlsrpt; n="quoted" \\; t=s; x-note=1; ').replace('\\; ', '; '),
  ])('may say the same in other words: %s', async (text) => {
    expect(await findingsIn({ [NAME]: { TXT: [text] } }, expectedKey('rsa2048'))).toEqual([]);
  });

  it('has t=y or no v= where that is meant', async () => {
    const testing = { [NAME]: { TXT: [keyRecord('rsa2048', 't=y; ')] } };
    expect(await findingsIn(testing, { ...expectedKey('rsa2048'), isTesting: true })).toEqual([]);
    const historic = { [NAME]: { TXT: [keyRecord('rsa2048').replace('v=DKIM1; ', '')] } };
    expect(await findingsIn(historic, { ...expectedKey('rsa2048'), isDomainKeys: true })).toEqual([]);
  });

  it('with several faults shows all of them, worst first', async () => {
    const text = keyRecord('rsa1024', 't=y; h=sha1; ');
    const findings = await findingsIn({ [NAME]: { TXT: [text, 'other'] } }, expectedKey('rsa2048'));
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error key-differs',
      'error hash-not-sha256',
      'warning several-records',
      'warning testing',
    ]);
  });

  it('with hostile text is shown escaped', async () => {
    const findings = await findingsIn({ [NAME]: { TXT: ['v=DKIM1; k=\u001b[31m; p='] } }, expectedKey('rsa2048'));
    expect(JSON.stringify(findings)).not.toContain('u001b');
    expect(findings.length).toBeGreaterThan(0);
  });

  it('is compared whatever is there', async () => {
    const piece = fc.oneof(
      fc.constantFrom('v=DKIM1', '; ', 'p=', 'k=rsa', '"', '\\', ' ', '=', publicKeyText('rsa2048').slice(0, 90)),
      fc.uint8Array({ maxLength: 40 }).map((octets) => Buffer.from(octets).toString('latin1')),
      fc.uint8Array({ maxLength: 200 }).map((octets) => Buffer.from(octets).toString('base64')),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), async (texts) => {
        const answer = { status: 'found', records: texts.map((one) => [one]) } as const;
        const findings = await publishedKeyFindings(expectedKey('rsa2048'), { answer });
        expect(findings.length).toBeGreaterThan(0);
        for (const { observed } of findings) expect(observed).toMatch(/^[ -~]+$/);
      }),
    );
  });

  it('that is right costs two questions', async () => {
    const { resolver, asked } = textResolver({ [NAME]: keyRecord('rsa2048') });
    await askForPublishedKey(resolver, expectedKey('rsa2048'), 'r4nd0m');
    expect(asked).toEqual([`${NAME} TXT`, 'r4nd0m._domainkey.example.com TXT']);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTxtRecord } from '../../src/lib/dns/txt-formats/format.ts';
import { joinStrings } from '../../src/lib/dns/txt-formats/text.ts';
import { parseZone } from '../../src/lib/dns/zones/file.ts';
import { parseZoneJson } from '../../src/lib/dns/zones/json.ts';
import { parseZoneMaster } from '../../src/lib/dns/zones/master.ts';
import { parseZoneTinydns } from '../../src/lib/dns/zones/tinydns.ts';
import { zoneResolver } from '../../src/lib/dns/zones/zone.ts';
import { DktoolError } from '../../src/lib/errors.ts';

const strings = fc.array(
  fc.uint8Array({ maxLength: 255 }).map((array) => Buffer.from(array).toString('latin1')),
  { minLength: 1, maxLength: 4 },
);

const masterString = (text: string) =>
  `"${text.replace(/[^ !#-[\]-~]/g, (octet) => `\\${octet.charCodeAt(0).toString().padStart(3, '0')}`)}"`;
const octal = (text: string) =>
  text.replace(/[^0-9A-Za-z]/g, (octet) => `\\${octet.charCodeAt(0).toString(8).padStart(3, '0')}`);

function answerFor(zone: string): unknown {
  const response = zoneResolver([parseZone('zone', Buffer.from(zone, 'latin1'))]).query('k.example', 'TXT');
  return response.status === 'found' ? response.records : response.status;
}

describe('a TXT record of any octets', () => {
  it('is read from a master file', () => {
    fc.assert(
      fc.property(strings, (text) => {
        expect(answerFor(`k.example. IN TXT ( ${text.map(masterString).join('\n\t')} )\n`)).toEqual([text]);
      }),
    );
  });

  it('is read from a tinydns file', () => {
    fc.assert(
      fc.property(strings, (text) => {
        const rdata = text.map((string) => octal(String.fromCharCode(string.length) + string)).join('');
        expect(answerFor(`:k.example:16:${rdata}:300\n`)).toEqual([text]);
      }),
    );
  });

  it('is read from zone JSON', () => {
    fc.assert(
      fc.property(strings, (text) => {
        const json = Buffer.from(JSON.stringify({ 'k.example': { TXT: [text] } }), 'utf8').toString('latin1');
        expect(answerFor(json)).toEqual([text]);
      }),
    );
  });
});

describe('a zone file of anything', () => {
  const word = fc.constantFrom(
    'a.',
    '@',
    '$TTL',
    '$ORIGIN',
    'IN',
    'TXT',
    'A',
    'MX',
    '"x"',
    '"',
    '(',
    ')',
    ';',
    '\\',
    '\n',
    '\n\t',
    ' ',
    '3600',
    '192.0.2.1',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '"*"',
    '"TIMEOUT"',
    '"TXT"',
    '+a:',
    "'a:",
    ':a:16:',
    '\\001x',
    '\xe9',
  );
  const text = fc.oneof(
    fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    fc.array(word, { maxLength: 30 }).map((words) => words.join('')),
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('latin1')),
  );

  it('is read, or refused with its place', () => {
    fc.assert(
      fc.property(text, (zone) => {
        for (const parse of [parseZone, parseZoneJson, parseZoneMaster, parseZoneTinydns]) {
          try {
            zoneResolver([parse('zone', Buffer.from(zone, 'latin1'))]);
          } catch (error) {
            expect(error).toBeInstanceOf(DktoolError);
            expect((error as DktoolError).message).toMatch(/^zone:\d+:\d+: /);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a record as we print it', () => {
  const text = fc.uint8Array({ maxLength: 700 }).map((array) => Buffer.from(array).toString('latin1'));
  const ttl = fc.option(fc.nat(0x7fffffff), { nil: undefined });

  it.each(['bind', 'tinydns'] as const)('is read back from %s', (format) => {
    fc.assert(
      fc.property(text, ttl, (record, seconds) => {
        const line = formatTxtRecord({ owner: 'k.example', isAbsolute: true, text: record, ttl: seconds }, format);
        const response = zoneResolver([parseZone('zone', Buffer.from(`${line}\n`, 'latin1'))]).query(
          'k.example',
          'TXT',
        );
        expect(response.status === 'found' && response.records.map(joinStrings)).toEqual([record]);
        if (seconds !== undefined) expect(response.ttl).toBe(seconds);
      }),
    );
  });
});

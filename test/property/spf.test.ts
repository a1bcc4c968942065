import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandName, type MacroValues } from '../../src/lib/spf/macro.ts';
import { isProblem, parseMacroString } from '../../src/lib/spf/macro-string.ts';
import { parseReceived } from '../../src/lib/header/received.ts';
import { formatReceivedSpf, parseReceivedSpf, type ReceivedSpf } from '../../src/lib/spf/received-spf.ts';
import { parseSpfRecord } from '../../src/lib/spf/record.ts';
import { isQueryName } from '../../src/lib/spf/target-name.ts';
import { SPF_RESULTS } from '../../src/lib/spf/verdict.ts';
import { formatIpAddress, type IpAddress, parseIpAddress } from '../../src/lib/syntax/ip-address.ts';
import { type IpRange, networksOf, rangeOf, unionOf, without } from '../../src/lib/syntax/ip-network.ts';
import { checkSpf } from '../support/spf.ts';

const octets = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 200,
});
const address: fc.Arbitrary<IpAddress> = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((value) => ({ family: 4 as const, value })),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => ({ family: 6 as const, value })),
  // Groups of zeros and IPv4-mapped ones do not come up by chance
  fc
    .array(fc.constantFrom<bigint>(0n, 0n, 0n, 1n, 0xffffn), { minLength: 8, maxLength: 8 })
    .map((groups) => ({ family: 6 as const, value: groups.reduce<bigint>((sum, group) => (sum << 16n) | group, 0n) })),
);

const numbers = (list: readonly IpRange[]) => {
  const all = new Set<bigint>();
  for (const { first, last } of list) for (let at = first; at <= last; at++) all.add(at);
  return [...all].sort((a, b) => Number(a - b));
};

describe('addresses', () => {
  it('are read back as they are written', () => {
    fc.assert(
      fc.property(address, (ip) => {
        expect(parseIpAddress(formatIpAddress(ip))).toEqual(ip);
      }),
    );
  });

  it('in sets: a union of 8-bit ranges, a difference and their networks hold the same numbers as sets of numbers do', () => {
    const ranges = fc.array(
      fc.tuple(fc.nat(255), fc.nat(20)).map(([first, more]): IpRange => {
        return { first: BigInt(first), last: BigInt(Math.min(255, first + more)) };
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(ranges, ranges, (a, b) => {
        const gone = new Set(numbers(b));
        const rest = without(unionOf(a), unionOf(b));
        expect(numbers(rest)).toEqual(numbers(a).filter((number) => !gone.has(number)));
        expect(numbers(networksOf(rest, 4).map(rangeOf))).toEqual(numbers(rest));
      }),
    );
  });
});

describe('records', () => {
  const term = fc.oneof(
    fc.constantFrom('all', '-all', 'a', 'mx', 'ptr', 'a/24//64', 'ip4:192.0.2.0/24', 'include:x.example', 'exp=y.z'),
    octets,
    fc.string({ unit: fc.constantFrom(...'%{}dslr-./:=+a1 ip4'.split('')), maxLength: 30 }),
  );

  it('never throw, and every problem lies within the text', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 12 }), (terms) => {
        const text = `v=spf1 ${terms.join(' ')}`;
        const parsed = parseSpfRecord(text);
        if (parsed.ok) {
          for (const { column, text: written } of parsed.record.terms) {
            expect(text.slice(column, column + written.length)).toBe(written);
          }
        } else {
          expect(parsed.problems.length).toBeGreaterThan(0);
          for (const { column, length } of parsed.problems) {
            expect(column).toBeGreaterThanOrEqual('v=spf1'.length);
            expect(length).toBeGreaterThanOrEqual(1);
            expect(column).toBeLessThan(text.length);
          }
        }
      }),
    );
  });

  it('and sessions of any octets give a verdict', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(term, { maxLength: 6 }), octets, octets, async (terms, helo, localPart) => {
        const zone = { 'example.com': `v=spf1 ${terms.join(' ')}` };
        const verdict = await checkSpf(zone, { helo, sender: `${localPart}@example.com` });
        expect(SPF_RESULTS).toContain(verdict.result);
        expect(verdict.explanation ?? '').toMatch(/^[\u0020-\u007e]*$/);
      }),
      { numRuns: 200 },
    );
  });
});

/** The same from its left end, as RFC 7208 section 7.3 says it. */
function expandPlainly(source: string, values: MacroValues): string {
  let name = source.replace(/%\{s\}/g, () => values.sender).replace(/%\{d\}/g, () => values.domain);
  if (name.endsWith('.')) name = name.slice(0, -1);
  while (name.length > 253 && name.includes('.')) name = name.slice(name.indexOf('.') + 1);
  return name;
}

it('names that are built from the right are those that are cut from the left', () => {
  const label = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 70 });
  const domain = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.'));
  const spec = fc.array(fc.constantFrom('%{s}', '%{d}', '.', 'x', '.yy'), { maxLength: 12 });
  fc.assert(
    fc.property(spec, domain, domain, (parts, sender, current) => {
      const source = `${parts.join('')}.example`;
      const values: MacroValues = {
        sender,
        domain: current,
        localPart: '',
        senderDomain: '',
        ip: { family: 4, value: 0n },
        helo: '',
        receiver: '',
        now: 0,
        validatedName: '',
      };
      const parsed = parseMacroString(source, 'domain-spec');
      if (isProblem(parsed)) throw new Error(parsed.detail);
      const [fast, plain] = [expandName(parsed, values), expandPlainly(source, values)];
      expect(isQueryName(fast)).toBe(isQueryName(plain));
      if (isQueryName(plain)) expect(fast).toBe(plain);
    }),
  );
});

describe('Received-SPF', () => {
  const words = fc
    .string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 120 })
    .map((text) => text.replace(/ +/g, ' ').trim());
  const key = fc.constantFrom('client-ip', 'envelope-from', 'helo', 'receiver', 'identity', 'mechanism', 'x-note');
  const field: fc.Arbitrary<ReceivedSpf> = fc.record({
    result: fc.constantFrom(...SPF_RESULTS),
    comment: words,
    pairs: fc.array(
      fc.tuple(
        key,
        words.filter((value) => value !== ''),
      ),
      { maxLength: 6 },
    ),
  });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(field, fc.constantFrom('\n', '\r\n'), (value, lineEnd) => {
        const text = formatReceivedSpf(value, lineEnd);
        expect(text.split(lineEnd).at(-1)).toBe('');
        expect(parseReceivedSpf(text.slice('Received-SPF:'.length, -lineEnd.length))).toEqual(value);
      }),
    );
  });

  it('and Received of any octets are read without an error', () => {
    fc.assert(
      fc.property(octets, (value) => {
        parseReceivedSpf(` pass ${value}`);
        const { ip } = parseReceived(`from ${value}`);
        expect(ip === undefined || formatIpAddress(ip).length > 1).toBe(true);
      }),
    );
  });
});

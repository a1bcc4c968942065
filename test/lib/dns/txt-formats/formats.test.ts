/** Each format read back by the program that it is for, where Debian has it, else by a strict reader of its documents. */
import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinStrings } from '../../../../src/lib/dns/txt-formats/text.ts';
import {
  formatTxtRecord,
  formatTxtRecords,
  TXT_FORMATS,
  type TxtFormat,
} from '../../../../src/lib/dns/txt-formats/format.ts';
import type { TxtRecord } from '../../../../src/lib/dns/txt-formats/record.ts';
import { runProgram, temporaryFolder } from '../../../support/bin.ts';
import { leaveOut, needProgram } from '../../../support/peers.ts';
import { readHclResource, readQuotedStrings } from '../../../support/txt-readers.ts';
import { keyRecord } from '../../../support/vectors.ts';

/** A public key of 8,192 bits; nobody has its private half. */
function rsa8192(): string {
  const n = Buffer.from(Array.from({ length: 1024 }, (_, i) => ((i * 89) % 256) | (i === 0 ? 0x80 : 1)));
  const jwk = { kty: 'RSA', n: n.toString('base64url'), e: 'AQAB' };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'der', type: 'spki' }).toString('base64');
}

/** What every format carries. */
const PLAIN: readonly string[] = [
  keyRecord('rsa1024'),
  keyRecord('rsa2048'),
  keyRecord('rsa4096'),
  `v=DKIM1; k=rsa; p=${rsa8192()}`,
  keyRecord('ed25519'),
  keyRecord('rsa2048', 'h=sha1:sha256; n=keys; of: "us" = \'mine\' ; '),
  'v=spf1 exists:%{i}._spf.%{d2} include:%%{x.example ?all ${var.x} $${y} %%%{z}',
  'ends in a blank ',
  `${'x'.repeat(254)}"${'y'.repeat(254)}" and on`,
  '#!{}[]&*|>?@`~^,',
  '',
];

/** UTF-8, and what else text can be. */
const TEXTS: readonly string[] = [
  ...PLAIN,
  Buffer.from('n=ключ, ö and \u2028', 'utf8').toString('latin1'),
  'n=back\\slash \\" \\; \\123 \\\\',
  `${'x'.repeat(254)}\\${'y'.repeat(254)}\\\\`,
  'tab\tline\r\nend\x00\x7f',
  '"quoted" "strings"',
];

const OCTETS: readonly string[] = [
  ...TEXTS,
  Buffer.from(Array.from({ length: 600 }, (_, i) => i % 256)).toString('latin1'),
];

const nameOf = (i: number) => `k${i}._domainkey.example.com`;
const record = (text: string, i = 0, more: Partial<TxtRecord> = {}): TxtRecord => ({
  owner: nameOf(i),
  isAbsolute: true,
  ttl: 300,
  text,
  ...more,
});
const records = (texts: readonly string[]) => texts.map((text, i) => record(text, i));

/** The text of each name, out of lines such as `NAME 300 IN TXT "..." "..."`; NSD prints the first label alone. */
function textsOf(lines: string): Record<string, string> {
  const found = [...lines.matchAll(/^(k\d+)(?:\._domainkey\.example\.com\.)?\s+300\s+IN\s+TXT\s+(".*")\s*$/gm)];
  const suffix = '._domainkey.example.com';
  return Object.fromEntries(
    found.map(([, label, data]) => [label + suffix, joinStrings(readQuotedStrings(data!, 10))]),
  );
}

const expected = Object.fromEntries(OCTETS.map((text, i) => [nameOf(i), text]));

describe('a master file', () => {
  const zone = [
    '$ORIGIN example.com.',
    '@ 300 IN SOA ns hostmaster 1 3600 600 86400 300',
    '@ 300 IN NS ns',
    'ns 300 IN A 192.0.2.1',
    formatTxtRecords(records(OCTETS), 'bind'),
    formatTxtRecord({ owner: '@', isAbsolute: false, ttl: 300, text: 'v=spf1 -all' }, 'bind'),
    '',
  ].join('\n');

  /** A folder with it. */
  function folder(): string {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'example.com.zone'), zone, 'latin1');
    return cwd;
  }

  it.for([
    ['named-checkzone', 'bind9-utils', ['-i', 'none', '-D', '-o', '-', 'example.com', 'example.com.zone']],
    ['nsd-checkzone', 'nsd', ['-p', 'example.com', 'example.com.zone']],
  ] as const)('is read by %s, byte for byte', async ([program, debian, args], { skip }) => {
    const { status, stdout, stderr } = await runProgram(needProgram(program, debian, skip), args, { cwd: folder() });
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    expect(textsOf(stdout)).toEqual(expected);
    expect(stdout).toMatch(/^(?:example\.com\.)?\s+300\s+IN\s+TXT\s+"v=spf1 -all"$/m);
  });

  it('is accepted by kzonecheck', async ({ skip }) => {
    const program = needProgram('kzonecheck', 'knot-dnssecutils', skip);
    const run = await runProgram(program, ['-v', '-o', 'example.com', 'example.com.zone'], { cwd: folder() });
    expect(run).toMatchObject({ status: 0, stdout: expect.stringContaining('No semantic error found') as string });
  });
});

function wireStrings(data: string): string[] {
  const strings: string[] = [];
  for (let at = 0; at < data.length; at += 1 + data.charCodeAt(at)) {
    strings.push(data.slice(at + 1, at + 1 + data.charCodeAt(at)));
  }
  return strings;
}

describe('tinydns-data', () => {
  it.for(['tinydns', 'tinydns-generic'] as const)(
    'in the format %s is read by tinydns, byte for byte',
    async (format, { skip }) => {
      const data = needProgram('tinydns-data', 'tinydns', skip);
      const get = needProgram('tinydns-get', 'tinydns', skip);
      const cwd = temporaryFolder();
      // The last text has no TTL behind it
      const all = [...records(OCTETS), { ...record('ends in a blank ', 99), ttl: undefined }];
      writeFileSync(join(cwd, 'data'), `.example.com::ns.example.com\n${formatTxtRecords(all, format)}\n`, 'latin1');
      expect(await runProgram(data, [], { cwd })).toEqual({ status: 0, stdout: '', stderr: '' });
      for (const { owner, ttl, text } of all) {
        const { stdout } = await runProgram(get, ['TXT', owner], { cwd });
        const [, seconds, printed = ''] = /^answer: \S+ (\d+) (?:16|TXT) (.*)$/m.exec(stdout) ?? [];
        const octets = printed.replace(/\\(\d{3})/g, (_, octal: string) =>
          String.fromCharCode(Number.parseInt(octal, 8)),
        );
        expect(joinStrings(wireStrings(octets))).toBe(text);
        if (ttl !== undefined) expect(Number(seconds)).toBe(ttl);
      }
    },
  );
});

describe('commands for nsupdate', () => {
  it.for([
    ['nsupdate', 'bind9-dnsutils'],
    ['knsupdate', 'knot-dnsutils'],
  ] as const)('are read by %s, byte for byte', async ([program, debian], { skip }) => {
    const zone = 'example.com';
    const commands = formatTxtRecords(
      OCTETS.map((text, i) => record(text, i, { zone })),
      'nsupdate',
    );
    expect(commands.split('\n').at(-1)).toBe('send');
    // `show` prints what `send` would have sent
    const input = commands.replace(/send$/, 'show\n');
    const { status, stdout } = await runProgram(needProgram(program, debian, skip), [], { input });
    expect(status).toBe(0);
    expect(textsOf(stdout)).toEqual(expected);
    expect(stdout.match(/^k\d+\S+\s+0\s+ANY\s+TXT\s*$/gm)).toHaveLength(OCTETS.length);
  });

  it('leave what others have at the name alone, and have a TTL in any case', () => {
    const spf = {
      owner: 'example.com',
      isAbsolute: true,
      text: 'v=spf1 -all',
      among: { present: undefined, replaced: [] },
    };
    expect(formatTxtRecord(spf, 'nsupdate')).toBe('update add example.com. 3600 TXT "v=spf1 -all"\nsend');
  });
});

/** ChangeResourceRecordSets of the Route 53 API Reference: the fields, their types and bounds. */
function changesOf(json: string) {
  const { Changes, ...rest } = JSON.parse(json) as { Changes: { Action: string; ResourceRecordSet: object }[] };
  expect(rest).toEqual({});
  return Changes.map(({ Action, ResourceRecordSet, ...more }) => {
    expect(more).toEqual({});
    expect(['CREATE', 'DELETE', 'UPSERT']).toContain(Action);
    const set = ResourceRecordSet as {
      Name: string;
      Type: string;
      TTL: number;
      ResourceRecords: { Value: string }[];
    };
    expect(Object.keys(set)).toEqual(['Name', 'Type', 'TTL', 'ResourceRecords']);
    expect([set.Type, set.ResourceRecords.length]).toEqual(['TXT', 1]);
    expect(set.Name.length).toBeLessThanOrEqual(1024);
    expect(set.TTL).toBeGreaterThanOrEqual(0);
    const [{ Value }] = set.ResourceRecords as [{ Value: string }];
    expect(Value.length).toBeLessThanOrEqual(4000);
    return { Action, name: set.Name, ttl: set.TTL, text: joinStrings(readQuotedStrings(Value, 8)) };
  });
}

describe('a change batch for Route 53', () => {
  it('is one document for several records, byte for byte', () => {
    expect(changesOf(formatTxtRecords(records(OCTETS), 'route53'))).toEqual(
      OCTETS.map((text, i) => ({ Action: 'UPSERT', name: `${nameOf(i)}.`, ttl: 300, text })),
    );
  });

  it('replaces no records of others, and has a TTL in any case', () => {
    const [change] = changesOf(
      formatTxtRecord(
        record('v=spf1 -all', 0, { ttl: undefined, among: { present: undefined, replaced: [] } }),
        'route53',
      ),
    );
    expect(change).toMatchObject({ Action: 'CREATE', ttl: 3600 });
  });
});

describe('a record for Cloudflare', () => {
  it.each(OCTETS)('has %j, byte for byte', (text) => {
    const { content, ...rest } = JSON.parse(formatTxtRecord(record(text), 'cloudflare')) as { content: string };
    expect(rest).toEqual({ type: 'TXT', name: nameOf(0), ttl: 300 });
    expect(joinStrings(readQuotedStrings(content, 10))).toBe(text);
  });

  it.each([
    [undefined, 1],
    [1, 1],
    [30, 30],
    [86_400, 86_400],
  ])('of TTL %j says %j', (ttl, said) => {
    expect(JSON.parse(formatTxtRecord(record('', 0, { ttl }), 'cloudflare'))).toMatchObject({ ttl: said });
  });

  it.each([0, 29, 86_401])('is refused with a TTL of %i', (ttl) => {
    expect(() => formatTxtRecord(record('', 0, { ttl }), 'cloudflare')).toThrow(`not accept a TTL of ${ttl} seconds`);
  });
});

describe('a resource for Terraform', () => {
  it.each(OCTETS)('has %j, byte for byte', (text) => {
    const { type, label, attributes } = readHclResource(formatTxtRecord(record(text), 'terraform'));
    expect([type, label]).toEqual(['aws_route53_record', 'k0__domainkey_example_com']);
    const { records: values, ...rest } = attributes as { records: [string] };
    expect(rest).toEqual({ zone_id: { reference: 'var.zone_id' }, name: nameOf(0), type: 'TXT', ttl: 300 });
    // The provider puts the outer quotes there; `""` ends one string and begins the next
    const value = `"${values[0].replace(/(?<!\\)""/g, '" "')}"`;
    expect(joinStrings(readQuotedStrings(value, 8))).toBe(text);
  });

  it.each([
    [
      { owner: '2026a._domainkey', isAbsolute: false, zone: 'example.com' },
      'txt_2026a__domainkey_example_com',
      '2026a._domainkey',
    ],
    [{ owner: '@', isAbsolute: false, zone: 'example.com' }, 'txt__example_com', ''],
    [{ owner: '@', isAbsolute: false }, 'txt__', ''],
  ])('%j has the label %s and the name %j', (place, label, name) => {
    const resource = readHclResource(formatTxtRecord({ ...place, text: 'x' }, 'terraform'));
    expect(resource).toMatchObject({ label, attributes: { name, ttl: 3600 } });
  });
});

/** Run it with stand-ins for what DNSControl defines. */
function evaluated(source: string): unknown[] {
  const calls: unknown[] = [];
  vm.runInNewContext(source, {
    D_EXTEND: (...args: unknown[]) => calls.push(args),
    TXT: (name: string, contents: string, ...modifiers: unknown[]) => ({ name, contents, modifiers }),
    TTL: (ttl: number) => ({ ttl }),
  });
  return calls;
}

describe('a statement for DNSControl', () => {
  it.each(TEXTS)('has %j, byte for byte', (text) => {
    const source = formatTxtRecord(
      { owner: 'k._domainkey', isAbsolute: false, zone: 'example.com', ttl: 300, text },
      'dnscontrol',
    );
    expect(source).toMatch(/^[\x20-\x7e]+$/);
    const contents = Buffer.from(text, 'latin1').toString('utf8');
    expect(JSON.parse(JSON.stringify(evaluated(source)))).toEqual([
      ['example.com', { name: 'k._domainkey', contents, modifiers: [{ ttl: 300 }] }],
    ]);
  });

  it('is refused for octets that are not UTF-8', () => {
    expect(() => formatTxtRecord(record('n=\xe9'), 'dnscontrol')).toThrow(
      'DNSControl cannot publish a text with octets that are not UTF-8',
    );
  });
});

/** Read by PyYAML, which octoDNS uses, as octoDNS reads it. */
async function readYaml(yaml: string, skip: (reason: string) => never): Promise<Record<string, unknown>> {
  const python = needProgram('python3', 'python3', skip);
  const script = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';
  const { status, stdout, stderr } = await runProgram(python, ['-c', script], { input: yaml });
  if (stderr.includes('ModuleNotFoundError')) leaveOut('PyYAML is not installed (Debian package python3-yaml)', skip);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('YAML for octoDNS', () => {
  it('is one mapping for several records, byte for byte', async ({ skip }) => {
    const owners = PLAIN.map((_, i) => ['2026', '1e3', 'null', '@'][i] ?? `k${i}._domainkey`);
    const yaml = formatTxtRecords(
      PLAIN.map((text, i) => ({ owner: owners[i]!, isAbsolute: false, ttl: i === 0 ? undefined : 300, text })),
      'octodns',
    );
    const entries = Object.entries(await readYaml(yaml, skip)).map(([owner, entry]) => {
      const { value, ...rest } = entry as { value: string };
      // Its own rules: no `;` without a backslash, none with two, ASCII
      expect(value).not.toMatch(/(?<!\\);|\\\\;|[^\x20-\x7e]/);
      return [owner, { ...rest, text: value.replace(/\\;/g, ';') }];
    });
    expect(Object.fromEntries(entries)).toEqual(
      Object.fromEntries(
        PLAIN.map((text, i) => [owners[i] === '@' ? '' : owners[i], { ...(i > 0 && { ttl: 300 }), type: 'TXT', text }]),
      ),
    );
  });

  it.each([
    ['n=\xc3\xb6', 'octets that are not printable ASCII'],
    ['a\tb', 'octets that are not printable ASCII'],
    ['a\\b', 'a backslash'],
    ['"quoted"', 'quotes at its begin'],
    ['a" "b', 'quotes at its beginning or with a space between them'],
  ])('is refused for %j', (text, what) => {
    expect(() => formatTxtRecord(record(text), 'octodns')).toThrow(`octoDNS cannot publish a text with ${what}`);
  });
});

describe('every format', () => {
  it('of any octets is read back by a strict reader, or refused', () => {
    const READERS: Partial<Record<TxtFormat, (text: string) => string>> = {
      bind: (line) => joinStrings(readQuotedStrings(/ TXT (".*")$/.exec(line)![1]!, 10)),
      nsupdate: (lines) => joinStrings(readQuotedStrings(/ TXT (".*")\nsend$/.exec(lines)![1]!, 10)),
      route53: (json) =>
        joinStrings(
          readQuotedStrings(
            /"Value":("(?:[^"\\]|\\.)*")/
              .exec(json)!
              .slice(1)
              .map((value) => JSON.parse(value) as string)[0]!,
            8,
          ),
        ),
      cloudflare: (json) => joinStrings(readQuotedStrings((JSON.parse(json) as { content: string }).content, 10)),
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => {
        const text = Buffer.from(octets).toString('latin1');
        for (const [format, read] of Object.entries(READERS)) {
          expect(read(formatTxtRecord(record(text), format as TxtFormat))).toBe(text);
        }
      }),
    );
  });

  it.each(TXT_FORMATS)('%s has nothing but printable ASCII and line ends for printable texts', (format) => {
    for (const text of PLAIN) expect(formatTxtRecord(record(text), format)).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

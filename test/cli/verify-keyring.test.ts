/** verify --keyring and --at: mail whose keys have left DNS, judged as of its time. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerifyReport } from '../../src/lib/report/verify.ts';
import { sealByHand } from '../support/arc-sealer.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { DK_RECORD, dkSigned } from '../support/domainkeys.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { type KeyName, keyOwner, keyRecord } from '../support/vectors.ts';

const NAME = 'default._domainkey.example.com';
const time = (date: string) => Date.parse(date) / 1000;

/** Three keys that had the same name one after the other; DNS has the last. */
const GENERATIONS: readonly { key: KeyName; first: string; last: string }[] = [
  { key: 'rsa1024', first: '2010-01-01', last: '2013-12-31' },
  { key: 'rsa2048', first: '2014-01-01', last: '2019-12-31' },
  { key: 'rsa4096', first: '2020-01-01', last: '2023-09-01' },
];

function signed(key: KeyName, tags: Record<string, string | undefined> = {}, message = PLAIN): string {
  return signByHand(message, { key, tags: { s: 'default', ...tags } });
}

interface Site {
  readonly keyring?: readonly object[];
  /** The records of DNS by name. */
  readonly zone?: Readonly<Record<string, unknown>>;
}

const entries = (more: Partial<Record<KeyName, object>> = {}) =>
  GENERATIONS.map(({ key, first, last }) => ({
    name: NAME,
    record: keyRecord(key),
    first,
    last,
    origin: 'dns',
    ...more[key],
  }));
const DNS = { [NAME]: { TXT: [keyRecord('rsa4096')] } };

async function judge(message: string, args: readonly string[] = [], { keyring = entries(), zone = DNS }: Site = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'zone.json'), JSON.stringify(zone));
  const lines = ['{"dktool-keyring":1}', ...keyring.map((entry) => JSON.stringify(entry))];
  writeFileSync(join(folder, 'keys'), `${lines.join('\n')}\n`);
  const sources = ['--zone', join(folder, 'zone.json'), '--keyring', join(folder, 'keys')];
  const run = await runInMemory(['verify', '--json', ...sources, ...args], message, { now: () => time('2023-09-06') });
  expect(run.stderr).toBe('');
  return JSON.parse(run.stdout) as VerifyReport;
}

const warningsOf = ({ dkim }: VerifyReport) =>
  Object.fromEntries(dkim.signatures[0]!.warnings.map(({ code, detail }) => [code, detail]));

describe('a keyring with three generations of keys', () => {
  it.each(GENERATIONS)('judges what $key signed, and says where the key came from', async ({ key, first, last }) => {
    const report = await judge(signed(key));
    const [signature] = report.dkim.signatures;
    expect(report.result).toBe('pass');
    if (key === 'rsa4096') {
      expect(signature).not.toHaveProperty('keyring');
      expect(warningsOf(report)).not.toHaveProperty('key-retired');
      return;
    }
    expect(signature!.keyring).toEqual({
      retired: true,
      first: time(first),
      last: time(last),
      origin: 'dns',
      absence: `DNS has another key at ${NAME}`,
      disclosed: null,
    });
    expect(warningsOf(report)['key-retired']).toContain(
      `the key is from the keyring, seen from ${first} to ${last} (dns), and is not published now: DNS has another key`,
    );
  });

  it.each([
    ['does not exist', {}, `${NAME} does not exist`],
    ['is revoked', { [NAME]: { TXT: ['v=DKIM1; p='] } }, 'the key has been revoked (p= is empty)'],
    ['cannot be asked for', { [NAME]: { TXT: 'TIMEOUT' } }, `no answer for ${NAME}`],
  ])('is used where the record %s', async (_, zone, absence) => {
    const report = await judge(signed('rsa2048'), [], { zone });
    expect(report).toMatchObject({ result: 'pass', dkim: { signatures: [{ keyBits: 2048 }] } });
    expect(report.dkim.signatures[0]!.keyring!.absence).toContain(absence);
    expect(warningsOf(report)['key-retired']).toContain(
      '; also tried: seen from 2020-01-01 to 2023-09-01 (dns), seen from 2010',
    );
  });

  it('says what it tried where none fits, and leaves trouble of DNS what it is', async () => {
    const foreign = signed('ed25519', { a: 'ed25519-sha256' });
    expect(await judge(foreign, [], { zone: {} })).toMatchObject({
      dkim: { signatures: [{ reason: 'key-not-found' }] },
    });
    const other = signed('rsa768');
    const report = await judge(other, ['--legacy'], { zone: {} });
    expect(report).toMatchObject({ result: 'fail', dkim: { signatures: [{ reason: 'signature-mismatch' }] } });
    expect(warningsOf(report)['key-retired']).toMatch(
      /seen from 2020-01-01 .*; also tried: seen from 2014-01-01 .*2010-01-01/,
    );
    const waiting = await judge(other, ['--legacy'], { zone: { [NAME]: { TXT: 'SERVFAIL' } } });
    expect(waiting).toMatchObject({ result: 'temperror', dkim: { signatures: [{ reason: 'key-unavailable' }] } });
  });

  it('judges DomainKeys signatures too', async () => {
    const message = await dkSigned('From: joe@example.com\nSubject: x\n\nhi\n');
    expect(message).toContain('DomainKey-Signature');
    const record = DK_RECORD;
    const report = await judge(message, [], { keyring: [{ name: NAME, record, first: null, last: null }], zone: {} });
    expect(report.domainkeys.signatures[0]).toMatchObject({
      result: 'pass',
      keyring: { retired: true, first: null, last: null, origin: null },
    });
  });
});

describe('a private key that was published', () => {
  const disclosed = { rsa2048: { disclosed: '2021-05-01' }, rsa4096: { disclosed: '2023-09-05T12:00:00Z' } };
  const site = { keyring: entries(disclosed) };

  it('makes signatures worthless from that day on, also while DNS has the key', async () => {
    for (const key of ['rsa2048', 'rsa4096'] as const) {
      const report = await judge(signed(key), [], site);
      expect(report).toMatchObject({
        result: 'policy',
        dkim: { signatures: [{ reason: 'key-disclosed', signature: 'valid' }] },
      });
      expect(report.dkim.signatures[0]!.detail).toMatch(
        /^the private key was published on 202[13]-0[59]-0[15]: since then anyone can sign/,
      );
    }
  });

  it('does not where the message is known to be older, which is said', async () => {
    const report = await judge(signed('rsa2048', { t: undefined }), ['--at', '2019-06-01'], site);
    expect(report).toMatchObject({
      result: 'pass',
      dkim: { signatures: [{ keyring: { disclosed: time('2021-05-01') } }] },
    });
    expect(warningsOf(report)['key-disclosed']).toContain(
      'was published on 2021-05-01, later than the time judged as of',
    );
    const late = await judge(signed('rsa2048', { t: undefined }), ['--at', '2021-05-01'], site);
    expect(late.result).toBe('policy');
  });

  it('is the same key in whatever record', async () => {
    const made = {
      name: NAME,
      record: keyRecord('rsa2048').replace('v=DKIM1; ', 'n=leaked; '),
      disclosed: '2021-05-01',
    };
    const seenLater = entries({ rsa2048: { last: '2023-08-01' } });
    for (const keyring of [[...seenLater, made], [made, ...seenLater], [made]]) {
      for (const zone of [{}, { [NAME]: { TXT: [keyRecord('rsa2048')] } }]) {
        const report = await judge(signed('rsa2048'), [], { keyring, zone });
        expect(report.dkim.signatures).toMatchObject([{ reason: 'key-disclosed' }]);
      }
    }
  });

  it('makes seals of ARC worthless too', async () => {
    const sealed = sealByHand(signed('rsa2048'), { instance: 1 });
    const [name, key] = [
      keyOwner('rsa2048'),
      { record: keyRecord('rsa2048'), origin: 'dns', first: '2014-01-01', last: '2019-12-31' },
    ];
    const kept = await judge(sealed, ['--arc'], { keyring: [{ name, ...key }] });
    expect(kept.arc).toMatchObject({ result: 'pass', instances: [{ seal: { keyring: { retired: true } } }] });
    expect(kept.arc!.instances[0]!.seal.detail).toContain(
      'with a key from the keyring, seen from 2014-01-01 to 2019-12-31',
    );
    const leaked = await judge(sealed, ['--arc'], { keyring: [{ name, ...key, disclosed: '2021-05-01' }] });
    expect(leaked.arc).toMatchObject({ result: 'fail', instances: [{ seal: { reason: 'key-disclosed' } }] });
  });
});

const from = (ip: string, date: string) =>
  `Received: from a.example (a.example [${ip}])\r\n\tby mx.example.org with ESMTP; ${date}\r\n`;

describe('verify --at', () => {
  const old = { t: String(time('2012-03-01')), x: String(time('2012-03-08')) };

  it('judges as of a date: x=, and by the rules for SHA-1 and short keys of that time', async () => {
    const message = signed('rsa768', { ...old, a: 'rsa-sha1' });
    const keyring = [{ name: NAME, record: keyRecord('rsa768') }];
    expect((await judge(message, [], { keyring })).dkim.signatures[0]!.reason).toBe('signature-expired');
    const then = await judge(message, ['--at', '2012-03-02T12:00:00+02:00'], { keyring });
    expect(then).toMatchObject({
      result: 'pass',
      at: { source: 'given', time: time('2012-03-02T10:00:00Z'), problem: null },
    });
    expect(Object.keys(warningsOf(then))).toEqual(expect.arrayContaining(['weak-algorithm', 'weak-key']));
    const fresh = signed('rsa2048', { a: 'rsa-sha1', t: undefined });
    expect((await judge(fresh, ['--at', '2018-01-31'])).result).toBe('pass');
    expect((await judge(fresh, ['--at', '2018-02-01'])).dkim.signatures[0]!.reason).toBe('weak-algorithm');
  });

  const received = (...lines: string[]) => signed('rsa1024', { ...old, a: 'rsa-sha1' }, lines.join('') + PLAIN);

  it('received takes the time of the topmost Received field, or of the border of own relays', async () => {
    const top = from('192.0.2.1', 'Fri, 2 Mar 2012 10:00:00 +0100 (CET)');
    expect(await judge(received(top), ['--at', 'received'])).toMatchObject({
      result: 'pass',
      at: { source: 'received', time: time('2012-03-02T09:00:00Z'), problem: null },
    });
    const relayed = received(from('198.51.100.7', '1 May 2023 00:00:00 -0000'), top);
    expect((await judge(relayed, ['--at', 'received'])).dkim.signatures[0]!.reason).toBe('signature-expired');
    expect(await judge(relayed, ['--at', 'received', '--trusted', '198.51.100.0/24'])).toMatchObject({
      result: 'pass',
    });
    const forged = received(from('203.0.113.9', '1 May 2023 00:00:00 -0000'), top);
    expect((await judge(forged, ['--at', 'received', '--trusted', '198.51.100.0/24'])).result).toBe('permerror');
  });

  it('received is now, and says so, where the message does not tell', async () => {
    for (const [message, problem] of [
      [received(), 'the message has no Received field'],
      [received('Received: by mx.example.org; someday\r\n'), 'Received field 1 has no date'],
    ] as const) {
      const report = await judge(message, ['--at', 'received']);
      expect(report).toMatchObject({ result: 'permerror', at: { source: 'received', time: null, problem } });
    }
    const { stdout } = await runInMemory(['verify', '--zone', '/dev/null', '--at', 'received'], received());
    expect(stdout).toContain('-: judged as of now: the message has no Received field\n');
  });

  it('refuses what is not a date, and --now beside it', async () => {
    const args = ['verify', '--zone', '/dev/null', '--at'];
    expect((await runInMemory([...args, '2012-02-31'], PLAIN)).stderr).toContain('it must be received, or a date');
    expect((await runInMemory([...args, '2012-02-28', '--now', '5'], PLAIN)).status).toBe(100);
  });
});

describe('verify --keyring-add', () => {
  it('adds the key records that DNS has, with the time', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'keys');
    const query = (name: string) =>
      name === NAME ? { status: 'found', records: [[keyRecord('rsa2048')], ['v=spf1 -all']] } : { status: 'nxdomain' };
    const run = (date: string) =>
      runInMemory(['verify', '--keyring', path, '--keyring-add'], signed('rsa2048'), {
        now: () => time(date),
        liveResolver: () => Promise.resolve({ query } as never),
      });
    expect((await run('2023-09-06')).status).toBe(0);
    await run('2023-10-01');
    expect(existsSync(`${path}.lock`)).toBe(false);
    const [, line, ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(JSON.parse(line!)).toEqual({
      name: NAME,
      record: keyRecord('rsa2048'),
      first: '2023-09-06T00:00:00Z',
      last: '2023-10-01T00:00:00Z',
      origin: 'dns',
    });
  });

  it('does not touch a keyring that is damaged', async () => {
    const path = join(temporaryFolder(), 'keys');
    for (const content of ['', 'something else\n', '{"dktool-keyring":1}\n{"name":"x"}\n']) {
      writeFileSync(path, content);
      const run = await runInMemory(['verify', '--keyring', path, '--keyring-add'], PLAIN, {
        liveResolver: () => Promise.resolve({ query: () => ({ status: 'nxdomain' }) } as never),
      });
      expect(run.status).toBe(111);
      expect(run.stderr).toContain('the file is left as it is');
      expect(readFileSync(path, 'utf8')).toBe(content);
    }
  });
});

/** keyring: records of keys out of DNS, files and archives, and into other programs. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CLEAN_ENV, DKTOOL, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { keyPath, keyRecord, NOW, publicKeyText } from '../support/vectors.ts';

const RECORD = keyRecord('rsa2048');
const OLD = keyRecord('rsa1024');

interface Entry {
  readonly name: string;
  readonly record: string;
  readonly first: string | null;
  readonly last: string | null;
  readonly origin: string | null;
  readonly disclosed: string | null;
}

function site(files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text, 'latin1');
  const keyring = (action: string, ...args: string[]) =>
    runInMemory(['keyring', action, '--keyring', path('keys'), ...args]);
  const entries = async (...args: string[]) => {
    const { stdout } = await keyring('list', '--json', ...args);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry);
  };
  return { folder, path, keyring, entries };
}

const entry = (name: string, record: string, more: Partial<Entry> = {}) => ({
  name,
  record,
  first: null,
  last: null,
  disclosed: null,
  ...more,
});

describe('keyring import', () => {
  const LINE = `2026a._domainkey.example.com. 300 IN TXT "${RECORD.slice(0, 200)}" "${RECORD.slice(200)}"\n`;

  it.each<[string, string, Partial<Entry>]>([
    [
      'a zone of a name server',
      `$ORIGIN example.com.\n@ IN TXT "v=spf1 -all"\n${LINE}gone._domainkey TXT "v=DKIM1; p="\n`,
      {},
    ],
    ['tinydns-data', `'2026a._domainkey.example.com:${RECORD.replaceAll(':', '\\072')}\n`, {}],
    [
      'zone JSON',
      JSON.stringify({ '2026a._domainkey.example.com': { TXT: [[RECORD.slice(0, 90), RECORD.slice(90)]] } }),
      {},
    ],
    [
      'an archive with a list of objects',
      JSON.stringify([
        {
          domain: 'Example.com',
          selector: '2026a',
          value: RECORD,
          firstSeenAt: '2024-02-01T10:00:00.000Z',
          lastSeenAt: '2025-03-01T00:00:00.000Z',
        },
      ]),
      { first: '2024-02-01T10:00:00Z', last: '2025-03-01T00:00:00Z' },
    ],
    [
      'an archive with an object a line',
      `${JSON.stringify({ timestamp: 1_600_000_000, name: '2026a._domainkey.example.com', type: 'txt', value: RECORD })}\n`,
      { last: '2020-09-13T12:26:40Z' },
    ],
    [
      'comma-separated values',
      `"Domain",Selector,note,"First seen",last_seen,TXT record\r\nexample.com,2026a,"a, ""b""\n",2019-01-02,2019-05-06,"${RECORD}"\r\n`,
      { first: '2019-01-02T00:00:00Z', last: '2019-05-06T00:00:00Z' },
    ],
    [
      'columns with tabs, and strings in quotes',
      `name\trecord\n2026a._domainkey.example.com.\t"""${RECORD.slice(0, 99)}"" ""${RECORD.slice(99)}"""\n`,
      {},
    ],
  ])('reads %s', async (_, content, times) => {
    const { path, keyring, entries } = site({ source: content });
    const run = await keyring('import', path('source'));
    expect(run).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'dktool: 1 record read: 1 added, 0 updated\n',
    });
    expect(await entries()).toMatchObject([
      entry('2026a._domainkey.example.com', RECORD, { origin: 'source', ...times }),
    ]);
    expect((await keyring('import', path('source'))).stderr).toContain('0 added, 0 updated');
  });

  it('makes a record of a bare key', async () => {
    const { path, keyring, entries } = site({
      source: `domain,selector,public_key\nexample.com,s,${publicKeyText('rsa2048')}\n`,
    });
    await keyring('import', path('source'));
    expect(await entries()).toMatchObject([{ record: `v=DKIM1; k=rsa; p=${publicKeyText('rsa2048')}` }]);
  });

  it('reads private keys that were published, and remembers the day', async () => {
    const { path, keyring, entries } = site();
    copyFileSync(keyPath('rsa2048'), path('2019a._domainkey.example.com.pem'));
    copyFileSync(keyPath('rsa1024'), path('old.pem'));
    expect((await keyring('import', path('old.pem'))).status).toBe(100);
    await keyring('import', '-d', 'example.com', '-s', 'old', '--disclosed', '2020-01-01', path('old.pem'));
    await keyring('import', '--disclosed', '2021-05-01', path('2019a._domainkey.example.com.pem'));
    expect(await entries()).toMatchObject([
      { name: '2019a._domainkey.example.com', record: RECORD, disclosed: '2021-05-01T00:00:00Z' },
      { name: 'old._domainkey.example.com', record: OLD, disclosed: '2020-01-01T00:00:00Z' },
    ]);
  });

  it('takes dates from the command line where the file has none', async () => {
    const { path, keyring, entries } = site({ 'example.zone': LINE });
    await keyring('import', '--seen', '2019-03-01', '--origin', 'backup tape', path('example.zone'));
    await keyring('import', '--first', '2018-03-01', '--last', '2018-04-01', path('example.zone'));
    const times = { first: '2018-03-01T00:00:00Z', last: '2019-03-01T00:00:00Z', origin: 'backup tape' };
    expect(await entries()).toMatchObject([times]);
  });

  it('names what cannot be used, and goes on', async () => {
    const rows = [
      'name,record,first',
      `a._domainkey.example.com,${RECORD},`,
      'b,x,',
      `c._domainkey.example.com,${RECORD},soon`,
    ];
    const { path, keyring } = site({ 'a.csv': rows.join('\n') });
    const { status, stderr } = await keyring('import', path('a.csv'));
    expect(status).toBe(0);
    expect(stderr).toContain('a.csv: 2 of 3 records cannot be used');
    expect(stderr).toContain("a.csv: 'b' is not the name of a key");
    expect(stderr).toContain("a.csv: 'soon' of c._domainkey.example.com is not a time");
    const none = site({ 'a.csv': 'color,taste\nred,sweet\n', zone: 'example.com. TXT "v=spf1 -all"\n' });
    expect((await none.keyring('import', '--format', 'csv', none.path('a.csv'))).status).toBe(100);
    expect((await none.keyring('import', none.path('zone'))).status).toBe(2);
    expect(existsSync(none.path('keys'))).toBe(false);
  });
});

describe('keyring add', () => {
  const NAME = 's._domainkey.example.com';
  const key = ['-d', 'example.com', '-s', 's'];

  it('asks DNS, or takes what it is given', async () => {
    const { path, keyring, entries } = site();
    const query = (name: string) =>
      name === NAME ? { status: 'found', records: [[RECORD], ['v=spf1']] } : { status: 'nxdomain' };
    const world = { liveResolver: () => Promise.resolve({ query } as never) };
    const add = (...args: string[]) => runInMemory(['keyring', 'add', '--keyring', path('keys'), ...args], '', world);
    expect(await add(...key)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await add('-d', 'example.net', '-s', 's')).toMatchObject({
      status: 2,
      stderr: 'dktool: no key is published at s._domainkey.example.net\n',
    });
    const now = new Date(NOW * 1000).toISOString().replace('.000Z', 'Z');
    expect(await entries()).toMatchObject([entry(NAME, RECORD, { first: now, last: now, origin: 'dns' })]);
    await keyring('add', ...key, '--record', OLD, '--first', '2012-01-01', '--last', '2013-01-01');
    await keyring('add', ...key, '-k', keyPath('rsa4096'), '--seen', '2015-01-01');
    expect((await entries()).map(({ record, first }) => [record, first?.slice(0, 4)])).toEqual([
      [OLD, '2012'],
      [keyRecord('rsa4096'), '2015'],
      [RECORD, now.slice(0, 4)],
    ]);
  });

  it('remembers when a private key was published, of a key that is there', async () => {
    const { keyring, entries } = site();
    await keyring('add', ...key, '--record', RECORD, '--seen', '2015-01-01');
    expect(await keyring('add', ...key, '--disclosed', '2016-02-03')).toMatchObject({ status: 0, stderr: '' });
    expect(await entries()).toMatchObject([
      { record: RECORD, first: '2015-01-01T00:00:00Z', disclosed: '2016-02-03T00:00:00Z' },
    ]);
    expect((await keyring('list')).stdout).toBe(
      `${NAME}: rsa of 2048 bits, seen on 2015-01-01, private key published on 2016-02-03\n`,
    );
  });

  it('refuses what is not a key, and command lines without sense', async () => {
    const { keyring } = site();
    for (const args of [
      ['add', ...key, '--record', 'v=spf1 -all'],
      ['add', ...key, '--record', 'v=DKIM1; p='],
      ['add', '-d', 'example.com'],
      ['add', ...key, '--record', RECORD, '-k', 'x'],
      ['add', ...key, '--format', 'csv'],
      ['list', '--seen', '2015-01-01'],
      ['list', '--zone', 'x'],
      ['import'],
      ['import', '--format', 'raw', 'x'],
      ['export', '--format', 'auto'],
      ['burn'],
    ]) {
      expect((await keyring(args[0]!, ...args.slice(1))).status).toBe(100);
    }
    expect((await runInMemory(['keyring', 'list'])).stderr).toContain('there is no keyring');
  });
});

describe('keyring export', () => {
  it.each(['keyring', 'json', 'csv', 'zone'])('writes what import reads: %s', async (format) => {
    const one = site();
    await one.keyring(
      'add',
      '-d',
      'example.com',
      '-s',
      'a',
      '--record',
      RECORD,
      '--seen',
      '2015-01-01',
      '--origin',
      'x,"y',
    );
    await one.keyring(
      'add',
      '-d',
      'example.net',
      '-s',
      'b',
      '--record',
      `${OLD}; n=\xe4"`,
      '--disclosed',
      '2016-01-01',
    );
    const file = one.path('out');
    expect(await one.keyring('export', '--format', format, '-o', file)).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const other = site();
    await other.keyring('import', file);
    const [all, again] = [await one.entries(), await other.entries()];
    if (format !== 'zone')
      expect(again).toEqual(
        all.map((old) => ({ ...old, origin: old.origin ?? (format === 'keyring' ? null : 'out') })),
      );
    expect(again.map(({ name, record }) => [name, record])).toEqual(all.map(({ name, record }) => [name, record]));
  });

  it('and list take domains and names of keys', async () => {
    const { keyring, entries } = site();
    for (const domain of ['example.com', 'sub.example.com', 'notexample.com']) {
      await keyring('add', '-d', domain, '-s', 'a', '--record', RECORD);
    }
    const names = async (...args: string[]) =>
      (await entries(...args)).map(({ name }) => name.slice('a._domainkey.'.length));
    expect(await names('example.com')).toEqual(['example.com', 'sub.example.com']);
    expect(await names('a._domainkey.notexample.com.')).toEqual(['notexample.com']);
    expect((await keyring('list', 'example.org')).status).toBe(2);
  });
});

describe('a keyring', () => {
  it('is written by several runs at the same moment, and loses nothing', async () => {
    const { folder, path, entries } = site();
    const COUNT = 8;
    const runs = Array.from({ length: COUNT }, (_, i) => {
      const args = [
        'keyring',
        'add',
        '--keyring',
        path('keys'),
        '-d',
        'example.com',
        '-s',
        `s${i}`,
        '--record',
        RECORD,
      ];
      return new Promise((resolve) =>
        spawn(process.execPath, [DKTOOL, ...args], { env: CLEAN_ENV }).on('exit', resolve),
      );
    });
    expect(await Promise.all(runs)).toEqual(Array.from({ length: COUNT }, () => 0));
    expect(await entries()).toHaveLength(COUNT);
    expect(readdirSync(folder)).toEqual(['keys']);
  });

  it('that is damaged is refused and left alone', async () => {
    const { path, keyring } = site();
    const good = `{"name":"s._domainkey.example.com","record":${JSON.stringify(RECORD)},"first":null,"last":null}`;
    for (const [content, place] of [
      ['', 'is not a keyring: it is empty'],
      [`${good}\n`, 'is not a keyring: it does not begin with {"dktool-keyring":1}'],
      [`{"dktool-keyring":1}\n${good}\n${good.slice(0, 50)}`, 'line 3: this is not JSON'],
      [`{"dktool-keyring":1}\n${good.replace('example', 'ex ample')}\n`, 'line 2: '],
      [`{"dktool-keyring":1}\n${good.replace('"first":null', '"first":"once"')}\n`, 'line 2: first is not a time'],
    ] as const) {
      writeFileSync(path('keys'), content);
      for (const args of [['list'], ['add', '-d', 'example.com', '-s', 'x', '--record', OLD]]) {
        const run = await keyring(args[0]!, ...args.slice(1));
        expect(run).toMatchObject({ status: 111, stdout: '' });
        expect(run.stderr).toContain(place);
      }
      expect(readFileSync(path('keys'), 'utf8')).toBe(content);
    }
  });

  it('stays as it was where it cannot be written', async () => {
    const { path, keyring } = site();
    mkdirSync(path('keys'));
    expect((await keyring('add', '-d', 'example.com', '-s', 'x', '--record', OLD)).status).toBe(111);
  });
});

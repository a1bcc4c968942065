/** docs/archives.md: what it tells people to run does what it says. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { tarOf } from './support/archives.ts';
import { DKTOOL, runProgram, temporaryFolder } from './support/bin.ts';
import { findProgram } from './support/peers.ts';
import { PLAIN, signByHand } from './support/hand-signer.ts';
import { mboxOf } from './support/mailboxes.ts';
import { keyOwner, keyRecord, NOW } from './support/vectors.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGE = readFileSync(join(root, 'docs/archives.md'), 'utf8');

/** The blocks of a section in a language. */
function blocks(section: string, language = 'sh'): string[] {
  const [, text = ''] = new RegExp(`^## ${section}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(PAGE) ?? [];
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block!);
  if (found.length === 0) throw new Error(`there is no ${language} in '${section}'`);
  return found;
}

const GOOD = signByHand(PLAIN).replaceAll('\r\n', '\n');
const FORGED = GOOD.replace('Ann <ann@', 'Eve <eve@');
const COUNTS = '7 messages: 5 pass, 2 fail\n';

/** A folder with an archive of two mailboxes, and programs: dktool, which has the key, and what the page calls besides. */
function site(): string {
  const folder = temporaryFolder();
  const put = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(folder, name), text, 'latin1');
    chmodSync(join(folder, name), mode);
  };
  for (const name of ['archive', 'bin', 'store']) mkdirSync(join(folder, name));
  put('archive/a.mbox', mboxOf([GOOD, FORGED, GOOD], 'mboxrd'));
  put('archive/b.mbox', mboxOf([GOOD, GOOD, FORGED, GOOD], 'mboxo'));
  put(
    'zone',
    `${keyOwner('rsa2048')}. IN TXT "${keyRecord('rsa2048').slice(0, 200)}" "${keyRecord('rsa2048').slice(200)}"\n`,
  );
  put('old.zone', 'old._domainkey.example.com. IN TXT "v=DKIM1; p=MFww"\n');
  // verify without a network; the rest as it is
  const verify = `case "$1 $*" in "verify "*--at*|"verify "*--keyring-add*) shift; set -- verify --nameserver 127.0.0.1:9 --timeout 0.1 --tries 1 "$@";; "verify "*) shift; set -- verify --zone ${folder}/zone --now ${NOW} "$@";; esac`;
  put('bin/dktool', `#!/bin/sh\n${verify}\nexec ${process.execPath} ${DKTOOL} "$@"\n`, 0o755);
  // A client of an object store, and an ssh that starts the command on this machine, with a SHELL as sshd sets it.
  put(
    'bin/aws',
    '#!/bin/sh\nfor last; do case $last in s3://mail-archive/*) cat "$STORE/${last#s3://mail-archive/}";; esac; done\n',
    0o755,
  );
  put(
    'bin/ssh',
    '#!/bin/sh\nwhile case $1 in -*) true;; *) false;; esac; do shift; done\necho "$1" >> "$STORE/../hosts"\nshift\nif test "$1" = --; then shift; fi\nSHELL=/bin/sh exec sh -c "$*"\n',
    0o755,
  );
  return folder;
}

function run(script: string, folder: string, env: Readonly<Record<string, string>> = {}) {
  const PATH = `${join(folder, 'bin')}:${process.env['PATH']}`;
  return runProgram('bash', ['--norc', '-euc', script], {
    cwd: folder,
    env: { PATH, STORE: join(folder, 'store'), HOME: folder, ...env },
  });
}

const message = (id: string, text: string) =>
  JSON.stringify({ id, raw_b64: Buffer.from(text, 'latin1').toString('base64') });

const results = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { result?: string; id?: string })
    .map(({ id, result }) => `${id} ${result}`);

describe('docs/archives.md', () => {
  it('goes on where it was broken off, and judges again what had to wait', async () => {
    const folder = site();
    const [judge = '', again = ''] = blocks('One machine');
    const first = await run(judge.replace('\n', ' || test $? -le 2\n'), folder);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain(COUNTS);
    const whole = readFileSync(join(folder, 'verdicts.ndjson'), 'utf8');
    writeFileSync(join(folder, 'verdicts.ndjson'), whole.replace('"result":"pass"', '"result":"temperror"'));
    expect(await run(again, folder)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const kept = readFileSync(join(folder, 'verdicts.ndjson'), 'utf8');
    expect(kept.split('\n')).toHaveLength(whole.split('\n').length - 1);
    const next = await run(judge.replace('\n', ' || test $? -le 2\n'), folder);
    expect(next.stdout).toBe(first.stdout);
    const lines = readFileSync(join(folder, 'verdicts.ndjson'), 'utf8').split('\n');
    expect(lines.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(whole.split('\n').toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('gathers keys first', async () => {
    const folder = site();
    const { stderr } = await run(blocks('One machine')[2]!.replace(/\n$/, ' || test $? -le 111\n'), folder);
    expect(stderr).toBe('dktool: 1 record read: 1 added, 0 updated\n');
    const lines = readFileSync(join(folder, 'dated.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.every((line) => line.includes('"at":{"source":"received"'))).toBe(true);
  });

  it('shares the work among processes', async () => {
    const folder = site();
    const { status, stdout, stderr } = await run(blocks('Several processes: xargs')[0]!, folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(COUNTS);
  });

  it.runIf(findProgram('parallel'))(
    'shares the work with GNU parallel, and starts again what was not done',
    async () => {
      const folder = site();
      const [block = ''] = blocks('Several machines: GNU parallel');
      const first = await run(block, folder);
      expect(first).toMatchObject({ status: 0 });
      expect(first.stdout).toContain(COUNTS);
      const log = readFileSync(join(folder, 'jobs.log'), 'utf8').trimEnd().split('\n');
      expect(log).toHaveLength(3);
      // One of the jobs failed, and its output is cut.
      const outputs = readdirSync(join(folder, 'out')).map(
        (name) => [name, readFileSync(join(folder, 'out', name), 'utf8')] as const,
      );
      const failed = log.find((line) => line.startsWith('1\t'))!.includes('a.mbox') ? 'a' : 'b';
      writeFileSync(
        join(folder, 'jobs.log'),
        `${log.join('\n').replace(/^(1\t.*\t)0(\t0\t)(?=dktool)/m, '$1111$2')}\n`,
      );
      writeFileSync(
        join(folder, 'out', `${failed}.ndjson`),
        outputs.find(([name]) => name === `${failed}.ndjson`)![1].slice(0, 900),
      );
      const second = await run(block, folder);
      expect(second.stdout).toBe(first.stdout);
      for (const [name, text] of outputs) expect(readFileSync(join(folder, 'out', name), 'utf8')).toBe(text);
    },
  );

  it.runIf(findProgram('parallel'))('shares the work among hosts, and folds their reports', async () => {
    const folder = site();
    const [, hosts = '', reports = ''] = blocks('Several machines: GNU parallel');
    const shared = await run(hosts, folder, { HOSTS: '1/one.example,1/two.example' });
    expect(shared).toMatchObject({ status: 0, stderr: '' });
    expect(shared.stdout).toContain(COUNTS);
    expect(new Set(readFileSync(join(folder, 'hosts'), 'utf8').trim().split('\n'))).toEqual(
      new Set(['one.example', 'two.example']),
    );
    expect((await run(reports, folder)).stdout).toBe(shared.stdout);
  });

  it('is a pipe for Spark: a name or a message a line in, a verdict a line out', async () => {
    const folder = site();
    writeFileSync(join(folder, 'paths.txt'), 'archive/a.mbox\narchive/b.mbox\ngone\n');
    writeFileSync(join(folder, 'messages.ndjson'), `${message('x', GOOD)}\n${message('y', FORGED)}\n`);
    const [names = '', messages = ''] = blocks('Spark');
    const byName = await run(names, folder);
    expect(byName).toMatchObject({ status: 0, stderr: '' });
    expect(results(byName.stdout)).toHaveLength(8);
    const byMessage = await run(messages, folder);
    expect(byMessage).toMatchObject({ status: 0, stderr: '' });
    expect(results(byMessage.stdout)).toEqual(['x pass', 'y fail']);
    for (const python of blocks('Spark', 'python')) {
      const [, command = ''] = /^verify = "(.*)"$/m.exec(python) ?? [];
      const shell = [names, messages].map((line) => line.trim().replace(/ < \S+/, ''));
      expect(shell.map((line) => `sh -c '${line}'`)).toContain(command);
    }
  });

  it('reads object stores', async () => {
    const folder = site();
    for (const [name, text] of [
      ['k1', GOOD],
      ['k2', FORGED],
    ] as const)
      writeFileSync(join(folder, 'store', name), text, 'latin1');
    writeFileSync(
      join(folder, 'store', '2019.tar.gz'),
      gzipSync(
        tarOf([
          ['m1', GOOD],
          ['m2', FORGED],
        ]),
      ),
    );
    writeFileSync(join(folder, 'keys.txt'), 'k1\nk2\n');
    const [objects = '', whole = ''] = blocks('Object stores');
    expect((await run(objects, folder)).status).toBe(1);
    expect((await run(whole, folder)).status).toBe(1);
    for (const [name, ids] of [
      ['store', ['k1', 'k2']],
      ['2019', ['m1', 'm2']],
    ] as const) {
      const lines = readFileSync(join(folder, `${name}.ndjson`), 'utf8')
        .trimEnd()
        .split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(ids);
    }
  });

  const duckdb = join(root, 'build/duckdb/node_modules/@duckdb/node-api/lib/index.js');

  it.runIf(existsSync(duckdb))('has questions that DuckDB answers (npm run test:duckdb installs it)', async () => {
    const folder = site();
    await run(blocks('Several processes: xargs')[0]!, folder);
    writeFileSync(
      join(folder, 'out', 'error.ndjson'),
      '{"file":"x","error":{"code":"not-a-message","kind":"permanent","detail":""}}\n',
    );
    symlinkSync(join(root, 'build/duckdb/node_modules'), join(folder, 'node_modules'));
    const script = `const { DuckDBInstance } = await import(${JSON.stringify(pathToFileURL(duckdb).href)});
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      for (const sql of JSON.parse(process.argv[1])) console.log(JSON.stringify((await connection.runAndReadAll(sql)).getRowsJson()));`;
    const output = execFileSync(
      process.execPath,
      ['--input-type=module', '-e', script, JSON.stringify(blocks('DuckDB', 'sql'))],
      { cwd: folder, encoding: 'utf8' },
    );
    const [reasons, months] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(reasons).toEqual([
      ['pass', 'signature-valid', 'example.com', '5'],
      ['fail', 'signature-mismatch', 'example.com', '2'],
      [null, null, null, '1'],
    ]);
    expect((months as unknown[][]).map(([, passed, messages]) => [passed, messages])).toContainEqual(['5', '7']);
  });
});

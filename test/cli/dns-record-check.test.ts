/** dns-record --check: what it prints, in a matrix of one broken publication for every finding. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { splitCharacterStrings } from '../../src/lib/dns/txt-formats/text.ts';
import { BROKEN_RECORDS, fixed, NAME, zoneFile } from '../support/broken-records.ts';
import { runDktool, temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { answer, RCODE, records, startDnsServer, truncating } from '../support/dns-server.ts';
import { DOMAIN, type KeyName, keyPath, keyRecord } from '../support/vectors.ts';

const keyArgs = (key: KeyName) => [DOMAIN, '-s', 's1', '-k', keyPath(key)];

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'zone');
  writeFileSync(path, text, 'latin1');
  return path;
}

async function printed(key: KeyName): Promise<string> {
  const { status, output } = await runInMemory(['dns-record', ...keyArgs(key)]);
  expect(status).toBe(0);
  return output;
}

const STATUS = { error: 1, warning: 0, temporary: 111 } as const;

describe('dns-record --check', () => {
  it.each(BROKEN_RECORDS)('has one line for $code ($what), and none once dns-record was obeyed', async (broken) => {
    const { code, severity, key = 'rsa2048', newKey = key } = broken;
    const run = await runInMemory([
      'dns-record',
      ...keyArgs(key),
      '--check',
      '--zone',
      fileWith(zoneFile(broken.zone)),
    ]);
    expect([run.status, run.stderr]).toEqual([STATUS[severity], '']);
    expect(run.output).toMatch(/^[ -~]+\n$/);
    expect(run.output).toMatch(new RegExp(`^${severity}: ${NAME}: .+; expected: .+; remedy: .+ \\[${code}\\]\n$`));
    const zone = fileWith(fixed(broken, await printed(newKey)));
    const again = await runInMemory(['dns-record', ...keyArgs(newKey), '--check', '--zone', zone]);
    expect(again).toMatchObject({ status: 0, output: '', stderr: '' });
  });

  it('is silent where the record is right, from a private key, a public one or a record', async () => {
    const zone = fileWith(await printed('rsa2048'));
    for (const input of [readFileSync(keyPath('rsa2048'), 'latin1'), keyRecord('rsa2048')]) {
      const run = await runDktool(['dns-record', DOMAIN, '-s', 's1', '--check', '--zone', zone], { input });
      expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
    }
  });

  it('says what is there, what should be, where they part, and what to do', async () => {
    const zone = fileWith(zoneFile({ [NAME]: { TXT: [keyRecord('rsa2048').slice(0, 255)] } }));
    const run = await runDktool(['dns-record', DOMAIN, '-s', 's1', '-k', 'a key', '--check', '--zone', zone], {
      cwd: folderWithKey('a key'),
    });
    expect(run).toEqual({
      status: 1,
      stdout:
        `error: ${NAME}: p= is truncated: it ends at offset 237 of 392 (144 of the 256 octets of its modulus are left, none of its exponent); ` +
        'the record stops at 255 octets: only its first character-string was kept; ' +
        `expected: 392 characters, of which '${keyRecord('rsa2048').slice(255, 271)}' come next; ` +
        `remedy: publish what "dktool dns-record ${DOMAIN} -s s1 -k 'a key'" prints, complete: ` +
        'after a character-string of 255 octets the next one continues [key-cut]\n',
      stderr: '',
    });
  });

  it('shows a domain in both its forms', async () => {
    const run = await runDktool([
      'dns-record',
      'b\u00fccher.example',
      '-k',
      keyPath('rsa2048'),
      '--check',
      '--zone',
      '/dev/null',
    ]);
    const text = Buffer.from(run.stdout, 'latin1').toString('utf8');
    expect(text).toMatch(
      /^error: rsa2048\._domainkey\.xn--bcher-kva\.example \(rsa2048\._domainkey\.b\u00fccher\.example\): /,
    );
  });

  it('has one JSON object, whatever it finds', async () => {
    const right = fileWith(await printed('rsa2048'));
    const good = await runInMemory(['dns-record', ...keyArgs('rsa2048'), '--check', '--json', '--zone', right]);
    expect(good.output).toBe(`${JSON.stringify({ name: NAME, findings: [] })}\n`);
    const bad = await runInMemory(['dns-record', ...keyArgs('rsa1024'), '--check', '--json', '--zone', right]);
    const { findings } = JSON.parse(bad.output) as { findings: Record<string, string>[] };
    expect([bad.status, findings.map(({ severity, code }) => [severity, code])]).toEqual([
      1,
      [
        ['error', 'key-differs'],
        ['warning', 'key-weak'],
      ],
    ]);
    for (const finding of findings) {
      expect(Object.keys(finding)).toEqual(['severity', 'code', 'subject', 'observed', 'expected', 'remedy']);
    }
  });

  it('tells only by its status with --quiet', async () => {
    const run = await runInMemory(['dns-record', ...keyArgs('rsa2048'), '--check', '-q', '--zone', '/dev/null']);
    expect(run).toMatchObject({ status: 1, output: '', stderr: '' });
  });

  it.each([
    [['-k', keyPath('rsa2048')], 'a domain is needed to look the key up in DNS'],
    [[`${'a'.repeat(64)}.example`, '-k', keyPath('rsa2048')], 'A label has at most 63 octets'],
    [[DOMAIN, '-k', keyPath('rsa2048'), '--revoke'], '--check and --revoke cannot be used together'],
    [
      [DOMAIN, '-k', keyPath('rsa2048'), '--all-ns', '--zone', '/dev/null'],
      '--all-ns and --zone cannot be used together',
    ],
    [[DOMAIN, '-k', keyPath('rsa2048'), '--interval', '1'], '--interval needs --wait'],
  ])('refuses %j', async (args, problem) => {
    const run = await runInMemory(['dns-record', ...args, '--check']);
    expect([run.status, run.output]).toEqual([100, '']);
    expect(run.stderr).toContain(problem);
  });

  it('has nothing to compare with a record that revokes its key', async () => {
    const run = await runInMemory(['dns-record', DOMAIN, '-s', 's1', '--check'], 'v=DKIM1; k=rsa; p=');
    expect([run.status, run.stderr]).toEqual([
      100,
      'dktool: the record revokes its key: there is nothing to compare\n',
    ]);
  });

  it('calls what a validating resolver refuses an error, not trouble that passes', async () => {
    const published = records('TXT', splitCharacterStrings(keyRecord('rsa2048')));
    const server = await startDnsServer({
      [NAME]: (query) => (query.checkingDisabled ? published(query) : answer({ rcode: RCODE.servFail })(query)),
    });
    try {
      const run = await runDktool(['dns-record', ...keyArgs('rsa2048'), '--check', '--nameserver', server.address]);
      expect([run.status, run.stdout, run.stderr]).toEqual([
        1,
        expect.stringMatching(
          /^error: \S+: .* only with validation disabled \(CD=1\); .*; remedy: .* \[dnssec-bogus\]\n$/,
        ),
        '',
      ]);
    } finally {
      await server.close();
    }
  });

  it('says so where an answer does not fit into UDP and TCP is refused', async () => {
    const table = { [NAME]: truncating(records('TXT', splitCharacterStrings(keyRecord('rsa2048')))) };
    for (const [tcp, status, lines] of [
      [false, 111, /^temporary: .*\(over TCP; over UDP its answer is truncated\).*\[dns-tcp-refused\]\n$/],
      [true, 0, /^$/],
    ] as const) {
      const server = await startDnsServer(table, { tcp });
      try {
        const run = await runDktool(['dns-record', ...keyArgs('rsa2048'), '--check', '--nameserver', server.address]);
        expect([run.status, run.stdout, run.stderr]).toEqual([status, expect.stringMatching(lines), '']);
      } finally {
        await server.close();
      }
    }
  });
});

function folderWithKey(name: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), readFileSync(keyPath('rsa2048')), { mode: 0o600 });
  return folder;
}

/** Keys that come out of a pipe: `-k -`, and `-k <(command)` of a shell, which hands over /dev/fd/63. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DKTOOL, spawnDktool, runProgram, temporaryFolder } from '../support/bin.ts';
import { needProgram } from '../support/peers.ts';
import { DOMAIN, keyPath, keyRecord } from '../support/vectors.ts';

const KEY = keyPath('rsa2048');
const RECORD = keyRecord('rsa2048');
const MESSAGE = `From: ann@${DOMAIN}\nSubject: x\nDate: Tue, 24 Nov 2026 20:00:00 +0000\nMessage-ID: <1@example.com>\n\nHello\n`;

/** A folder with a message and the published record. */
function site(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'message'), MESSAGE);
  writeFileSync(
    join(cwd, 'zone.json'),
    JSON.stringify({
      [`s1._domainkey.${DOMAIN}`]: { TXT: [RECORD] },
      [DOMAIN]: { TXT: ['v=spf1 mx -all'], MX: [{ preference: 10, exchange: `mx.${DOMAIN}` }] },
      [`mx.${DOMAIN}`]: { A: ['192.0.2.1'], AAAA: ['2001:db8::1'] },
      [`_dmarc.${DOMAIN}`]: { TXT: ['v=DMARC1; p=reject; rua=mailto:d@example.com'] },
    }),
  );
  return cwd;
}

const shell = async (command: string, skip: (reason: string) => never) => {
  const bash = needProgram('bash', 'bash', skip);
  const script = `dktool() { '${process.execPath}' '${DKTOOL}' "$@"; }; key='${KEY}'; ${command}`;
  return runProgram(bash, ['-c', script], { cwd: site() });
};

describe('a key out of a pipe', () => {
  it.each([
    ['signs', `dktool sign -k <(cat "$key") -s s1 message | dktool verify --zone zone.json`, 0, /^message|pass/],
    [
      'signs though it comes late',
      `dktool sign -k <(sleep 0.3; cat "$key") -s s1 message | dktool verify --zone zone.json`,
      0,
      /pass/,
    ],
    [
      'signs twice, each name with its key',
      `dktool sign -k <(cat "$key") -s s1 -k <(cat "$key") -s s1 message | grep -c DKIM-Signature`,
      0,
      /^2\n/,
    ],
    ['signs from stdin', `dktool sign -k - -s s1 message < "$key" | dktool verify --zone zone.json`, 0, /pass/],
    ['prints its record', `dktool dns-record ${DOMAIN} -s s1 -k <(cat "$key") --format raw`, 0, /^v=DKIM1; k=rsa; p=/],
    ['is compared', `dktool dns-record ${DOMAIN} -s s1 -k <(cat "$key") --check --zone zone.json`, 0, /^$/],
    [
      'is converted',
      `dktool keygen ${DOMAIN} -s s1 --convert <(cat "$key") -q --record-format raw`,
      0,
      /^v=DKIM1; k=rsa; p=/,
    ],
    ['is checked', `dktool check ${DOMAIN} -s s1 -k <(cat "$key") --zone zone.json`, 0, /^$/],
    ['is checked from stdin', `dktool check ${DOMAIN} -s s1 -k - --zone zone.json < "$key"`, 0, /^$/],
  ])('%s', async (_, command, status, stdout) => {
    const run = await shell(command, (reason) => expect.fail(reason));
    expect(run).toEqual({ status, stdout: expect.stringMatching(stdout), stderr: '' });
  });

  it.each([
    ['without end', `dktool dns-record ${DOMAIN} -s s1 -k <(yes)`, 111, 'is too large: at most 65536 octets are read'],
    ['without end, on stdin', `yes | dktool dns-record ${DOMAIN} -s s1 -k -`, 111, 'the key on stdin is too large'],
    ['without end, to sign with', `dktool sign -k <(yes) -s s1 message`, 111, 'is too large'],
    ['that is empty', `dktool sign -k <(:) -s s1 message`, 111, 'is empty'],
    ['without a selector', `dktool sign -k <(cat "$key") message`, 100, 'a selector is needed'],
    [
      'without a selector, to be checked',
      `dktool check ${DOMAIN} -k <(cat "$key") --zone zone.json`,
      100,
      'a selector is needed',
    ],
    ['of a descriptor that is not open', `dktool sign -k /dev/fd/77 -s s1 message`, 111, 'the descriptor is not open'],
  ])('%s is refused', async (_, command, status, reason) => {
    const run = await shell(command, (why) => expect.fail(why));
    expect([run.status, run.stdout, run.stderr]).toEqual([status, '', expect.stringContaining(reason)]);
  });

  it('is read once, for however many domains', async () => {
    const cwd = site();
    const run = await spawnDktool(
      ['check', DOMAIN, `other.${DOMAIN}`, '-s', 's1', '-k', '-', '--zone', 'zone.json', '--json'],
      {
        cwd,
        input: readFileSync(KEY),
      },
    );
    const lines = run.stdout.trim().split('\n');
    expect(lines).toHaveLength(2);
    expect(run.stdout).not.toContain('is empty');
  });
});

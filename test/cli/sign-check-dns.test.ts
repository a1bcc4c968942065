/** sign --check-dns: nothing goes out that the published record does not confirm. */
import { describe, expect, it } from 'vitest';
import { withLf } from '../support/awkward-messages.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { mailFolder, sign } from '../support/mail-folder.ts';
import { keyOwner, keyRecord } from '../support/vectors.ts';

const LF = withLf(PLAIN);
const zone = (record: unknown) => JSON.stringify({ [keyOwner('rsa2048')]: { TXT: record } });

const cwdWith = (record: unknown) => mailFolder({ 'published.json': zone(record) });

describe('sign --check-dns', () => {
  const args = ['-k', 'rsa2048', '--check-dns', '--zone', 'published.json'];

  it('signs as it does without, where the record is right', async () => {
    const cwd = cwdWith([keyRecord('rsa2048')]);
    const checked = await sign(args, { cwd, input: LF });
    expect(checked).toEqual(await sign(['-k', 'rsa2048'], { cwd, input: LF }));
    expect(checked.status).toBe(0);
  });

  it.each([
    [
      'another key',
      [keyRecord('rsa4096')],
      'the signature does not match the signed header fields and the published key',
    ],
    ['a revoked key', ['v=DKIM1; p='], 'the key has been revoked (p= is empty)'],
    ['no answer', 'SERVFAIL', 'no answer for rsa2048._domainkey.example.com'],
    ['no name', 'NXDOMAIN', 'rsa2048._domainkey.example.com does not exist'],
  ])('writes nothing and says so with %s', async (_, record, reason) => {
    const run = await sign(args, { cwd: cwdWith(record), input: LF });
    expect([run.status, run.stdout]).toEqual([111, '']);
    expect(run.stderr).toContain(
      `dktool: not signed: the record at rsa2048._domainkey.example.com does not confirm the signature: ${reason}`,
    );
    expect(run.stderr).toContain('dktool: hint: dktool dns-record prints the right record for a key\n');
  });
});

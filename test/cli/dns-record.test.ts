import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDktool, spawnDktool, temporaryFolder } from '../support/bin.ts';
import { RFC6376_RSA_PUBLIC, RFC8463_PUBLIC, RFC8463_SEED } from '../support/keys.ts';

const P = RFC8463_PUBLIC;
const RSA_PUBLIC_PEM = `-----BEGIN PUBLIC KEY-----\n${RFC6376_RSA_PUBLIC.replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;

/** A run with the Ed25519 key of RFC 8463 on stdin. */
const run = (...args: string[]) => runDktool(['dns-record', ...args], { input: `${RFC8463_SEED}\n` });

/** A folder with a zone of the given lines. */
function zone(...lines: string[]): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'zone'), lines.map((line) => `${line}\n`).join(''));
  return cwd;
}

/** What is said about a record of this many octets. */
const warningFor = async (length: number) =>
  (
    await runDktool(['dns-record', 'example.com', '-s', 'x'], {
      input: `v=DKIM1; k=ed25519; p=${P}; n=${'x'.repeat(length)}`.slice(0, length),
    })
  ).stderr;

describe('dns-record', () => {
  it.each([
    [['example.com', '-s', 'x'], `x._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; p=${P}"`],
    [['-d', 'example.com', '-s', 'x', '-k', '-'], `x._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; p=${P}"`],
    [['-s', 'x'], `x._domainkey IN TXT "v=DKIM1; k=ed25519; p=${P}"`],
    [['example.com', '-s', 'x', '--origin', 'example.com'], `x._domainkey IN TXT "v=DKIM1; k=ed25519; p=${P}"`],
    [
      ['a.example.com', '-s', 'x', '--origin', 'example.com', '--ttl', '60'],
      `x._domainkey.a 60 IN TXT "v=DKIM1; k=ed25519; p=${P}"`,
    ],
    [['example.com', '-s', 'x', '--format', 'raw'], `v=DKIM1; k=ed25519; p=${P}`],
    [
      ['example.com', '-s', 'x', '--format', 'tinydns', '--ttl', '300'],
      `'x._domainkey.example.com:v=DKIM1; k=ed25519; p=${P}:300`,
    ],
    [
      ['example.com', '-s', 'x', '--format', 'tinydns', '--hash', 'sha1:sha256'],
      `'x._domainkey.example.com:v=DKIM1; h=sha1\\072sha256; k=ed25519; p=${P}`,
    ],
    [
      ['example.com', '-s', 'x', '--json', '--ttl', '0'],
      `{"name":"x._domainkey.example.com","absolute":true,"type":"TXT","ttl":0,"text":"v=DKIM1; k=ed25519; p=${P}","strings":["v=DKIM1; k=ed25519; p=${P}"]}`,
    ],
    [
      ['-s', 'x', '--service', 'email', '--same-domain', '--note', 'keys; "of" mine = ö', '--hash', 'sha256'],
      `x._domainkey IN TXT "v=DKIM1; h=sha256; k=ed25519; n=keys=3B \\"of\\" mine =3D =C3=B6; s=email; t=s; p=${P}"`,
    ],
    [['-s', 'x', '--revoke', '-k', '-'], 'x._domainkey IN TXT "v=DKIM1; k=ed25519; p="'],
    [['-s', 'x', '--revoke'], 'x._domainkey IN TXT "v=DKIM1; k=rsa; p="'],
  ])('%j', async (args, line) => {
    expect(await run(...args)).toEqual({ status: 0, stdout: `${line}\n`, stderr: '' });
  });

  it('takes the public key alone, and writes the DomainKeys form', async () => {
    const { stdout } = await runDktool(['dns-record', '-s', 'x', '--domainkeys', '-q'], { input: RSA_PUBLIC_PEM });
    expect(stdout).toBe(`x._domainkey IN TXT "k=rsa; p=${RFC6376_RSA_PUBLIC}"\n`);
  });

  it('names the selector after the key file, behind a link that can be switched', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'keys'));
    writeFileSync(join(cwd, 'keys/2026a.private'), RFC8463_SEED);
    symlinkSync('2026a.private', join(cwd, 'keys/default'));
    const { stdout } = await runDktool(['dns-record', '-k', 'keys/default'], { cwd });
    expect(stdout).toMatch(/^2026a\._domainkey IN TXT /);
  });

  it('warns of what will not work, unless told to be quiet', async () => {
    const weak = await runDktool(['dns-record', 'example.com', '-s', 'x', '--testing'], { input: RSA_PUBLIC_PEM });
    expect(weak.stderr).toBe(
      'dktool: warning: the RSA key has 1024 bits: signers should use 2048 bits or more (RFC 8301 section 3.2)\n' +
        'dktool: warning: t=y makes verifiers treat mail that fails as unsigned; omit it once signing works\n',
    );
    const quiet = await runDktool(['dns-record', '-s', 'x', '--testing', '-q'], { input: RSA_PUBLIC_PEM });
    expect(quiet.stderr).toBe('');
  });

  it('warns where the answer is too long for old resolvers, exactly there', async () => {
    // 12 header, 26 + 4 question, 12 answer, the text and an octet for each string
    const most = 512 - 12 - 30 - 12 - 2;
    expect(await warningFor(most)).toBe('');
    expect(await warningFor(most + 1)).toBe(
      'dktool: warning: the DNS answer for x._domainkey.example.com has 513 octets: over 512, old resolvers cannot read it\n',
    );
  });

  it('leaves a record as it is, to the octet', async () => {
    const record = `v=DKIM1;k=ed25519 ; x=unknown; p=${P};`;
    const { stdout } = await runDktool(['dns-record', '-s', 'x', '--format', 'raw'], { input: `${record}\n` });
    expect(stdout).toBe(`${record}\n`);
  });

  it('changes of a record what options ask for, and says what it cannot keep', async () => {
    const input = `v=DKIM1; k=ed25519; h=sha256; s=email; t=s; x=unknown; n=note; p=${P}`;
    const changed = await runDktool(['dns-record', '-s', 'x', '--format', 'raw', '--service', '*'], { input });
    expect(changed).toEqual({
      status: 0,
      stdout: `v=DKIM1; h=sha256; k=ed25519; n=note; t=s; p=${P}\n`,
      stderr: "dktool: warning: the record's x= is left out\n",
    });
  });
});

/** As opendkim-genkey of OpenDKIM 2.11 writes it. */
const GENKEY = `mail._domainkey\tIN\tTXT\t( "v=DKIM1; h=sha256; k=rsa; "
\t  "p=${RFC6376_RSA_PUBLIC.slice(0, 100)}"
\t  "${RFC6376_RSA_PUBLIC.slice(100)}" )  ; ----- DKIM key mail for example.com
`;

describe('dns-record of the line of a zone', () => {
  const text = `v=DKIM1; k=ed25519; p=${P}`;

  it.each<[string, string, readonly string[], string]>([
    [
      "opendkim-genkey's mail.txt",
      GENKEY,
      [],
      `mail._domainkey IN TXT "v=DKIM1; h=sha256; k=rsa; p=${RFC6376_RSA_PUBLIC}"`,
    ],
    ['a whole owner', `x._domainkey.example.com. IN TXT "${text}"`, [], `x._domainkey.example.com. IN TXT "${text}"`],
    [
      'what dig prints',
      `x._domainkey.example.com. 300 IN TXT "${text.slice(0, 20)}" "${text.slice(20)}"\n`,
      [],
      `x._domainkey.example.com. IN TXT "${text}"`,
    ],
    ['tinydns-data', `'x._domainkey.example.com:${text}:300\n`, [], `x._domainkey.example.com. IN TXT "${text}"`],
    [
      'another name',
      `x._domainkey.example.com. IN TXT "${text}"`,
      ['example.org', '-s', 'y'],
      `y._domainkey.example.org. IN TXT "${text}"`,
    ],
    [
      'a selector with dots',
      `a.b._domainkey.example.com. IN TXT "${text}"`,
      [],
      `a.b._domainkey.example.com. IN TXT "${text}"`,
    ],
    [
      'records of others around it',
      `@ IN TXT "v=spf1 -all"\nx._domainkey IN TXT "${text}"\nwww IN A 192.0.2.1\n`,
      ['example.com'],
      `x._domainkey.example.com. IN TXT "${text}"`,
    ],
  ])('%s', async (_, line, args, product) => {
    const path = join(temporaryFolder(), 'mail.txt');
    writeFileSync(path, line);
    expect(await runDktool(['dns-record', '-q', ...args, '-k', path])).toEqual({
      status: 0,
      stdout: `${product}\n`,
      stderr: '',
    });
    expect((await runDktool(['dns-record', '-q', ...args], { input: line })).stdout).toBe(`${product}\n`);
  });

  it.each([
    [`a._domainkey IN TXT "${text}"\nb._domainkey IN TXT "${text}"\n`, 100, 'contains more than one key record'],
    ['@ IN TXT "v=spf1 -all"\n', 100, 'does not contain a valid key record: none of its TXT records has a p= tag'],
    [`a._domainkey IN TXT "${text}\n`, 111, 'a quoted string is not closed on its line'],
    ['a._domainkey IN TXT "v=DKIM1; k=ed25519; p=AAAA"\n', 100, 'an Ed25519 key has 32 octets, p= has 3'],
  ])('that cannot be used: %j', async (line, status, reason) => {
    const refused = await runDktool(['dns-record', 'example.com', '-k', '-'], { input: line });
    expect([refused.status, refused.stdout, refused.stderr]).toEqual([status, '', expect.stringContaining(reason)]);
  });

  it('is compared with what is published', async () => {
    const cwd = zone(`x._domainkey.example.com. IN TXT "${text}"`);
    writeFileSync(join(cwd, 'x.txt'), `x._domainkey.example.com. IN TXT "${text}"\n`);
    const compared = await runDktool(['dns-record', '-k', 'x.txt', '--check', '--zone', 'zone'], { cwd });
    expect(compared).toEqual({ status: 0, stdout: '', stderr: '' });
  });
});

describe('dns-record --published', () => {
  const published = ['dns-record', 'example.com', '-s', 'x', '--published', '--zone', 'zone'];

  it('prints what DNS has, in another format', async () => {
    const cwd = zone(`x._domainkey.example.com. IN TXT "v=DKIM1; k=ed255" "19; p=${P}"`);
    expect(await runDktool([...published, '--format', 'raw'], { cwd })).toEqual({
      status: 0,
      stdout: `v=DKIM1; k=ed25519; p=${P}\n`,
      stderr: '',
    });
  });

  it('revokes it', async () => {
    const cwd = zone(`x._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; p=${P}"`);
    const { stdout } = await runDktool([...published, '--revoke'], { cwd });
    expect(stdout).toBe('x._domainkey.example.com. IN TXT "v=DKIM1; k=ed25519; p="\n');
  });

  it('is not disturbed by a wildcard of another kind', async () => {
    const name = 'x._domainkey.example.com. IN TXT';
    const cwd = zone(`${name} "v=spf1 -all"`, `${name} "v=DKIM1; k=ed25519; p=${P}"`);
    expect((await runDktool([...published, '--format', 'raw'], { cwd })).stdout).toBe(`v=DKIM1; k=ed25519; p=${P}\n`);
  });

  it.each([
    [['y._domainkey.example.com. IN TXT "p="'], 2, 'no record is published at x._domainkey.example.com'],
    [
      ['x._domainkey.example.com. IN TXT "p="', 'x._domainkey.example.com. IN TXT "k=rsa; p="'],
      1,
      'several key records are published at x._domainkey.example.com; there must be only one',
    ],
    [
      ['x._domainkey.example.com. IN TXT "v=spf1 -all"'],
      100,
      'x._domainkey.example.com does not contain a valid key record: v=spf1 -all is not a DKIM key record',
    ],
    [
      ['x._domainkey.example.com. IN TXT "k=ed25519; p=AAAA"'],
      100,
      'x._domainkey.example.com does not contain a valid key record: an Ed25519 key has 32 octets, p= has 3',
    ],
  ])('%j: status %i', async (lines, status, reason) => {
    const { stdout, ...rest } = await runDktool(published, { cwd: zone(...lines) });
    expect({ stdout, ...rest }).toEqual({ status, stdout: '', stderr: `dktool: ${reason}\n` });
  });
});

describe('dns-record that cannot', () => {
  it('find a selector in the name of a descriptor', async () => {
    const refused = await spawnDktool(['dns-record', '-k', '/dev/fd/0'], { input: `${RFC8463_SEED}\n` });
    expect(refused).toMatchObject({
      status: 100,
      stdout: '',
      stderr: expect.stringMatching(/^dktool: a selector is needed/),
    });
  });

  it.each([
    [[], 100, 'a selector is needed'],
    [['-k', '-'], 100, 'a selector is needed'],
    [['-k', 'a', '-k', 'b'], 100, "--key 'b': it was given twice, and only one is allowed"],
    [['-s', 'x', '-s', 'y'], 100, "--selector 'y': it was given twice, and only one is allowed"],
    [['-s', 'x', '-k', 'gone'], 111, 'key file gone does not exist'],
    [['-s', 'x', '-k', 'y', '--published'], 100, '--published and --key cannot be used together'],
    [['-s', 'x', '--published'], 100, 'a domain is needed to look the key up in DNS'],
    [['-s', 'x', '--format', 'tinydns'], 100, 'the format tinydns uses full names only'],
    [['-s', 'x', '--origin', 'example.com'], 100, 'without a domain the owner is already relative'],
    [['example.org', '-s', 'x', '--origin', 'example.com'], 100, 'example.org is not in the zone example.com'],
    [['-s', 'x', '--domainkeys'], 100, 'DomainKeys supports RSA keys only; this key is Ed25519'],
    [['-s', 'x', '--domainkeys', '--hash', 'sha256'], 100, '--domainkeys and --hash cannot be used together'],
    [['-s', 'x', '--hash', 'sha256;p='], 100, "--hash 'sha256;p=': it must be words with colons between them"],
    [['-s', 'x', '--ttl', '2147483648'], 100, "--ttl '2147483648': it must be a number of seconds, up to 2147483647"],
  ])('%j: status %i', async (args, status, reason) => {
    const { stdout, stderr, ...rest } = await run(...args);
    expect({ ...rest, stdout, first: stderr.split('\n')[0] }).toEqual({
      status,
      stdout: '',
      first: `dktool: ${reason}`,
    });
  });

  it.each([
    ['', 'the key on stdin is empty'],
    ['x'.repeat(100_000), 'the key on stdin is too large: at most 65536 octets are read, it has 65537 or more'],
    ['v=DKIM1; k=rsa; p=AAAA', 'the key on stdin does not contain a valid key record: the DER is not a SEQUENCE'],
    [
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
      'the key on stdin contains a certificate, not a public key',
    ],
  ])('with %.30j on stdin says so', async (input, reason) => {
    const { status, stdout, stderr } = await runDktool(['dns-record', '-s', 'x'], { input });
    expect({ stdout, first: stderr.split('\n')[0] }).toEqual({ stdout: '', first: `dktool: ${reason}` });
    expect(status).toBe(input.startsWith('v=') ? 100 : 111);
  });
});

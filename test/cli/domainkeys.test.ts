/** DomainKeys on the command line: sign, and a message for each reason that a verdict can have. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_HEADER_FIELDS } from '../../src/lib/header/header-block.ts';
import { DOMAINKEYS_REASONS, type DomainKeysReason } from '../../src/lib/verdict.ts';
import { type Run, runDktool, temporaryFolder } from '../support/bin.ts';
import { DK_KEY, DK_NAME, DK_PEM, DK_RECORD, dkSigned } from '../support/domainkeys.ts';
import { RFC8463_SEED } from '../support/keys.ts';

const MESSAGE = 'From: joe@example.com\nTo: a@b.example\nSubject: x\nDate: now\nMessage-ID: <1@example.com>\n\nhi\n';
const SHA1 =
  'dktool: warning: DomainKeys is historic and signs with SHA-1: receivers today expect a DKIM signature (RFC 6376, RFC 8301)\n';

function keyFolder(): string {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'default'), DK_PEM, { mode: 0o600 });
  writeFileSync(join(cwd, 'ed25519'), RFC8463_SEED, { mode: 0o600 });
  return cwd;
}

const sign = (args: readonly string[], input = MESSAGE): Promise<Run> =>
  runDktool(['sign', '--domainkeys', ...args], { cwd: keyFolder(), input });

describe('sign --domainkeys', () => {
  it('puts one field on top and says once that SHA-1 is dead', async () => {
    const { status, stdout, stderr } = await sign(['-k', 'default']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: SHA1 });
    expect(stdout).toBe(await dkSigned(MESSAGE));
    expect(stdout).toMatch(/^DomainKey-Signature: a=rsa-sha1; q=dns; c=nofws;\n\ts=default; d=example\.com;\n\tb=/);
  });

  it('says nothing with --legacy or -q', async () => {
    expect((await sign(['-k', 'default', '--legacy'])).stderr).toBe('');
    expect((await sign(['-k', 'default', '-q'])).stderr).toBe('');
  });

  it('with --dkim a DKIM signature stands above and covers it; both verify', async () => {
    const cwd = keyFolder();
    const args = [
      'sign',
      '--domainkeys',
      '--dkim',
      '--canon',
      'simple',
      '--signed-headers',
      'all',
      '-q',
      '-k',
      'default',
    ];
    const { stdout } = await runDktool(args, { cwd, input: MESSAGE });
    expect(stdout.match(/^[\w-]+(?=:)/gm)?.slice(0, 3)).toEqual(['DKIM-Signature', 'DomainKey-Signature', 'From']);
    const record = `${DK_NAME}=${DK_RECORD}`;
    const verdict = await runDktool(['verify', '--json', '--key-record', record], { input: stdout });
    const { dkim, domainkeys } = JSON.parse(verdict.stdout) as {
      dkim: { result: string; signatures: { signedHeaders: string[] }[] };
      domainkeys: { result: string };
    };
    expect([dkim.result, domainkeys.result]).toEqual(['pass', 'pass']);
    expect(dkim.signatures[0]!.signedHeaders).toContain('domainkey-signature');
  });

  it("% in the path is the Sender's domain, then its parents", async () => {
    const cwd = keyFolder();
    writeFileSync(join(cwd, 'list.example'), DK_PEM, { mode: 0o600 });
    const input = `Sender: l@news.list.example\n${MESSAGE}`;
    const { stdout } = await runDktool(['sign', '--domainkeys', '-q', '-s', 'x', '-k', '%'], { cwd, input });
    expect(stdout).toContain('s=x; d=list.example;');
  });

  it.each([
    [['-k', 'ed25519'], 111, 'key file ed25519 contains no RSA key, and DomainKeys supports no other'],
    [['-k', 'nowhere'], 111, 'key file nowhere does not exist'],
    [
      ['-k', 'default', '-k', 'default'],
      100,
      'a message can have only one DomainKeys signature, but several keys are given',
    ],
    [['-k', 'default', '--expire', '7d'], 100, '--expire is for DKIM signatures, and --domainkeys alone makes none'],
    [
      ['-k', 'default', '-d', 'other.example'],
      100,
      'cannot sign with DomainKeys: d=other.example is neither the sending domain example.com nor a parent of it',
    ],
    [
      ['-k', 'default', '--signed-headers', 'Subject'],
      100,
      'cannot sign with DomainKeys: From must be among the signed fields',
    ],
  ])('%j: status %i and nothing on stdout', async (args, status, sentence) => {
    const run = await sign(args);
    expect({ status: run.status, stdout: run.stdout }).toEqual({ status, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`dktool: ${sentence}`);
  });

  it('a message that is signed already is refused', async () => {
    const { status, stdout, stderr } = await sign(['-k', 'default'], await dkSigned(MESSAGE));
    expect({ status, stdout }).toEqual({ status: 100, stdout: '' });
    expect(stderr).toContain('has a DomainKey-Signature already (RFC 4870 section 3.5.2)');
  });

  it('its options without it are a mistake', async () => {
    const { status, stderr } = await runDktool(['sign', '--canon', 'nofws', '-k', 'default'], { input: MESSAGE });
    expect({ status, stderr }).toEqual({ status: 100, stderr: 'dktool: --canon needs --domainkeys\n' });
  });
});

describe('sign --hash and --query-method, once -z and -q of libdkimtest', () => {
  it('sha1 only on request, with a warning; both makes two signatures', async () => {
    const args = ['sign', '--hash', 'both', '--query-method', '-k', 'default'];
    const { stdout, stderr } = await runDktool(args, { cwd: keyFolder(), input: MESSAGE });
    expect(stdout.match(/a=rsa-sha\d+/g)).toEqual(['a=rsa-sha1', 'a=rsa-sha256']);
    expect(stdout.match(/q=dns\/txt;/g)).toHaveLength(2);
    expect(stderr).toBe('dktool: warning: rsa-sha1 must not be used any more, and verifiers reject it (RFC 8301)\n');
    const record = `${DK_NAME}=${DK_RECORD}`;
    const verdict = await runDktool(['verify', '--legacy', '--json', '--key-record', record], { input: stdout });
    expect(verdict.stdout.match(/"reason":"signature-valid"/g)).toHaveLength(2);
  });
});

function zoneOf(text: unknown): Readonly<Record<string, unknown>> {
  return { [DK_NAME]: { TXT: Array.isArray(text) || text === 'SERVFAIL' ? text : [text] } };
}

/** A modulus of 8,200 bits, all ones: nobody has to know its factors. */
const OVERSIZED = Buffer.concat([
  Buffer.from('308204090282040200', 'hex'),
  Buffer.alloc(1025, 0xff),
  Buffer.from('020103', 'hex'),
]).toString('base64');

interface ReasonCase {
  /** Signed in place of MESSAGE. */
  readonly source?: string;
  readonly args?: readonly string[];
  /** Made from the signed message. */
  readonly message?: (signed: string) => string;
  readonly record?: string;
  /** An entry of a keyring for the record. */
  readonly keyring?: object;
}

const CASES: Readonly<Record<DomainKeysReason, ReasonCase>> = {
  'signature-valid': {},
  'signature-mismatch': { message: (signed) => signed.replace('\nhi', '\nho') },
  'from-not-signed': { message: (signed) => signed.replace('\tb=', '\th=Subject;\n\tb=') },
  'granularity-mismatch': { record: `g=mary; ${DK_RECORD}` },
  'weak-key': {},
  // Anybody may sign as the Sender of somebody else's message
  'not-author-domain': {
    source: MESSAGE.replace(/^From: .*$/m, 'Sender: joe@example.com\nFrom: ceo@bank.example'),
    args: ['--author'],
  },
  'header-over-limit': { message: () => `${'X: y\n'.repeat(MAX_HEADER_FIELDS + 1)}\nhi\n` },
  'too-many-signatures': { message: (signed) => 'DomainKey-Signature: x\n'.repeat(32) + signed },
  'too-many-signed-fields': { message: (signed) => signed.replace('\tb=', `\th=${'a:'.repeat(5000)}From;\n\tb=`) },
  'key-oversized': { record: `p=${OVERSIZED}` },
  'key-disclosed': { keyring: { disclosed: '2020-01-01T00:00:00Z' } },
  'not-selected': { message: (signed) => signed.split('From:')[0]! + signed },
  'key-unavailable': { record: 'SERVFAIL' },
  'signature-syntax': { message: (signed) => signed.replace('q=dns', 'q=dns; q=dns') },
  'tag-missing': { message: (signed) => signed.replace('s=default; ', '') },
  'algorithm-unknown': { message: (signed) => signed.replace('a=rsa-sha1', 'a=rsa-sha256') },
  'canonicalization-unknown': { message: (signed) => signed.replace('c=nofws', 'c=relaxed') },
  'query-method-unknown': { message: (signed) => signed.replace('q=dns', 'q=http') },
  'sending-address-invalid': { message: (signed) => signed.replace('From:', 'From: x@y.example\nFrom:') },
  'domain-mismatch': { message: (signed) => signed.replace('joe@example.com', 'joe@other.example') },
  'key-not-found': { message: (signed) => signed.replace('s=default', 's=other') },
  'key-syntax': { record: 'hello' },
  'key-invalid': { record: 'p=AAAA' },
  'key-revoked': { record: 'k=rsa; p=' },
  'key-type-mismatch': { record: DK_RECORD.replace('k=rsa', 'k=dsa') },
  'key-hash-not-allowed': { record: `v=DKIM1; h=sha256; ${DK_RECORD}` },
};

/** RSA of 512 bits with its record. */
async function weakCase(): Promise<{ input: string; record: string }> {
  const cwd = temporaryFolder();
  await runDktool(['keygen', '-s', 'default', '--bits', '512', '--force-weak', '-q'], { cwd });
  const signed = await runDktool(['sign', '--domainkeys', '-q', '-k', 'default'], { cwd, input: MESSAGE });
  const record = await runDktool(['dns-record', '-k', 'default', '--domainkeys', '--format', 'raw', '-q'], { cwd });
  return { input: signed.stdout, record: record.stdout.trim() };
}

describe('verify gives each reason of DomainKeys', () => {
  it.each(Object.entries(CASES) as [DomainKeysReason, ReasonCase][])(
    '%s',
    async (reason, { source, args = [], message, record, keyring }) => {
      const signed = await dkSigned(source ?? MESSAGE, { privateKey: DK_KEY });
      const weak = reason === 'weak-key' ? await weakCase() : undefined;
      const cwd = temporaryFolder();
      const text = weak?.record ?? record ?? DK_RECORD;
      writeFileSync(join(cwd, 'zone.json'), JSON.stringify(zoneOf(text)));
      const input = weak?.input ?? message?.(signed) ?? signed;
      const entry = { name: 'default._domainkey.example.com', record: text, ...keyring };
      writeFileSync(join(cwd, 'keyring'), `{"dktool-keyring":1}\n${JSON.stringify(entry)}\n`);
      const more = keyring === undefined ? args : [...args, '--keyring', 'keyring'];
      const { stdout, status } = await runDktool(['verify', '--zone', 'zone.json', ...more], { cwd, input });
      const { result } = DOMAINKEYS_REASONS[reason];
      expect(stdout).toContain(`-: domainkeys=${result} reason=${reason} `);
      if (reason === 'header-over-limit' || reason === 'not-selected' || reason === 'too-many-signatures') return;
      expect(status).toBe(result === 'pass' ? 0 : result === 'temperror' ? 111 : 1);
    },
  );

  it('beside DKIM it is reported, but does not decide', async () => {
    const input = `DKIM-Signature: v=1; a=rsa-sha256\n${await dkSigned(MESSAGE)}`;
    const { status, stdout } = await runDktool(['verify', '--key-record', `${DK_NAME}=${DK_RECORD}`], { input });
    expect(status).toBe(1);
    expect(stdout).toContain('-: permerror from=joe@example.com\n');
    expect(stdout).toContain('-: domainkeys=pass ');
  });

  it('says that an unsigned message is suspicious where its domain signs all', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'zone.json'), JSON.stringify({ '_domainkey.example.com': { TXT: ['o=-'] } }));
    const { status, stdout } = await runDktool(['verify', '--zone', 'zone.json'], { cwd, input: MESSAGE });
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout:
        '-: none from=joe@example.com\n' +
        '-: domainkeys policy found: example.com signs all its mail: an unverified message from it is suspicious\n',
    });
  });
});

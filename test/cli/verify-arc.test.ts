/** verify --arc, and what is shown of DKIM2. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { MemorySink, MemorySource } from '../../src/console/streams/bytes.ts';
import { main } from '../../src/main.ts';
import { chainByHand, sealByHand } from '../support/arc-sealer.ts';
import { temporaryFolder } from '../support/bin.ts';
import { runInMemory } from '../support/context.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';
import { keyOwner, NOW, textResolver } from '../support/vectors.ts';
import { VERDICT_ZONE } from '../support/verdict-cases.ts';

/** Signed, sealed, its Subject changed, sealed again. */
const LISTED = sealByHand(
  sealByHand(signByHand(PLAIN, { key: 'rsa2048' }), { instance: 1 }).replace('Subject: Lunch', 'Subject: [list] Lunch'),
  { instance: 2 },
);
const BROKEN = LISTED.replace('mx1.example.com; dkim=pass', 'mx1.example.com; dkim=fail');
const DKIM2 =
  'DKIM2-Signature: i=1; m=1; t=1694000000; d=example.com; s=s1:rsa-sha256:AAAA; mf=PGFubkBleGFtcGxlLmNvbT4=;\r\n' +
  ' rt=PGxpc3RAbGlzdC5leGFtcGxlLm5ldD4=; f=donotmodify\r\n' +
  'Message-Instance: m=1; h=sha256:AAAA:BBBB\r\n' +
  PLAIN;

async function judge(args: readonly string[], message = LISTED) {
  const folder = temporaryFolder();
  const [file, zone] = [join(folder, 'msg.eml'), join(folder, 'zone.json')];
  writeFileSync(file, message, 'latin1');
  writeFileSync(zone, JSON.stringify(VERDICT_ZONE));
  const run = await runInMemory(['verify', '--now', String(NOW), '--zone', zone, ...args, file]);
  return { ...run, stdout: run.stdout.replaceAll(file, 'msg.eml') };
}

const reportOf = async (message: string, ...args: string[]) =>
  JSON.parse((await judge(['--json', ...args], message)).stdout) as Record<string, Record<string, unknown>>;

const fieldOf = async (message: string, ...args: string[]) =>
  (await judge(['--auth-results', 'mx.example.org', '--auth-results-only', ...args], message)).stdout.replace(
    /\s+/g,
    ' ',
  );

describe('verify --arc', () => {
  it('says who sealed the message, what they claim, and what became of the chain', async () => {
    const { stdout, status } = await judge(['--arc']);
    expect(stdout.split('\n').filter((line) => line.includes(': arc'))).toEqual([
      'msg.eml: arc=pass reason=chain-valid sets=2 oldest-pass=2: 2 sets, the newest by example.com; the message was changed ' +
        'after example.com sealed it',
      'msg.eml: arc set 1 d=example.com s=rsa2048 at 2023-09-06T11:33:20Z seal=pass message-signature=fail cv=none; claims: ' +
        'mx1.example.com; dkim=pass',
      'msg.eml: arc set 2 d=example.com s=rsa2048 at 2023-09-06T11:33:20Z seal=pass message-signature=pass cv=pass; claims: ' +
        'mx2.example.com; dkim=pass',
    ]);
    expect(status).toBe(1); // the signature is broken, whatever the chain says
  });

  it('says where a chain broke', async () => {
    const { stdout } = await judge(['--arc'], BROKEN);
    expect(stdout).toContain(
      'msg.eml: arc=fail reason=seal-invalid sets=2: the seal of set 2, example.com: the seal does not match the ARC fields',
    );
    const verbose = (await judge(['--arc', '-v'], BROKEN)).stdout;
    expect(verbose).toContain('msg.eml: arc set 1 seal reason=signature-mismatch a=rsa-sha256: ');
    expect(verbose).toContain('msg.eml: arc set 2 message signature reason=signature-valid a=rsa-sha256: ');
  });

  it('says who sealed sets that form no chain', async () => {
    const { stdout } = await judge(
      ['--arc'],
      sealByHand(sealByHand(PLAIN, { instance: 1 }), { instance: 2, cv: 'fail' }),
    );
    expect(stdout).toContain(
      'msg.eml: arc=fail reason=chain-failed-before sets=2: the chain had failed when set 2 was added',
    );
    expect(stdout).toContain(
      'arc set 2 d=example.com s=rsa2048 at 2023-09-06T11:33:20Z seal=unchecked message-signature=unchecked cv=fail; ',
    );
    const incomplete = LISTED.replace(/^ARC-Message-Signature: i=1.*\r\n/m, '');
    expect((await judge(['--arc'], incomplete)).stdout).toContain(
      'seal=unchecked message-signature=fail cv=none; claims: mx1.example.com',
    );
  });

  it('says that there is no chain', async () => {
    expect((await judge(['--arc'], PLAIN)).stdout).toContain('msg.eml: arc=none reason=no-chain: ');
    expect(await fieldOf(PLAIN, '--arc')).toContain('arc=none');
  });

  it('escapes what sealers write', async () => {
    const { stdout } = await judge(['--arc'], sealByHand(PLAIN, { instance: 1, results: ' i=1; \u001b[31m' }));
    expect(stdout).toContain('claims: \\x1b[31m');
  });

  it('shows a table at a terminal', async () => {
    const stdout = new MemorySink(true, 100);
    const context = {
      stdin: new MemorySource(Buffer.from(LISTED, 'latin1')),
      stdout,
      stderr: new MemorySink(),
      env: {},
      now: () => NOW,
      liveResolver: () => Promise.reject(new Error('no name server is asked')),
    };
    const zone = join(temporaryFolder(), 'zone.json');
    writeFileSync(zone, JSON.stringify(VERDICT_ZONE));
    await main(['verify', '--arc', '--zone', zone, '--color', 'never'], context, COMMANDS);
    expect(stdout.text).toMatch(/ARC .*sealer .*what it claims/);
    expect(stdout.text).toMatch(/1 pass .*d=example.com .*mx1.example.com; dkim=pass/);
    expect(stdout.text).toContain('arc=pass reason=chain-valid');
  });
});

describe('a chain', () => {
  it('costs no look-up where nobody asked for it', async () => {
    const { asked, resolver } = textResolver({});
    const liveResolver = () => Promise.resolve({ ...resolver, ask: () => Promise.reject(new Error('not asked')) });
    await runInMemory(['verify'], chainByHand(PLAIN, 2), { liveResolver });
    await runInMemory(['verify', '--auth-results', 'mx.example.org'], PLAIN, { liveResolver });
    expect(asked).not.toContain(`${keyOwner('rsa2048')} TXT`);
    await runInMemory(['verify', '--arc'], chainByHand(PLAIN, 2), { liveResolver });
    expect(asked).toContain(`${keyOwner('rsa2048')} TXT`);
  });

  it('is in JSON unasked', async () => {
    const { arc, result } = await reportOf(LISTED);
    expect(result).toBe('fail');
    expect(arc).toMatchObject({ result: 'pass', reason: 'chain-valid', oldestPass: 2 });
    expect(arc!['instances']).toMatchObject([
      {
        instance: 1,
        chainStatus: 'none',
        authenticationResults: 'mx1.example.com; dkim=pass',
        seal: { result: 'pass', domain: 'example.com', selector: 'rsa2048', keyBits: 2048, timestamp: NOW },
        messageSignature: { result: 'fail', reason: 'signature-mismatch' },
      },
      { instance: 2, chainStatus: 'pass', messageSignature: { result: 'pass', reason: 'signature-valid' } },
    ]);
    expect((await reportOf(PLAIN))['arc']).toMatchObject({ result: 'none', instances: [] });
  });

  it('is in Authentication-Results where there is one, with the client where it is known', async () => {
    expect(await fieldOf(LISTED)).toContain('arc=pass (i=2) header.oldest-pass=2');
    expect(await fieldOf(LISTED, '--spf', '--ip', '192.0.2.1', '--from', 'x@example.org')).toContain(
      'arc=pass (i=2) header.oldest-pass=2 smtp.remote-ip=192.0.2.1',
    );
    expect(await fieldOf(BROKEN)).toContain('arc=fail (i=2) reason=seal-invalid');
    expect(await fieldOf(PLAIN)).not.toContain('arc=');
  });

  it('does not go with the forms from before it', async () => {
    const { status, stderr } = await judge(['--arc', '--auth-results', 'mx', '--compat', 'seed']);
    expect([status, stderr]).toEqual([100, expect.stringContaining('--arc') as string]);
  });
});

describe('DKIM2 fields', () => {
  it('are shown in words, and not judged', async () => {
    const { status, stdout } = await judge([], DKIM2);
    expect(status).toBe(2);
    expect(stdout).toBe(
      'msg.eml: none from=ann@example.com\n' +
        'msg.eml: dkim2 not verified: 1 DKIM2-Signature and 1 Message-Instance; DKIM2 is still a draft, so they were not verified\n' +
        'msg.eml: dkim2 hop 1: signed by example.com, s=s1 rsa-sha256, at 2023-09-06T11:33:20Z, revision 1 of the message, ' +
        'envelope from <ann@example.com> to <list@list.example.net>, flags donotmodify\n' +
        'msg.eml: dkim2 revision 1: the message as first signed\n',
    );
  });

  it('are in JSON', async () => {
    const { dkim2, result } = await reportOf(DKIM2);
    expect(result).toBe('none');
    expect(dkim2).toMatchObject({
      judged: false,
      signatures: [{ hop: 1, mailFrom: 'ann@example.com', flags: ['donotmodify'], nextDomain: null }],
      instances: [{ revision: 1, recipe: null }],
    });
    expect(await reportOf(PLAIN)).not.toHaveProperty('dkim2');
  });
});

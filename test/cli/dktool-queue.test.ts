/** dktool-queue before a stand-in for qmail-queue: what is verified, signed, refused and handed on. */
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { dkSigned, DK_NAME, DK_RECORD } from '../support/domainkeys.ts';
import { FORGERIES, OWN_ID } from '../support/forged-results.ts';
import { PLAIN as PLAIN_CRLF, signByHand } from '../support/hand-signer.ts';
import { ENVELOPE, QmailHome, type WrapperOptions, until } from '../support/qmail-standins.ts';
import { keyOwner, keyRecord, keyZone, NOW, textResolver } from '../support/vectors.ts';

const PLAIN = PLAIN_CRLF.replaceAll('\r\n', '\n');
const ACCEPTED = { status: 0, signal: null, report: '', stderr: '' };
const ID = 'Authentication-Results: mx.example.org;';

/** Signed by both: DomainKeys below, DKIM on top. */
let signed: string;
beforeAll(async () => {
  signed = signByHand(await dkSigned(PLAIN));
});

/** A home whose zone has all keys. */
function home(
  records: Readonly<Record<string, unknown>> = { ...keyZone(), [DK_NAME]: { TXT: [DK_RECORD] } },
): QmailHome {
  const made = new QmailHome();
  writeFileSync(made.path('zone.json'), JSON.stringify(records));
  return made;
}

/** The one message that was queued. */
async function queued(made: QmailHome, input: string, { env, ...options }: WrapperOptions = {}) {
  const run = await made.queue({ input, ...options, env: { DKTOOL_ZONE: made.path('zone.json'), ...env } });
  expect(run).toEqual(ACCEPTED);
  expect(made.leftovers).toEqual([]);
  const [delivery, ...more] = made.deliveries;
  expect(more).toEqual([]);
  expect(delivery!.envelope).toBe(options.envelope ?? ENVELOPE);
  return delivery!;
}

const verified = async (input: string, options: WrapperOptions = {}, made = home()) =>
  (await queued(made, input, { ...options, env: { DKVERIFY: '', ...options.env } })).message;

/** Header lines as qmail-smtpd hands them on. */
const lines = (texts: readonly (string | undefined)[]) =>
  texts.map((text) => (text === undefined ? '' : `${text}\n`.replaceAll('\r\n', '\n'))).join('');

describe('dktool-queue hands the message on as it is', () => {
  it.each<[string, Record<string, string>]>([
    ['with neither DKVERIFY nor DKSIGN', {}],
    ['from our own users', { DKVERIFY: 'ABCDEFGHIJK,ABCDEFGHIJKLMNOPQR', RELAYCLIENT: '' }],
    ['with an empty DKSIGN', { DKSIGN: '' }],
    [
      'though qmail-smtpd is told what to do behind AUTH',
      { AUTH_SET_DKVERIFY: 'B', AUTH_UNSET_DKVERIFY: '', AUTH_SET_DKSIGN: '/x' },
    ],
  ])('%s, from the descriptor that it got', async (_, env) => {
    const input = `${ID} dkim=pass\r\n${signed}`;
    const { message, descriptors } = await queued(home(), input, { env });
    expect(message).toBe(input);
    expect(descriptors.get(0)).not.toContain('dktool-');
  });

  it('and does not sign by control/dksign, which is for dktool-remote', async () => {
    const made = home();
    made.control('dksign', made.key('example.com', 'rsa1024'));
    expect((await queued(made, PLAIN)).message).toBe(PLAIN);
  });
});

describe('dktool-queue hands on', () => {
  it('the envelope unread, and descriptor 6 where it is open', async () => {
    const made = home();
    const { descriptors } = await queued(made, signed, { env: { DKVERIFY: '' }, redirections: '6>rejection' });
    expect([...descriptors.keys()]).toEqual([0, 1, 2, 6]);
    expect(descriptors.get(0)).toMatch(/\/tmp\/dktool-\w+ \(deleted\)$/);
    expect(descriptors.get(1)).toBe(made.path('envelope'));
    expect(descriptors.get(6)).toBe(made.path('rejection'));
  });

  it('a pipe as descriptor 6, as notqmail makes it', async () => {
    const { descriptors } = await queued(home(), signed, {
      env: { DKVERIFY: '' },
      prelude: 'mkfifo rejection; exec 6<>rejection',
    });
    expect(descriptors.get(6)).toContain('/rejection');
  });

  it('nothing of its own where descriptor 6 is closed', async () => {
    for (const env of [{ DKVERIFY: '' }, {}]) {
      const { descriptors } = await queued(home(), signed, { env });
      expect([...descriptors.keys()]).toEqual([0, 1, 2]);
    }
  });

  it('an envelope of 1 MB through a pipe', async () => {
    const envelope = `Fsender@example.com\0${'Tsomebody@example.org\0'.repeat(50_000)}\0`;
    const made = home();
    const prelude = 'exec 8<&1 9<&0; cat <&8 | { exec 1<&0 0<&9 8<&- 9<&-; "$@"; }; exit';
    const run = await made.queue({
      input: signed,
      envelope,
      env: { DKVERIFY: '', DKTOOL_ZONE: made.path('zone.json') },
      prelude,
    });
    expect(run).toEqual(ACCEPTED);
    expect(made.deliveries.map((one) => one.envelope === envelope)).toEqual([true]);
  });
});

describe('dktool-queue with DKVERIFY', () => {
  it('puts its results on top', async () => {
    const message = await verified(signed);
    expect(message).toMatch(
      /^Authentication-Results: mx\.example\.org;\n\tdkim=pass [^;]*header\.d=example\.com[^;]*;\n\tdomainkeys=pass header\.d=example\.com[^;\n]*\n/,
    );
    expect(message.endsWith(signed)).toBe(true);
  });

  it('in the line ends of the message', async () => {
    const message = await verified(signed.replaceAll('\n', '\r\n'));
    expect(message).toMatch(/^Authentication-Results: mx\.example\.org;\r\n\tdkim=pass /);
    expect(message.replaceAll('\r\n', '')).not.toContain('\n');
    expect(message.endsWith(signed.replaceAll('\n', '\r\n'))).toBe(true);
  });

  it('takes away what pretends to be its own, and nothing else', async () => {
    const forged = [
      `${ID} dkim=pass\n`,
      'authentication-results: MX.Example.ORG\n\t; dkim=pass\n',
      'Authentication-Results: (x) "mx.example.org" 1; dkim=pass\n',
    ];
    const message = await verified(
      `${forged[0]}Authentication-Results: other.example; dkim=fail\n${forged[1]}${forged[2]}${PLAIN}`,
    );
    expect(message).toBe(
      `${ID}\n\tdkim=none;\n\tdomainkeys=none\nAuthentication-Results: other.example; dkim=fail\n${PLAIN}`,
    );
  });

  it.each([
    [
      'changed',
      (text: string) => `${text}more\n`,
      /dkim=fail reason=body-hash-mismatch[^]*domainkeys=fail reason=signature-mismatch/,
    ],
    ['unsigned', () => PLAIN, /\tdkim=none;\n\tdomainkeys=none\n/],
    ['without From', () => 'Subject: x\n\nx\n', /\tdkim=none;/],
    [
      'from two',
      (text: string) => `From: x@example.net\n${text}`,
      /\tdomainkeys=permerror reason=sending-address-invalid/,
    ],
  ])('accepts a mail that is %s, since no letters ask for more', async (_, change, expected) => {
    expect(await verified(change(signed))).toMatch(expected);
  });

  it.each([
    ['that is empty', ''],
    ['that begins with no field', 'what is this\nFrom: a@example.com\n\nx\n'],
  ])('says of a message %s that nothing is known', async (_, input) => {
    expect(await verified(input)).toBe(`${ID} none\n${input}`);
  });

  it('takes forged results away even in what is not a message', async () => {
    expect(await verified(`what is this\n${ID} dkim=pass\n\nx\n`)).toBe(`${ID} none\nwhat is this\n\nx\n`);
  });

  it('takes away every forgery that verify does, and makes harmless what hides one', async () => {
    const made = home();
    made.control('me', `${OWN_ID}\n`);
    const input = `X: y\n${lines(FORGERIES.map(({ header }) => header))}${PLAIN}`;
    const env = { DKVERIFY: '', DKTOOL_ZONE: made.path('zone.json') };
    const run = await made.queue({ input, env });
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(
      /^dktool-queue: the header block had \d+ bare CRs and \d+ NULs and \d+ encoded line ends, which can hide a forged field: replaced with spaces or question marks\n$/,
    );
    expect(made.deliveries[0]!.message).toBe(
      `Authentication-Results: ${OWN_ID};\n\tdkim=none;\n\tdomainkeys=none\nX: y\n${lines(FORGERIES.map(({ left }) => left))}${PLAIN}`,
    );
  });

  it('signs what is left of it', async () => {
    const made = home();
    const env = { DKVERIFY: '', DKTOOL_ZONE: made.path('zone.json'), DKSIGN: made.key('example.com', 'rsa2048') };
    const run = await made.queue({ input: `X: a\rb\n${ID} dkim=pass\n${PLAIN}`, env });
    expect(run).toMatchObject({ status: 0, stderr: expect.stringContaining('had 1 bare CR,') });
    const { message } = made.deliveries[0]!;
    expect(message).toContain(`X: a b\n${PLAIN}`);
    const { resolver } = textResolver({ [keyOwner('default')]: keyRecord('rsa2048') });
    const { dkim } = await verifyMessage(Buffer.from(message, 'latin1'), { resolver, now: NOW });
    expect(dkim.result).toBe('pass');
  });

  it('a message of 20 MB without keeping it in memory', async () => {
    const input = `From: ada@example.com\n\n${`${'0123456789'.repeat(7)}\n`.repeat((20 * 1024 * 1024) / 71)}`;
    expect((await verified(input)) === `${ID}\n\tdkim=none;\n\tdomainkeys=none\n${input}`).toBe(true);
  });
});

const refused = async (letters: string, input: string, made = home()) => {
  const env = { DKVERIFY: letters, DKTOOL_ZONE: made.path('zone.json') };
  const run = await made.queue({ input, env });
  if (run.status !== 0) {
    expect(made.log).toMatch(/ dktool-queue: (?:refused|deferred) by DKVERIFY: dkim=[^;]+ domainkeys=[a-z]+[^\n]*\n$/);
    expect(made.started).toBe(0);
  }
  expect(made.leftovers).toEqual([]);
  return run.status;
};

describe('the log of qmail-smtpd', () => {
  it('has a line for each mail that is verified', async () => {
    const made = home();
    const env = { DKVERIFY: '', DKTOOL_LOG: '', TCPREMOTEIP: '192.0.2.1', DKTOOL_ZONE: made.path('zone.json') };
    expect(await made.queue({ input: signed, env })).toEqual({
      ...ACCEPTED,
      stderr:
        'dktool-queue: accepted: dkim=pass (d=example.com s=rsa2048 signature-valid) domainkeys=pass; author example.com; client 192.0.2.1\n',
    });
  });
});

describe('DKTOOL_SPF', () => {
  const SPF = { 'example.net': { TXT: ['v=spf1 ip4:192.0.2.1 -all'] }, 'mx.example.net': { TXT: ['v=spf1 -all'] } };
  const received =
    'Received: from unknown (HELO mx.example.net) (192.0.2.9)\n  by mx.example.org with SMTP; 1 Nov 2026 00:00:00 -0000\n';
  const spf = async (sender: string, ip: string, options: WrapperOptions = {}) => {
    const env = { DKTOOL_SPF: '1', TCPREMOTEIP: ip };
    const envelope = `F${sender}\0Tb@example.org\0\0`;
    const message = await verified(received + PLAIN, { envelope, ...options, env }, home(SPF));
    return /;\n\t(spf=.*)\n/.exec(message)?.[1];
  };

  it.each([
    ['a@example.net', '192.0.2.1', 'spf=pass smtp.mailfrom=example.net'],
    ['a@example.net', '192.0.2.2', 'spf=fail smtp.mailfrom=example.net'],
    ['', '192.0.2.2', 'spf=fail smtp.helo=mx.example.net'],
    ['a@none.example.net', '192.0.2.2', 'spf=none smtp.mailfrom=none.example.net'],
  ])('checks the envelope sender %j of %s, and hands the envelope on: %s', async (sender, ip, expected) => {
    expect(await spf(sender, ip)).toBe(expected);
    expect(await spf(sender, ip, { launcher: ['/bin/sh'] })).toBe(expected);
  });

  it('leaves an envelope that is not whole to qmail-queue', async () => {
    for (const launcher of [undefined, ['/bin/sh']]) {
      const made = home(SPF);
      const env = { DKVERIFY: '', DKTOOL_SPF: '1', TCPREMOTEIP: '192.0.2.1', DKTOOL_ZONE: made.path('zone.json') };
      const run = await made.queue({ input: PLAIN, envelope: 'Fa@exam', env, ...(launcher && { launcher }) });
      expect(run.status).toBe(54);
    }
  });
});

/** A mail with a broken body, at a qmail-smtpd that reads the words of a refusal from `words`. */
const ask = async (letters: string, { prelude, env = {}, ...options }: WrapperOptions = {}) => {
  const made = home();
  const run = await made.queue({
    input: `${signed}more\n`,
    prelude: prelude ?? 'mkfifo words; cat words >said & exec 6>words',
    env: { DKVERIFY: letters, DKTOOL_ZONE: made.path('zone.json'), ...env },
    ...options,
  });
  const path = made.path('said');
  await until(() => prelude !== undefined || existsSync(path));
  return { status: run.status, said: existsSync(path) ? readFileSync(path, 'latin1') : '' };
};

describe('a qmail-smtpd that asks for the words of a refusal', () => {
  const WORDS = 'this message is not accepted: dkim=fail (d=example.com s=rsa2048 body-hash-mismatch) domainkeys=fail';

  it.each([undefined, ['/bin/sh']])('gets them, with 82 (launcher %j)', async (launcher) => {
    const options = launcher === undefined ? {} : { launcher };
    expect(await ask(',P', options)).toEqual({ status: 82, said: `D${WORDS} (#5.7.20)` });
    expect(await ask(',p', options)).toEqual({ status: 82, said: `Z${WORDS} (#4.7.20)` });
    expect(await ask('', options)).toEqual({ status: 0, said: '' });
  });

  it('gets them on the descriptor that DKTOOL_ERROR_FD names, or none', async () => {
    const prelude = 'mkfifo words; cat words >said & exec 4>words';
    expect((await ask(',P', { prelude, env: { DKTOOL_ERROR_FD: '4' }, launcher: ['/bin/sh'] })).status).toBe(82);
    expect((await ask(',P', { prelude })).status).toBe(31);
    expect((await ask(',P', { env: { DKTOOL_ERROR_FD: 'none' } })).status).toBe(31);
    expect((await ask(',P', { env: { DKTOOL_ERROR_FD: 'x' } })).status).toBe(55);
  });

  it('is not there where 6 is a file or nobody reads it', async () => {
    expect((await ask(',P', { prelude: 'exec 6>file' })).status).toBe(31);
    expect((await ask(',P', { prelude: 'mkfifo words; : <words & exec 6>words; wait' })).status).toBe(31);
  });
});

describe('the letters of DKVERIFY', () => {
  it('refuse for good with 31, for now with 71', async () => {
    expect(await refused('B', `${signed}more\n`)).toBe(31);
    expect(await refused('b', `${signed}more\n`)).toBe(71);
    expect(await refused(',P', `${signed}more\n`)).toBe(31);
    expect(await refused('b,P', `${signed}more\n`)).toBe(31);
    expect(await refused('C,n', PLAIN)).toBe(31);
    expect(await refused('G', 'no message\n\n')).toBe(31);
  });

  it('let everything else pass', async () => {
    expect(await refused('DEGIJKfh,CGHIJMQRkl', signed)).toBe(0);
    expect(await refused('DEGIJKfh,CGHIJMQRkl', PLAIN)).toBe(0);
    expect(await refused('?!1,*', `${signed}more\n`)).toBe(0);
  });

  it('put a mail off where DNS does not answer', async () => {
    const records = { [keyOwner('rsa2048')]: { TXT: 'TIMEOUT' }, [DK_NAME]: { TXT: 'SERVFAIL' } };
    expect(await refused('DEGIJKfh,CGHIJMQRkl', signed, home(records))).toBe(71);
  });
});

describe('a name server that does not answer', () => {
  it('holds the mail up to DKTOOL_DEADLINE, and then it goes on with temperror', async () => {
    const server = createSocket('udp4'); // takes every question and answers none
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    try {
      const nameserver = `127.0.0.1:${server.address().port}`;
      const env = { DKTOOL_ZONE: '', DKTOOL_NAMESERVER: nameserver, DKTOOL_DEADLINE: '0.3' };
      expect(await verified(signed, { env })).toMatch(/^[^]*\tdkim=temperror [^]*\tdomainkeys=temperror /);
    } finally {
      server.close();
    }
  });
});

const signing = (made: QmailHome) => ({ env: { DKSIGN: made.key('example.com', 'rsa1024') } });
const results = async (message: string) => {
  const { resolver } = textResolver({ [keyOwner('default')]: keyRecord('rsa1024') });
  const onTheWire = Buffer.from(message.replaceAll('\n', '\r\n'), 'latin1');
  const { dkim, domainkeys } = await verifyMessage(onTheWire, { now: NOW, resolver });
  return [dkim.result, domainkeys.result];
};

describe('dktool-queue with DKSIGN', () => {
  it('signs, our own users too', async () => {
    const made = home();
    const { message } = await queued(made, PLAIN, { env: { ...signing(made).env, RELAYCLIENT: '', DKVERIFY: 'B' } });
    expect(message).toMatch(/^DKIM-Signature: [^]*\nDomainKey-Signature: /);
    expect(message.endsWith(PLAIN)).toBe(true);
    expect(await results(message)).toEqual(['pass', 'pass']);
  });

  it('signs what qmail-remote will send, without the CR before an LF', async () => {
    const made = home();
    const { message } = await queued(made, PLAIN.replaceAll('\n', '\r\n'), signing(made));
    expect(message.endsWith(PLAIN)).toBe(true);
    expect(message).not.toContain('\r');
    expect(await results(message)).toEqual(['pass', 'pass']);
  });

  it('hands on unsigned, octet by octet, what has no key and what cannot be signed', async () => {
    for (const input of ['From: a@example.net\r\n\r\nx\r\n', 'Subject: x\r\n\r\nx\n', '']) {
      const made = home();
      expect((await queued(made, input, signing(made))).message).toBe(input);
    }
  });

  it('makes no DomainKeys signature with DKTOOL_DOMAINKEYS=0', async () => {
    const made = home();
    const { message } = await queued(made, PLAIN, { env: { ...signing(made).env, DKTOOL_DOMAINKEYS: '0' } });
    expect(await results(message)).toEqual(['pass', 'none']);
  });

  it('and DKVERIFY judges first; the results stand on top of the signatures, which do not cover them', async () => {
    const made = home();
    const input = `Received: x\r\n${ID} dkim=pass\r\n${PLAIN.replaceAll('\n', '\r\n')}`;
    const { message } = await queued(made, input, { env: { ...signing(made).env, DKVERIFY: '' } });
    const [, rest] = /^Authentication-Results: mx\.example\.org;\n\tdkim=none;\n\tdomainkeys=none\n([^]*)$/.exec(
      message,
    )!;
    expect(rest).toMatch(/^DKIM-Signature: /);
    expect(rest!.endsWith(`Received: x\n${PLAIN}`)).toBe(true);
    expect(await results(rest!)).toEqual(['pass', 'pass']);
    expect(await results(message)).toEqual(['pass', 'pass']);
  });
});

/** `dktool serve` as a milter of Postfix, with OpenDKIM as the other side; and what becomes of mail when the milter fails. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { type MailHost, useMailHost } from '../support/mail-host.ts';
import { needProgram } from '../support/peers.ts';
import { startPostfix } from '../support/postfix.ts';
import { freePort, sendMail, untilListening } from '../support/smtp.ts';
import { keyOwner, keyPath, keyRecord, textResolver } from '../support/vectors.ts';

const PUBLISHED = { [keyOwner('rsa2048')]: keyRecord('rsa2048'), 'example.com': 'v=spf1 -all' };
const SERVICES = ['simple', 'relaxed', 'judge', 'opendkim', 'opendkim-judge', 'defers', 'accepts'] as const;

let host: MailHost;
let ports: Record<(typeof SERVICES)[number], number>;
let milters: Record<(typeof SERVICES)[number], number>;

useMailHost(['postfix'], async (started) => {
  host = started;
  const { machine, sink, publish } = host;
  needProgram('opendkim', 'opendkim', host.skip);
  publish(PUBLISHED);
  const numbered = async () =>
    Object.fromEntries(await Promise.all(SERVICES.map(async (name) => [name, await freePort()]))) as typeof ports;
  [ports, milters] = [await numbered(), await numbered()];
  machine.write('/etc/dkim/rsa2048', readFileSync(keyPath('rsa2048'), 'latin1'), 0o600);
  const signer = (name: 'simple' | 'relaxed' | 'opendkim') =>
    machine.write(
      `/etc/dkim/${name}.conf`,
      `Socket inet:${milters[name]}@127.0.0.1\nUserID root\nMode s\nDomain example.com\nSelector rsa2048
KeyFile /etc/dkim/rsa2048\nCanonicalization ${name === 'simple' ? 'simple/simple' : 'relaxed/relaxed'}\nInternalHosts 127.0.0.1\n`,
    );
  (['simple', 'relaxed', 'opendkim'] as const).forEach(signer);
  machine.write(
    '/etc/dkim/opendkim-judge.conf',
    `Socket inet:${milters['opendkim-judge']}@127.0.0.1\nUserID root\nMode v\nNameservers ${host.nameserver}
InternalHosts 192.0.2.1\nAuthservID other.example.org\nAlwaysAddARHeader yes\nSyslog no\n`,
  );
  await machine.shell('opendkim -x /etc/dkim/opendkim.conf; opendkim -x /etc/dkim/opendkim-judge.conf');
  for (const name of ['simple', 'relaxed'] as const) await serve(name, `--config /etc/dkim/${name}.conf`);
  for (const name of ['judge', 'defers', 'accepts'] as const) await serve(name, judging(name));
  for (const name of ['opendkim', 'opendkim-judge'] as const) await untilListening(milters[name]);
  const settings = (name: (typeof SERVICES)[number]) =>
    `  -o smtpd_milters=inet:127.0.0.1:${milters[name]} -o milter_default_action=${name === 'accepts' ? 'accept' : 'tempfail'}
  -o milter_command_timeout=2s -o milter_content_timeout=2s -o milter_connect_timeout=2s\n`;
  const services = Object.fromEntries(SERVICES.map((name) => [ports[name], settings(name)]));
  await startPostfix(machine, {
    relayPort: sink.port,
    services,
    main: 'milter_protocol = 6\nmessage_size_limit = 50000000\nsmtpd_client_connection_count_limit = 0\ndefault_destination_concurrency_limit = 50\n',
  });
});

const judging = (name: (typeof SERVICES)[number]) =>
  `--verify --milter inet:${milters[name]} --internal-hosts none --auth-results mx.example.org`;

/** Start it in the background, with its number and its log in files. */
async function serve(name: (typeof SERVICES)[number], options: string): Promise<void> {
  await host.machine.shell(
    `dktool serve ${options} </dev/null >/dev/null 2>>/var/log/${name}.log & echo $! >/run/${name}.pid`,
  );
  await untilListening(milters[name]);
}

const signal = (name: (typeof SERVICES)[number], word: string) =>
  host.machine.shell(`kill -${word} $(cat /run/${name}.pid)`);

let count = 0;
async function through(name: (typeof SERVICES)[number], message: string): Promise<string> {
  const to = `bob${++count}@example.net`;
  await sendMail(ports[name], 'ada@example.com', to, message);
  return host.sink.messageFor(to);
}

const HEAD = `From: Ada <ada@example.com>\nTo: bob@example.net (Bob)\nSubject: hello\nDate: Tue, 24 Nov 2026 12:00:00 +0000\nMessage-ID: <1@example.com>\n`;

const MESSAGES: readonly (readonly [string, string])[] = [
  ['a usual message', `${HEAD}\nhello\n`],
  [
    '8-bit text, dots, blanks and empty lines',
    `${HEAD}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n.\n..\n gr\xc3\xbc\xc3\x9fe \t x \n\n\n`,
  ],
  ['no body', HEAD],
  [
    'no blank, blanks and tabs behind colons',
    `${HEAD.replace('Subject: hello', 'Subject:hello')}Reply-To:   a@example.com  \nCc:\tb@example.com\n\nhello\n`,
  ],
  ['folds', `${HEAD.replace('hello', 'hello\n\tthere\n   and there ')}References: <a@x>\n <b@x>\n\nhello\n`],
  ['an empty field', `${HEAD}X-Empty:\nIn-Reply-To: \n\nhello\n`],
  ['a line of 998 octets', `${HEAD}\n${'x'.repeat(998)}\n`],
  ['200 KB', `${HEAD}\n${`${'0123456789'.repeat(7)}\n`.repeat(2900)}`],
];

/** What OpenDKIM says of a message. */
const opendkimResult = (came: string) => /^Authentication-Results: other\.example\.org;\s+dkim=(\w+)/m.exec(came)?.[1];
const ourResult = (came: string) => /^Authentication-Results: mx\.example\.org;\s+dkim=(\w+)/m.exec(came)?.[1];

describe('what the milter signs', () => {
  it.each(
    (['simple', 'relaxed'] as const).flatMap((name) =>
      MESSAGES.map(([what, message]) => [name, what, message] as const),
    ),
  )('(%s) verifies behind Postfix, here and in OpenDKIM: %s', async (name, _, message) => {
    const came = await through(name, message);
    const { resolver } = textResolver(PUBLISHED);
    const { dkim } = await verifyMessage(Buffer.from(came, 'latin1'), { resolver, now: Date.now() / 1000 });
    expect(dkim.signatures).toMatchObject([
      { result: 'pass', selector: 'rsa2048', canonicalization: `${name}/${name}` },
    ]);
    expect(opendkimResult(await through('opendkim-judge', came))).toBe('pass');
    expect(ourResult(await through('judge', came))).toBe('pass');
  });

  it('comes with a warning where Postfix breaks a line', async () => {
    const came = await through('relaxed', `${HEAD}\n${'x'.repeat(1500)}\n`);
    expect(came).toContain(`${'x'.repeat(998)}\r\n x`);
    expect(host.machine.read('/var/log/relaxed.log')).toMatch(/warning .*what="line \d+ or another has 1500 octets/);
  });
});

describe('what OpenDKIM signs', () => {
  it.each(MESSAGES)('verifies behind Postfix: %s', async (_, message) => {
    expect(ourResult(await through('judge', await through('opendkim', message)))).toBe('pass');
    const forged = (await through('opendkim', message)).replace(/^From: Ada/m, 'From: Eve');
    expect(ourResult(await through('judge', forged))).toBe('fail');
  });
});

const other = (n: number) => `Authentication-Results: other${n}.example; dkim=pass\n`;

describe('forged results', () => {
  it('go, and others stay, wherever they stand', async () => {
    const mine = 'Authentication-Results: mx.example.org; dkim=pass header.d=bank.example\n';
    const message = `${mine}${other(1)}authentication-results: MX.example.org (x); spf=pass\n${HEAD}${other(2)}${mine}${mine}X: y\n${other(3)}\nhello\n`;
    const came = await through('judge', message);
    const fields = came.match(/^authentication-results: \S+/gim);
    expect(fields).toEqual(
      ['mx.example.org;', 'other1.example;', 'other2.example;', 'other3.example;'].map(
        (id) => `Authentication-Results: ${id}`,
      ),
    );
    expect(came).toMatch(/spf=fail smtp\.mailfrom=example\.com/);
  });
});

/** Mails that go through both: `MAILS=10000 npx vitest run test/interop/serve-postfix.test.ts -t 'many mails'` sends more. */
const MAILS = Number(process.env['MAILS'] ?? 60);

describe('many mails', () => {
  it('are signed and verified, each once and whole', async () => {
    let next = 0;
    const began = performance.now();
    const sending = async () => {
      while (next < MAILS) {
        const [n, to] = [next++, `many${++count}@example.net`];
        await sendMail(ports.relaxed, 'ada@example.com', to, `${HEAD}X-Number: ${n}\n\nhello ${n}\n`);
        const signed = await host.sink.messageFor(to);
        await sendMail(ports.judge, 'ada@example.com', `judged-${to}`, signed);
        const judged = await host.sink.messageFor(`judged-${to}`);
        expect(ourResult(judged)).toBe('pass');
        expect(judged.endsWith(`\r\n\r\nhello ${n}\r\n`)).toBe(true);
      }
    };
    await Promise.all(Array.from({ length: 10 }, sending));
    const all = host.sink.deliveries.flatMap(({ to }) => to).filter((to) => to.includes('many'));
    expect(all).toHaveLength(2 * MAILS);
    expect(new Set(all).size).toBe(2 * MAILS);
    if (MAILS > 100) console.log(`${MAILS} mails twice in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  }, 3_600_000);
});

const send = () => sendMail(ports.defers, 'ada@example.com', `bob${++count}@example.net`, `${HEAD}\nhello\n`);
const deferred = /^4\d\d /;

describe('a milter that fails', () => {
  it.each([
    ['is killed', () => signal('defers', 'KILL'), () => serve('defers', judging('defers'))],
    ['is stopped', () => signal('defers', 'STOP'), () => signal('defers', 'CONT')],
  ])('puts mail off while it %s, and takes it again', async (_, break_, repair) => {
    await send();
    await break_();
    await expect(send()).rejects.toThrow(deferred);
    await repair();
    await send();
    expect((await host.sink.messageFor(`bob${count}@example.net`)).split('\n')[0]).toMatch(
      /^Received|^Authentication-Results/,
    );
  });

  it('lets mail pass where milter_default_action says so', async () => {
    await signal('accepts', 'KILL');
    const came = await through('accepts', `${HEAD}\nhello\n`);
    expect(ourResult(came)).toBeUndefined();
    await serve('accepts', judging('accepts'));
    expect(ourResult(await through('accepts', `${HEAD}\nhello\n`))).toBe('none');
  });

  it('loses and doubles no mail, however often it is killed', async () => {
    const accepted: string[] = [];
    const killer = { isOver: false };
    const killing = (async () => {
      for (let i = 0; i < 6; i++) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await signal('defers', 'KILL');
        await serve('defers', judging('defers'));
      }
      killer.isOver = true;
    })();
    const sending = async () => {
      while (!killer.isOver) {
        const to = `kill${++count}@example.net`;
        const taken = await sendMail(ports.defers, 'ada@example.com', to, `${HEAD}X-To: ${to}\n\nhello ${to}\n`).then(
          () => true,
          (error: Error) => {
            expect(error.message).toMatch(/^4\d\d |went away/);
            return false;
          },
        );
        if (taken) accepted.push(to);
      }
    };
    await Promise.all([killing, ...Array.from({ length: 4 }, sending)]);
    expect(accepted.length).toBeGreaterThan(10);
    for (const to of accepted) {
      const came = await host.sink.messageFor(to);
      expect(came.endsWith(`\r\n\r\nhello ${to}\r\n`)).toBe(true);
      expect(ourResult(came)).toBe('none');
    }
    for (const to of accepted) expect(host.sink.deliveries.filter((one) => one.to.includes(to))).toHaveLength(1);
  }, 60_000);
});

/** dktool-remote before a stand-in for qmail-remote: what is sent, and that all else is as if it were not there. */
import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KeyCache } from '../../src/lib/keys/lookup.ts';
import { verifyMessage } from '../../src/lib/verify-message.ts';
import { QmailHome, type WrapperOptions } from '../support/qmail-standins.ts';
import { keyOwner, keyRecord, NOW, textResolver } from '../support/vectors.ts';

const MESSAGE = 'Received: by mx\nFrom: Ada <ada@example.com>\nSubject: hello\n\nhello\n  there \n\n';
const ACCEPTED = { status: 0, signal: null, report: 'r\0Kaccepted\n\0', stderr: '' };

/** A home with a key for example.com. @param dksign what control/dksign says besides the path */
function home(dksign = ''): QmailHome {
  const made = new QmailHome();
  made.control('dksign', `${made.key('example.com', 'rsa1024')}\n${dksign}`);
  return made;
}

/** The message that was sent, and the results of its signatures at whoever gets it. @param domain whose key it is */
async function send(
  from: QmailHome,
  input: string,
  { domain = 'example.com', ...options }: WrapperOptions & { readonly domain?: string } = {},
) {
  expect(await from.remote({ input, ...options })).toEqual(ACCEPTED);
  expect(from.leftovers).toEqual([]);
  const [delivery, ...more] = from.deliveries;
  expect(more).toEqual([]);
  const { message } = delivery!;
  const onTheWire = Buffer.from(message.replaceAll('\n', '\r\n'), 'latin1'); // what qmail-remote makes of it
  const { resolver } = textResolver({ [keyOwner('default', domain)]: keyRecord('rsa1024') });
  const verdict = await verifyMessage(onTheWire, { now: NOW, resolver, keys: new KeyCache() });
  return { delivery: delivery!, message, verdict, results: [verdict.dkim.result, verdict.domainkeys.result] };
}

/** The fields that were put on top of a message. */
function added(message: string, original: string): string {
  expect(message.endsWith(original)).toBe(true);
  return message.slice(0, message.length - original.length);
}

const octal = (text: string) => [...Buffer.from(text, 'latin1')].map((octet) => `\\0${octet.toString(8)}`).join('');

describe('dktool-remote signs', () => {
  it('DKIM on top of DomainKeys, both with the key of the domain, and changes nothing else', async () => {
    const { message, results, verdict } = await send(home(), MESSAGE);
    expect(results).toEqual(['pass', 'pass']);
    expect(added(message, MESSAGE)).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.com;\n\ts=default;[^]*\nDomainKey-Signature: a=rsa-sha1; q=dns; c=nofws;\n\ts=default; d=example\.com;\n\th=Received:From:Subject;\n\tb=[^]*;\n$/,
    );
    expect(verdict.dkim.signatures[0]).toMatchObject({ domain: 'example.com', selector: 'default' });
    expect(verdict.dkim.signatures[0]!.signedHeaders).toContain('domainkey-signature');
  });

  it('hands on the arguments and descriptors, a whole file without a name as the message', async () => {
    const args = [
      'mx.example.org',
      'ada-list=x@example.com',
      "o'brien$(id)`x`@example.org",
      ' two  words ',
      '',
      '%s\\n',
    ];
    const { delivery } = await send(home(), MESSAGE, { args, redirections: '6>/dev/null' });
    expect(delivery.args).toEqual(args);
    expect([...delivery.descriptors.keys()]).toEqual([0, 1, 2, 6]);
    expect(delivery.descriptors.get(0)).toMatch(/\/tmp\/dktool-\w+ \(deleted\)$/);
    expect(delivery.descriptors.get(6)).toBe('/dev/null');
  });

  it('hands on addresses that are no UTF-8', async () => {
    const args = ['mx.example.org', '', 'j\xf6rg@example.org', '\xff\n', "a'b%s\\0101"];
    const prelude = args.map((arg) => `a=$(printf %b '${octal(arg)}x'); set -- "$@" "\${a%x}"`).join('\n');
    const { delivery } = await send(home(), MESSAGE, { args: [], prelude });
    expect(delivery.args).toEqual(args);
    expect([...delivery.descriptors.keys()]).toEqual([0, 1, 2]);
  });

  it.each([
    ['CRLF', MESSAGE.replaceAll('\n', '\r\n')],
    ['mixed line ends', 'From: ada@example.com\r\nSubject: x\n\r\na\nb\r\r\nc\rd\r.\r\n\n'],
  ])('a message in %s in LF, as qmail-remote sends it', async (_, input) => {
    const { message, results } = await send(home(), input);
    expect(results).toEqual(['pass', 'pass']);
    added(message, input.replace(/\r+\n/g, '\n').replaceAll('\r', '\n'));
  });

  it('a message of 20 MB without keeping it in memory', async () => {
    const line = `${'0123456789'.repeat(7)}\r\n`;
    const input = `From: ada@example.com\r\nSubject: long\r\n\r\n${line.repeat((20 * 1024 * 1024) / line.length)}`;
    const { message, results } = await send(home(), input);
    expect(results).toEqual(['pass', 'pass']);
    added(message, input.replaceAll('\r\n', '\n'));
  });

  it.each([
    ['without a body', 'From: ada@example.com\n\n'],
    ['without even the empty line', 'From: ada@example.com\n'],
    ['without a last line end', 'From: ada@example.com\n\nhello'],
  ])('a message %s', async (_, input) => {
    const { message, results } = await send(home(), input);
    expect(results).toEqual(['pass', 'pass']);
    added(message, input);
  });

  it('a bounce, whose envelope sender is empty', async () => {
    const args = ['mx.example.org', '', 'b@example.org'];
    expect((await send(home(), MESSAGE, { args })).results).toEqual(['pass', 'pass']);
  });

  it('for a domain below the one that has a key', async () => {
    const { results, verdict } = await send(home(), 'From: a@news.sub.example.com\n\nx\n');
    expect(results).toEqual(['pass', 'pass']);
    expect(verdict.dkim.signatures[0]).toMatchObject({ domain: 'example.com' });
  });

  it('with the same key for all where there is no % in the path', async () => {
    const made = home();
    made.control('dksign', `${made.path('keys', 'example.com', 'default')} \r\n`);
    const options = { domain: 'example.net', env: { DKTOOL_SIGN_SENDER: 'any' } };
    const { results } = await send(made, 'From: a@example.net\n\nx\n', options);
    expect(results).toEqual(['pass', 'pass']);
  });

  it('by DKSIGN instead of control/dksign', async () => {
    const made = home();
    made.control('dksign', '/nowhere/default\n');
    const env = { DKSIGN: 'keys/%/default' }; // from the folder above control
    expect((await send(made, MESSAGE, { env })).results).toEqual(['pass', 'pass']);
  });

  it('with the name of the file behind a link as selector', async () => {
    const made = home();
    renameSync(made.path('keys/example.com/default'), made.path('keys/example.com/2026a'));
    symlinkSync('2026a', made.path('keys/example.com/default'));
    const { verdict } = await send(made, MESSAGE);
    expect(verdict.dkim.signatures[0]).toMatchObject({ domain: 'example.com', selector: '2026a' });
  });

  it('with Ed25519 alone where that is the key', async () => {
    const made = home();
    made.key('example.com', 'ed25519');
    const { message } = await send(made, MESSAGE);
    expect(added(message, MESSAGE)).toMatch(/^DKIM-Signature: v=1; a=ed25519-sha256;(?:(?!DomainKey-Signature:)[^])*$/);
  });
});

describe('dktool-remote makes no DomainKeys signature', () => {
  it.each([
    ['with domainkeys=0 in control/dksign', 'domainkeys=0\n', {}],
    ['with DKTOOL_DOMAINKEYS=0', '', { DKTOOL_DOMAINKEYS: '0' }],
  ])('%s', async (_, dksign, env) => {
    const { message, results } = await send(home(dksign), MESSAGE, { env });
    expect(results).toEqual(['pass', 'none']);
    expect(message).not.toContain('DomainKey-Signature:');
  });

  it.each([
    ['there is one already', 'DomainKey-Signature: a=rsa-sha1; b=x\n'],
    ['there are two Senders', 'Sender: a@example.com\nSender: b@example.com\n'],
    ['the Sender cannot be read', 'Sender: nobody\n'],
    ['the Sender has a domain without a key', 'Sender: a@example.net\n'],
    ['the Sender has a domain that is not a host name', 'Sender: a@../../etc\n'],
  ])('where %s, and DKIM goes its way', async (_, fields) => {
    const { message, verdict } = await send(home(), fields + MESSAGE);
    expect(verdict.dkim.result).toBe('pass');
    expect(added(message, fields + MESSAGE)).not.toContain('DomainKey-Signature:');
  });

  it('for the From domain where the Sender has another: each by its own key', async () => {
    const made = home();
    made.key('example.net', 'rsa1024');
    const input = 'From: a@example.com\nSender: b@example.net\n\nx\n';
    const { message } = await send(made, input, { env: { DKTOOL_SIGN_SENDER: 'any' } });
    expect(added(message, input)).toMatch(
      /^DKIM-Signature: [^]*d=example\.com;[^]*\nDomainKey-Signature: [^]*d=example\.net;/,
    );
  });

  it('but that one alone where only the Sender has a key', async () => {
    const input = 'From: a@example.net\nSender: b@example.com\n\nx\n';
    const { message, results } = await send(home(), input);
    expect(added(message, input)).toMatch(/^DomainKey-Signature: /);
    expect(results).toEqual(['none', 'pass']);
  });
});

const LONG = 'l'.repeat(300);

describe('dktool-remote sends the message as it is', () => {
  it('where there is no control/dksign, from the descriptor that it got', async () => {
    const made = new QmailHome();
    const { message, delivery } = await send(made, MESSAGE.replaceAll('\n', '\r\n'));
    expect(message).toBe(MESSAGE.replaceAll('\n', '\r\n'));
    expect(delivery.descriptors.get(0)).not.toContain('dktool-');
  });

  it.each([
    ['no key for its domain', 'From: a@example.net\r\n\r\nx\r\n'],
    ['a top-level domain', 'From: a@com\n\nx\n'],
    ['a domain out of the folder', 'From: a@../../etc\n\nx\n'],
    ['a domain of dots', 'From: a@..\n\nx\n'],
    ['a domain with a slash', 'From: <a@example.com/../x>\n\nx\n'],
    ['a label of 300 octets', `From: a@${LONG}.example.com\n\nx\n`],
    ['an address literal', 'From: a@[192.0.2.1]\n\nx\n'],
    ['a domain with octets above ASCII', 'From: a@\xff\xfe.example.com\n\nx\n'],
    ['no From', 'Subject: x\r\n\r\nx\r\n'],
    ['two From', `From: b@example.com\n${MESSAGE}`],
    ['a From that is not readable', 'From: ((((\n\nx\n'],
    ['a NUL in its header', 'From: a@example.com\nSub\0ject: x\n\nx\n'],
    ['a line that is not a header field', 'From: a@example.com\nwhat is this\nSubject: x\n\nx\n'],
    ['no header', '\nFrom: a@example.com\n\nx\n'],
  ])('that has %s', async (_, input) => {
    expect((await send(home(), input)).message).toBe(input);
  });

  it('that is empty', async () => {
    const made = home();
    expect(await made.remote({ input: '' })).toEqual(ACCEPTED);
    expect(made.deliveries.map(({ message }) => message)).toEqual(['']);
  });

  it('that has a header of 9 MB', async () => {
    const input = `From: a@example.com\nX: ${'x'.repeat(9 * 1024 * 1024)}\n\nx\n`;
    expect((await send(home(), input)).message === input).toBe(true);
  });
});

describe('dktool-remote signs for the domain of the envelope sender:', () => {
  it.each([
    ['', 'pass'],
    ['#@[]', 'pass'],
    ['ada@example.com', 'pass'],
    ['list-b=example.org@lists.Example.COM', 'pass'],
    ['mallory@example.net', 'none'],
    ['mallory@notexample.com', 'none'],
    ['example.com', 'none'],
    ['@', 'none'],
    ['a@\xff', 'none'],
  ])('takes the envelope sender %j: %s', async (sender, result) => {
    const args = ['mx.example.org', sender, 'b@example.org'];
    for (const [setting, expected] of [
      ['', result],
      ['match', result],
      ['any', 'pass'],
    ]) {
      const { results } = await send(home(), MESSAGE, { args, env: { DKTOOL_SIGN_SENDER: setting! } });
      expect(results).toEqual([expected, expected]);
    }
  });

  it('knows the author below the sender too', async () => {
    const options = { env: { DKTOOL_SIGN_SENDER: 'match' } };
    expect((await send(home(), 'From: a@sub.example.com\n\nx\n', options)).results).toEqual(['pass', 'pass']);
  });
});

const logOf = async (input: string, options: WrapperOptions = {}) => {
  const made = home();
  await send(made, input, options);
  return made.log;
};

describe('the log has a line for each mail', () => {
  it('that is signed', async () => {
    expect(await logOf(MESSAGE)).toMatch(
      /^\d{4}-\S+Z dktool-remote: signed dkim=example\.com\/default domainkeys=example\.com\/default; from <a@example\.com> to <b@example\.org>\n$/,
    );
  });

  it.each([
    ['From: a@example.net\n\nx\n', 'any', 'there is no key for example.net at /.*/keys/%/default'],
    ['From: a@example.net\n\nx\n', 'match', 'its author is at example.net, but its envelope sender is not'],
    ['To: a@example.com\n\nx\n', 'match', 'the message has no From field'],
    [
      'From: a@example.com\nFrom: b@example.com\n\nx\n',
      'match',
      'the message has 2 From fields; there must be exactly one',
    ],
  ])('that is not, and why: %j', async (input, setting, reason) => {
    const line = await logOf(input, { env: { DKTOOL_SIGN_SENDER: setting } });
    expect(line).toMatch(
      new RegExp(`dktool-remote: unsigned: ${reason}.*; from <a@example.com> to <b@example.org>\n$`),
    );
  });

  it('and no fault of it stops mail', async () => {
    expect(await logOf(MESSAGE, { env: { DKTOOL_LOG: '/nowhere/log' } })).toBe('');
  });
});

describe('a key that is there', () => {
  it('is used while one nearer to the domain has none', async () => {
    const made = home();
    mkdirSync(made.path('keys', 'sub.example.com')); // a folder without a key
    expect((await send(made, 'From: a@sub.example.com\n\nx\n')).results).toEqual(['pass', 'pass']);
  });

  it('counts where the folder of keys is gone: nothing is signed, as with the patch', async () => {
    const made = home();
    unlinkSync(made.path('keys/example.com/default'));
    expect((await send(made, MESSAGE)).message).toBe(MESSAGE);
  });
});

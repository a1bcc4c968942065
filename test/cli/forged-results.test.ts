/** `verify --auth-results` on messages with forged results. */
import { describe, expect, it } from 'vitest';
import { runInMemory } from '../support/context.ts';
import { FORGERIES, OF_OTHERS, OWN_ID } from '../support/forged-results.ts';

const REST = 'From: joe@example.com\r\nSubject: x\r\n\r\nhi\r\n';
const FIELD = `Authentication-Results: ${OWN_ID};\r\n\tdkim=none;\r\n\tdomainkeys=none\r\n`;

/** The field for a message that came with these lines: a lone field of an ARC set breaks the chain. */
function fieldFor(lines: string): string {
  if (!/^ARC-/m.test(lines)) return FIELD;
  const chain = /^ARC-[^:]*:[^=]*i[^=]*= ?1/m.test(lines)
    ? 'fail (i=1) reason=set-incomplete'
    : 'fail reason=instance-invalid';
  return FIELD.replace(/\r\n$/, `;\r\n\tarc=${chain}\r\n`);
}

/** What comes out, and what is said. */
async function filtered(input: string): Promise<readonly [output: string, stderr: string]> {
  const args = ['verify', '--key-record', 'x._domainkey.none.example=v=DKIM1; p=', '--auth-results', OWN_ID];
  const { output, stderr, status } = await runInMemory(args, input);
  expect(status).toBe(0);
  return [output, stderr];
}

const withLineFeeds = (text: string) => text.replaceAll('\r\n', '\n');

describe('verify --auth-results takes out', () => {
  it('sixty forgeries and more', () => expect(FORGERIES.length).toBeGreaterThan(60));

  it.each(FORGERIES)('$name', async ({ header, left }) => {
    const input = `X: y\r\n${header}\r\n${REST}`;
    const output = `${fieldFor(header)}X: y\r\n${left === undefined ? '' : `${left}\r\n`}${REST}`;
    expect((await filtered(input))[0]).toBe(output);
    expect((await filtered(withLineFeeds(input)))[0]).toBe(withLineFeeds(output));
  });

  it('all of them at once, below an mbox line', async () => {
    const lines = FORGERIES.map(({ header }) => `${header}\r\n`).join('');
    const left = FORGERIES.map((one) => (one.left === undefined ? '' : `${one.left}\r\n`)).join('');
    const mbox = 'From joe Thu Jan  1 00:00:00 1970\r\n';
    const [output] = await filtered(`${mbox}X: y\r\n${lines}${REST}`);
    expect(output).toBe(`${mbox}${fieldFor(lines)}X: y\r\n${left}${REST}`);
  });
});

describe('verify --auth-results leaves', () => {
  it.each(OF_OTHERS)('%j', async (header) => {
    const input = `${header}\r\n${REST}`;
    expect(await filtered(input)).toEqual([fieldFor(header) + input, '']);
  });

  it('the body alone', async () => {
    const input = `${REST}Authentication-Results: ${OWN_ID}; dkim=pass\r\nX: a\rb\u0000 =?utf-8?q?=0A?=\r\n`;
    expect(await filtered(input)).toEqual([FIELD + input, '']);
  });
});

describe('the empty line between header and body', () => {
  const body = `Authentication-Results: ${OWN_ID}; dkim=pass\n\nhi\n`;

  it('gets the line end of the message, or SpamAssassin would read on', async () => {
    const [output] = await filtered(`From: a@example.com\n\r\n${body}`);
    expect(output).toBe(`${withLineFeeds(FIELD)}From: a@example.com\n\n${body}`);
    const [other] = await filtered(`From: a@example.com\r\n\n${body}`);
    expect(other).toBe(`${FIELD}From: a@example.com\r\n\r\n${body}`);
  });

  it('may be all that there is', async () => {
    expect((await filtered(`\r\n${body}`))[0]).toBe(`${FIELD}\r\n${body}`);
    expect((await filtered(`From joe Thu Jan  1 00:00:00 1970\n\r\n${body}`))[0]).toBe(
      `From joe Thu Jan  1 00:00:00 1970\n${withLineFeeds(FIELD)}\n${body}`,
    );
  });
});

describe('octets that may not be there', () => {
  it('are made harmless, and it is said', async () => {
    const [output, stderr] = await filtered(`X: a\rb\u0000c\r\nNo\u0000Field: x\r\nY: =?utf-8?q?=0A?=\r\r\n${REST}`);
    expect(output).toBe(`${FIELD}X: a b c\r\nNo?Field: x\r\nY: =?utf-8?q?=20?= \r\n${REST}`);
    expect(stderr).toBe(
      'dktool: the header block had 2 bare CRs and 2 NULs and 1 encoded line end, which can hide a forged field: ' +
        'replaced with spaces or question marks\n',
    );
  });

  it('never become a field or a fold', async () => {
    const [output] = await filtered(`X: a\r\n\rFrom: x\r\n\u0000 y\r\nFrom\u0000: z\r\n${REST}`);
    expect(output).toBe(`${FIELD}X: a\r\n?From: x\r\n? y\r\nFrom?: z\r\n${REST}`);
  });

  it('are not spoken of with -q, or where only the field is printed', async () => {
    const args = ['verify', '--key-record', 'x._domainkey.none.example=v=DKIM1; p=', '--auth-results', OWN_ID];
    for (const option of ['-q', '--auth-results-only']) {
      expect((await runInMemory([...args, option], `X: a\rb\r\n${REST}`)).stderr).toBe('');
    }
  });
});

describe('our own name', () => {
  it('may be given in U-labels', async () => {
    const args = [
      'verify',
      '--key-record',
      'x._domainkey.none.example=v=DKIM1; p=',
      '--auth-results',
      'mx.b\u00fccher.example',
    ];
    const { output } = await runInMemory(args, `Authentication-Results: ${OWN_ID}; dkim=pass\r\n${REST}`);
    expect(output).toBe(FIELD + REST);
  });

  it.each([
    ['mx', ' mx; a=b', ' mx-1; a=b'],
    ['a+b', ' a+b; a=b', ' a-b; a=b'],
    ['xn--a.xn--bcher-kva', ' xn--a.b\u00c3\u00bccher; a=b', ' a.b\u00c3\u00bccher; a=b'],
    ['1.example', ' 1.example; a=b', ' 11.example; a=b'],
    ['a_b', ' a_b; a=b', ' ab; a=b'],
  ])('may be %s', async (id, ours, other) => {
    const args = ['verify', '--key-record', 'x._domainkey.none.example=v=DKIM1; p=', '--auth-results', id];
    const { output } = await runInMemory(args, `Authentication-Results:${ours}\nAuthentication-Results:${other}\n\n`);
    expect(output.split('\n').slice(3)).toEqual([`Authentication-Results:${other}`, '', '']);
  });
});

import { describe, expect, it } from 'vitest';
import { formatReceivedSpf, parseReceivedSpf, receivedSpfOf } from '../../../src/lib/spf/received-spf.ts';
import { checkSpf, type TestSession, type TestZone } from '../../support/spf.ts';

const fieldOf = async (zone: TestZone, session: TestSession = {}, receiver?: string) =>
  formatReceivedSpf(receivedSpfOf(await checkSpf(zone, session), receiver));

describe('the field that is written', () => {
  it('has the form of RFC 7208 section 9.1', async () => {
    expect(await fieldOf({ 'example.com': 'v=spf1 ip4:192.0.2.0/24 -all' }, {}, 'mx.example.net')).toBe(
      'Received-SPF: pass (mx.example.net: domain of user@example.com designates\n' +
        ' 192.0.2.1 as permitted sender) client-ip=192.0.2.1;\n' +
        ' envelope-from="user@example.com"; helo=mail.example.org;\n' +
        ' receiver=mx.example.net; identity=mailfrom; mechanism="ip4:192.0.2.0/24"\n',
    );
  });

  it('quotes IPv6 addresses, names the HELO identity, and says "default" where nothing matched', async () => {
    const field = await fieldOf({ 'mail.example.org': 'v=spf1' }, { ip: '2001:db8::1', sender: '' });
    const unfolded = field.replace(/\n /g, ' ');
    expect(unfolded).toContain('client-ip="2001:db8::1"; helo=mail.example.org; identity=helo; mechanism=default');
    expect(field).not.toContain('envelope-from');
  });

  it('tells the problem of an error', async () => {
    expect(await fieldOf({ 'example.com': 'v=spf1 foo' })).toMatch(/problem="the record of example.com has an error/);
  });

  it('is read by SpamAssassin as the same result and identity', async () => {
    const unfolded = (await fieldOf({ 'example.com': 'v=spf1 ~all' })).replace(/\n[ \t]/g, ' ');
    const spamAssassin =
      /^received-spf:\s*(pass|neutral|(?:soft)?fail|(?:temp|perm)error|none)\b.*\bidentity=(\S+?)\b/i;
    expect(spamAssassin.exec(unfolded)?.slice(1)).toEqual(['softfail', 'mailfrom']);
  });

  it('lets nothing break out of it that was read from another field', () => {
    const read = parseReceivedSpf(' pass (a\u0000b\nBcc: x) \u001bk="v\r\nBcc: y\u00ff"; l=\u0000');
    expect(formatReceivedSpf(read!)).toBe('Received-SPF: pass (a?b?Bcc: x) ?k="v??Bcc: y?"; l="?"\n');
  });

  it('lets nothing of the sender break out of it', async () => {
    const evil = {
      helo: 'x") (y\r\nBcc: z@example.org\r\n\u0000',
      sender: `"a\\"; identity=helo;\n${'x'.repeat(5000)}"@example.com`,
    };
    const field = await fieldOf({ 'example.com': 'v=spf1 -all' }, evil);
    expect(
      field
        .split('\n')
        .slice(1, -1)
        .every((line) => line.startsWith(' ')),
    ).toBe(true);
    expect(Math.max(...field.split('\n').map((line) => line.length))).toBeLessThan(998);
    expect(field).toMatch(/^[\u0020-\u007e\n]*$/);
    const pairs = new Map(parseReceivedSpf(field.slice('Received-SPF:'.length))!.pairs);
    expect(pairs.get('identity')).toBe('mailfrom');
    expect(pairs.get('helo')).toBe('x") (y??Bcc: z@example.org???');
  });
});

describe('fields of others', () => {
  it.each([
    [
      ' Pass (test) client-ip=70.98.79.77; envelope-from="evelyn@subjectsthum.com"; helo=mail.subjectsthum.com; receiver=mail.bmsi.com; mechanism=a; identity=mailfrom',
      'pass',
      { 'client-ip': '70.98.79.77', 'envelope-from': 'evelyn@subjectsthum.com', mechanism: 'a' },
    ],
    [
      ' softfail (mx: domain of transitioning a@b.example does not\r\n designate 1.2.3.4 (sic)) receiver=mx; client-ip=1.2.3.4; envelope-from=a@b.example;',
      'softfail',
      { receiver: 'mx', 'client-ip': '1.2.3.4', 'envelope-from': 'a@b.example' },
    ],
    [' none', 'none', {}],
    [' fail client-ip = 2001:db8::1 ; ;; junk ; x', 'fail', { 'client-ip': '2001:db8::1' }],
  ])('%s', (value, result, pairs) => {
    const parsed = parseReceivedSpf(value)!;
    expect(parsed.result).toBe(result);
    expect(Object.fromEntries(parsed.pairs)).toMatchObject(pairs);
  });

  it.each(['', ' unknown (x)', ' passed', ' (pass)'])('%j is none of ours to read', (value) => {
    expect(parseReceivedSpf(value)).toBeUndefined();
  });
});

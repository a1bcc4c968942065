import { describe, expect, it } from 'vitest';
import { parseReceived } from '../../../src/lib/header/received.ts';
import { formatIpAddress } from '../../../src/lib/syntax/ip-address.ts';

function read(value: string) {
  const { ip, helo, clientName, sender, authenticated, isFromClient } = parseReceived(value);
  return { ip: ip && formatIpAddress(ip), helo, clientName, sender, authenticated, isFromClient };
}

const CLIENT = { sender: undefined, authenticated: false, isFromClient: true };

const padded = (blanks: number) => `from mail.example.com${' '.repeat(blanks)}(192.0.2.1) by mx.example.net`;

describe('a Received field', () => {
  it('is over with its date', () => {
    const value = 'from mail.example.com ([192.0.2.1]) by mx.example.net; 1 Jan 2020 (envelope-from <eve@example.org>)';
    expect(read(value)).toMatchObject({ ip: '192.0.2.1', sender: undefined });
    expect(read(value.replace('; 1 Jan 2020', ''))).toMatchObject({ sender: 'eve@example.org' });
  });

  it('is read up to 16,384 octets', () => {
    expect(read(padded(16_300)).ip).toBe('192.0.2.1');
    expect(read(padded(16_384)).ip).toBeUndefined();
  });

  it('has the address of its client last: what stands before it may be the words of the client', () => {
    expect(read('from mail.example.com (198.51.100.66) (192.0.2.1) by mx.example.net').ip).toBe('192.0.2.1');
  });
});

describe('the forms of mail servers', () => {
  it.each([
    [
      'qmail',
      ' from unknown (HELO mail.example.com) (192.0.2.1)\n  by mx.example.net with SMTP; 1 Jan 2020 00:00:00 -0000',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: undefined },
    ],
    [
      'qmail, HELO being the name of the client',
      'from mail.example.com (192.0.2.1) by mx.example.net with SMTP; 1 Jan 2020 00:00:00 -0000',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: 'mail.example.com' },
    ],
    [
      'qmail with ident',
      'from mail.example.com (HELO x.example) (root@192.0.2.1) by mx.example.net with SMTP',
      { ip: '192.0.2.1', helo: 'x.example', clientName: 'mail.example.com' },
    ],
    [
      'Postfix',
      'from mail.example.com (ptr.example.org [192.0.2.1])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))\n\t(No client certificate requested)\n\tby mx.example.net (Postfix) with ESMTPS id 4ABC for <u@example.net>; Wed, 1 Jan 2020 00:00:00 +0000 (UTC)',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: 'ptr.example.org' },
    ],
    [
      'Postfix, IPv6 without a name',
      'from [10.0.0.1] (unknown [IPv6:2001:db8::25]) by mx.example.net (Postfix) with ESMTP id 4ABC',
      { ip: '2001:db8::25', helo: '[10.0.0.1]', clientName: undefined },
    ],
    [
      'Exim',
      'from ptr.example.org ([192.0.2.1] helo=mail.example.com) by mx.example.net with esmtps (Exim 4.96) (envelope-from <a@example.com>) id 1abc',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: 'ptr.example.org', sender: 'a@example.com' },
    ],
    [
      'Exim without a name',
      'from [192.0.2.1] (port=4242 helo=mail.example.com) by mx.example.net with esmtp (Exim 4.96) (envelope-from <>) id 1abc',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: undefined, sender: '' },
    ],
    [
      'Exim, HELO being the name of the client',
      'from mail.example.com ([192.0.2.1]:35001) by mx.example.net with esmtp (Exim 4.96) id 1abc',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: undefined },
    ],
    [
      'Sendmail',
      'from mail.example.com (IDENT:root@ptr.example.org [192.0.2.1] (may be forged))\n by mx.example.net (8.17.1/8.17.1) with ESMTP id 01 for <u@example.net>; Wed, 1 Jan 2020',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: 'ptr.example.org' },
    ],
    [
      'Exchange',
      'from MAIL.example.com (192.0.2.1) by MX.example.net (198.51.100.1) with Microsoft SMTP Server (version=TLS1_2, cipher=x) id 15.1.2507.6; Wed, 1 Jan 2020',
      { ip: '192.0.2.1', helo: 'MAIL.example.com', clientName: 'MAIL.example.com' },
    ],
    [
      'Exchange Online',
      'from DB.example.com (2603:10a6:10:1::1) by AM.example.com (2603:10a6:20b::2) with Microsoft SMTP Server id 15.20',
      { ip: '2603:10a6:10:1::1', helo: 'DB.example.com', clientName: 'DB.example.com' },
    ],
    [
      'Google',
      'from mail.example.com (ptr.example.org. [192.0.2.1]) by mx.google.com with ESMTPS id x1 for <u@example.net>',
      { ip: '192.0.2.1', helo: 'mail.example.com', clientName: 'ptr.example.org' },
    ],
  ])('%s', (_, value, expected) => {
    expect(read(value)).toEqual({ ...CLIENT, ...expected });
  });

  it('sees a login: of qmail by its protocol word, of Postfix by its comment', () => {
    const phone = read(
      'from unknown (HELO ?10.95.245.230?) (alice@example.com@49.98.162.242)\n  by mx with ESMTPA; 1 Jan',
    );
    expect(phone).toMatchObject({ ip: '49.98.162.242', helo: '?10.95.245.230?', authenticated: true });
    const postfix = read('from x.example (p [192.0.2.1]) (Authenticated sender: u) by mx (Postfix) with ESMTPSA id 1');
    expect(postfix.authenticated).toBe(true);
    expect(read('from x.example (p [192.0.2.1]) by mx with ESMTPS id 1').authenticated).toBe(false);
  });

  it.each(['(qmail 1234 invoked by uid 89); 1 Jan 2020', 'by mx.example.net (Postfix, from userid 0) id 4A', ''])(
    'knows a hand-over inside the host: %s',
    (value) => expect(read(value).isFromClient).toBe(false),
  );
});

describe('words of the client', () => {
  it('are not taken for its address', () => {
    expect(read('from x (HELO a@8.8.8.8) (192.0.2.1) by mx').ip).toBe('192.0.2.1');
    expect(read('from x (HELO 8.8.8.8) (192.0.2.1) by mx').ip).toBe('192.0.2.1');
    expect(read('from 8.8.8.8 (ptr.example [192.0.2.1]) (Client CN "[8.8.8.8]") by mx').ip).toBe('192.0.2.1');
  });

  it('leave no address where there is none', () => {
    expect(read('from mail.example.com (no address) by mx').ip).toBeUndefined();
    expect(read('from mail.example.com (010.0.0.1) by mx').ip).toBeUndefined();
  });

  it('are read in linear time', () => {
    expect(read(`from ${'('.repeat(1_000_000)}`).ip).toBeUndefined();
    expect(read(`from a ${'(x) '.repeat(300_000)} by b`).isFromClient).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';
import { type HopChoice, sessionOf } from '../../../src/lib/spf/message-session.ts';
import { parseIpNetwork } from '../../../src/lib/syntax/ip-network.ts';

const read = (lines: readonly string[], choice: HopChoice = {}) =>
  sessionOf(new HeaderBlock(Buffer.from(`${lines.join('\n')}\n`, 'latin1')), choice);
const parts = (lines: readonly string[], choice: HopChoice = {}) => {
  const { ip, helo, sender } = read(lines, choice);
  return [ip?.value, helo?.value, sender?.value];
};

const LOCAL = 'Received: (qmail 12 invoked by uid 89); 1 Jan 2020 00:00:00 -0000';
const RELAY = 'Received: from relay.example.net (relay.example.net [198.51.100.7]) by mx with ESMTP id 1';
const PRIVATE = 'Received: from mx1 (mx1.lan [10.0.0.7]) by store with LMTP id 2';
const OUTSIDE = 'Received: from mail.example.com (ptr [192.0.2.1]) by relay.example.net with ESMTP id 3';
const PATH = 'Return-Path: <user@example.com>';

describe('the hop that is taken', () => {
  it('is the first whose client is neither private nor trusted', () => {
    expect(parts([PATH, LOCAL, PRIVATE, RELAY, OUTSIDE])).toEqual([
      '198.51.100.7',
      'relay.example.net',
      'user@example.com',
    ]);
    const trusted = [parseIpNetwork('198.51.100.0/24')!];
    const session = read([PATH, LOCAL, PRIVATE, RELAY, OUTSIDE], { trusted });
    expect([session.ip, session.line]).toEqual([{ value: '192.0.2.1', source: 'Received 4' }, OUTSIDE]);
  });

  it('is the one that is named, a private one too', () => {
    expect(parts([PATH, LOCAL, PRIVATE, RELAY], { hop: 2 })[0]).toBe('10.0.0.7');
  });

  it('is none below a field that cannot be read, since anybody may have written what stands there', () => {
    const odd = 'Received: from somewhere (who knows) by mx';
    expect(read([PATH, odd, OUTSIDE]).problem).toBe('the client address in Received field 1 cannot be read');
    expect(parts([PATH, odd, OUTSIDE], { hop: 2 })[0]).toBe('192.0.2.1');
  });

  it.each([
    [[PATH], {}, 'the message has no Received field'],
    [[PATH, PRIVATE], {}, 'every client in the Received fields is private, local or trusted'],
    [[PATH, OUTSIDE], { hop: 2 }, 'there is no Received field 2: the message has 1'],
    [[PATH, LOCAL], { hop: 1 }, 'Received field 1 has no client address'],
  ])('is none in %j with %j', (lines, choice, problem) => {
    expect(read(lines, choice)).toMatchObject({ ip: undefined, problem });
  });
});

describe('the sender', () => {
  it('is that of Return-Path, which may be null', () => {
    expect(parts(['Return-Path: <>', OUTSIDE])[2]).toBe('');
  });

  it('comes from the Received field where there is no Return-Path', () => {
    const exim = 'Received: from p ([192.0.2.1] helo=h.example) by mx with esmtp (envelope-from <a@example.com>) id 1';
    expect(parts([exim])).toEqual(['192.0.2.1', 'h.example', 'a@example.com']);
    expect(parts([OUTSIDE])[2]).toBeUndefined();
  });
});

describe('a Received-SPF field', () => {
  const spf = 'Received-SPF: none (x) client-ip=192.0.2.9; envelope-from="s@example.org"; helo=h.example.org';

  it('stands in for Received fields that say nothing, when it is above them', () => {
    const session = read([spf, PRIVATE]);
    expect([session.ip, session.helo, session.sender]).toEqual([
      { value: '192.0.2.9', source: 'Received-SPF' },
      { value: 'h.example.org', source: 'Received-SPF' },
      { value: 's@example.org', source: 'Received-SPF' },
    ]);
  });

  it('gives the sender where Return-Path is missing', () => {
    expect(parts([spf, OUTSIDE])).toEqual(['192.0.2.1', 'mail.example.com', 's@example.org']);
  });

  it('came with the message, when it is below, and proves nothing', () => {
    expect(parts([OUTSIDE, spf])[2]).toBeUndefined();
    expect(parts([PRIVATE, spf])[0]).toBeUndefined();
  });
});

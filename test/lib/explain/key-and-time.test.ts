/** Signatures that do not pass for their key or their time; and what is proven of the body all the same. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FOOTER } from '../../support/damages.ts';
import { explained, records } from '../../support/explained.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { keyOwner, keyRecord, NOW } from '../../support/vectors.ts';

const OWNER = keyOwner('rsa2048');
const withRecord = (text: string) => ({ texts: { ...records, [OWNER]: text } });

async function first(message: string, options: Parameters<typeof explained>[1] = {}) {
  const [explanation] = await explained(message, options);
  if (explanation === undefined) throw new Error('there is no explanation');
  return explanation;
}

describe('the key', () => {
  it('that is another one is not mixed up with a signature that was damaged', async () => {
    const message = signByHand(PLAIN);
    const other = keyRecord('rsa2048').replace(
      /p=.*/,
      `p=${generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`,
    );
    expect(await first(message, withRecord(other))).toMatchObject({
      part: 'key',
      proof: 'none',
      changes: [{ kind: 'wrong-key' }],
    });
    expect(await first(message, withRecord(keyRecord('rsa1024')))).toMatchObject({
      part: 'key',
      changes: [{ kind: 'wrong-key' }],
    });
    const cut = message.replace(/(b=[A-Za-z0-9+/]{80})[A-Za-z0-9+/=]*/, (_, start: string) => start);
    expect(await first(cut)).toMatchObject({ part: 'key', changes: [{ kind: 'signature-damaged' }] });
  });

  it.each([
    [
      'is cut',
      (text: string) => text.slice(0, 200),
      'key-record-damaged',
      /truncated: the key in p= has \d+ octets but declares 294/,
    ],
    ['was quoted twice', (text: string) => text.replace('p=', 'p=\\"'), 'key-record-damaged', /quoted twice/],
    ['is revoked', (text: string) => text.replace(/p=.*/, 'p='), 'key-missing', /revoked/],
    ['is not for mail', (text: string) => text.replace('p=', 's=tlsrpt; p='), 'key-refused', /not for email/],
  ])('whose record %s is said to be', async (_, damage, kind, to) => {
    const explanation = await first(signByHand(PLAIN), withRecord(damage(keyRecord('rsa2048'))));
    expect(explanation).toMatchObject({ part: 'key', proof: 'none', changes: [{ kind }] });
    expect(explanation.changes[0]!.to).toMatch(to);
  });

  it('that is not to be had does not keep the body from being explained', async () => {
    const { [OWNER]: _, ...texts } = records;
    const explanation = await first(`${signByHand(PLAIN)}${FOOTER.replaceAll('\n', '\r\n')}`, {
      texts: { ...texts, [OWNER]: 'v=DKIM1; p=' },
    });
    expect(explanation).toMatchObject({
      part: 'body',
      proof: 'body-hash',
      changes: [{ kind: 'lines-appended', count: 4, at: 'end' }, { kind: 'key-missing' }],
      undo: { b: [{ c: [1, 1] }] },
    });
  });
});

describe('the time', () => {
  it('that is over, or has not come, is the part', async () => {
    const expired = await first(signByHand(PLAIN, { tags: { x: String(NOW + 10) } }), { now: NOW + 100 });
    expect(expired).toMatchObject({ part: 'time', proof: 'none', changes: [{ kind: 'signature-expired' }] });
    expect(expired.remedy.receiver).toContain('as of the time it arrived');
  });

  it('that is over does not keep the body from being explained', async () => {
    const message = `${signByHand(PLAIN, { tags: { x: String(NOW + 10) } })}Buy this.\r\n`;
    const explanation = await first(message, { now: NOW + 100 });
    expect(explanation).toMatchObject({ part: 'body', proof: 'body-hash' });
    expect(explanation.changes.map(({ kind }) => kind)).toEqual(['lines-appended', 'signature-expired']);
  });
});

describe('an explanation', () => {
  it('is given of no signature that passes', async () => {
    expect(await explained(signByHand(PLAIN))).toEqual([undefined]);
  });

  it('of a change that nobody knows is a guess, and says so', async () => {
    const explanation = await first(signByHand(PLAIN).replace('hungry', 'thirsty').replace('Lunch', 'Dinner'));
    expect(explanation).toMatchObject({
      part: 'body+header',
      proof: 'none',
      changes: [
        { kind: 'body-changed', isGuess: true },
        { kind: 'header-changed', isGuess: true },
      ],
      undo: undefined,
      restoration: undefined,
    });
  });

  it('names what filters a list says to have, as a guess', async () => {
    const message = signByHand(PLAIN)
      .replace('\r\n\r\n', '\r\nX-Content-Filtered-By: Mailman/MimeDel 2.1.29\r\n\r\n')
      .replace('hungry', 'thirsty');
    const explanation = await first(message);
    expect(explanation.changes[0]).toEqual({ kind: 'parts-removed', by: 'Mailman/MimeDel 2.1.29', isGuess: true });
  });

  it('uses the copies of z=, and names who did it', async () => {
    const message = signByHand(`List-Id: Friends <friends.example.org>\r\nX-Mailman-Version: 2.1.39\r\n${PLAIN}`, {
      tags: { z: 'Subject:Lunch|From:Ann=20<ann@example.com>' },
    }).replace('Subject: Lunch', 'Subject: Something else');
    const explanation = await first(message);
    expect(explanation).toMatchObject({
      part: 'header',
      proof: 'signature',
      undo: { h: { subject: [{ d: ['Lunch'] }] } },
    });
    expect(explanation.changes[0]).toMatchObject({ kind: 'field-changed', by: 'Mailman 2.1.39' });
  });

  it('says that relaxed would have survived', async () => {
    const message = signByHand(PLAIN.replace('Are you hungry', 'Are you\t hungry'), {
      tags: { c: 'simple/simple' },
    }).replace('\t hungry', ' hungry');
    const spaced = signByHand(`${PLAIN}-- \r\nAnn\r\n`, { tags: { c: 'simple/simple' } }).replace('-- \r\n', '--\r\n');
    expect(await first(message)).toMatchObject({ proof: 'none', survives: undefined });
    expect(await first(spaced)).toMatchObject({ proof: 'body-hash', survives: 'relaxed/relaxed' });
  });

  it('has the trail: tags, key, fields with their instances, hashes', async () => {
    const { trail } = await first(
      signByHand(`To: carl@example.net\r\n${PLAIN}`, { tags: { h: 'From:To:To:To:Subject' } }).replace(
        'Lunch',
        'Dinner',
      ),
    );
    expect(trail.key).toMatchObject({ name: OWNER, status: 'found', bits: 2048 });
    expect(trail.fields).toEqual([
      { name: 'from', instance: 1, count: 1 },
      { name: 'to', instance: 1, count: 2 },
      { name: 'to', instance: 2, count: 2 },
      { name: 'to', instance: 0, count: 2 },
      { name: 'subject', instance: 1, count: 1 },
    ]);
    expect(trail.bodyHash.expected).toBe(trail.bodyHash.got);
    expect(trail.headerHash.expected).not.toBe(trail.headerHash.got);
    expect(trail.headerHash.expected).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });
});

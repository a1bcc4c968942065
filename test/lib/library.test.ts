/** The library as a program uses it. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createVerifier, DktoolError, readPrivateKey, sign, verify } from '../../src/lib/index.ts';
import { latin1 } from '../support/chunks.ts';
import { PLAIN } from '../support/hand-signer.ts';
import { keyOwner, keyPath, keyRecord, NOW, textResolver } from '../support/vectors.ts';

const records = { [keyOwner('rsa2048')]: keyRecord('rsa2048'), [keyOwner('ed25519')]: keyRecord('ed25519') };
const { resolver } = textResolver(records);
const pem = readFileSync(keyPath('rsa2048'), 'utf8');
const thrown = async (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);

describe('sign', () => {
  it('returns the whole message, new fields on top, and verify passes it', async () => {
    const signed = await sign(PLAIN, { key: pem, selector: 'rsa2048' });
    expect(signed.toString('latin1').endsWith(PLAIN)).toBe(true);
    const { result, dkim } = await verify(signed, { resolver });
    expect(result).toBe('pass');
    expect(dkim.signatures).toMatchObject([{ domain: 'example.com', selector: 'rsa2048', alignment: 'exact' }]);
  });

  it.each([
    ['text', pem],
    ['bytes', latin1(pem)],
    ['a key that was read', readPrivateKey(latin1(pem))],
  ])('takes the key as %s', async (_, key) => {
    const signed = await sign(PLAIN, { key: await key, selector: 'rsa2048', timestamp: NOW });
    expect(signed.toString('latin1')).toContain(`t=${NOW};`);
    expect((await verify(signed, { resolver })).result).toBe('pass');
  });

  it('makes several signatures in their order', async () => {
    const signers = (['ed25519', 'rsa2048'] as const).map((name) => ({
      key: readFileSync(keyPath(name)),
      selector: name,
    }));
    const signed = await sign(PLAIN, { signers, canonicalization: 'relaxed/simple', lifetime: 60 });
    const { dkim } = await verify(signed, { resolver });
    expect(
      dkim.signatures.map(({ selector, result, canonicalization }) => [selector, result, canonicalization]),
    ).toEqual([
      ['ed25519', 'pass', 'relaxed/simple'],
      ['rsa2048', 'pass', 'relaxed/simple'],
    ]);
  });

  it('leaves every octet of the message as it came, in pieces or whole, below an mbox line', async () => {
    const message = latin1(`From a@b Wed Sep  6 11:33:20 2023\n${PLAIN.replaceAll('\r\n', '\n')}\xe4\0\r`);
    const pieces = function* () {
      for (let at = 0; at < message.length; at += 7) yield message.subarray(at, at + 7);
    };
    const how = { key: pem, selector: 'rsa2048', timestamp: NOW };
    const signed = await sign(message, how);
    expect(await sign(pieces(), how)).toEqual(signed);
    const mboxLine = message.indexOf('\n') + 1;
    const added = signed.length - message.length;
    expect(signed.subarray(0, mboxLine)).toEqual(message.subarray(0, mboxLine));
    expect(signed.subarray(mboxLine + added)).toEqual(message.subarray(mboxLine));
  });

  it('throws where it cannot sign, and says nothing of the key', async () => {
    const noFrom = await thrown(sign('Subject: x\n\n', { key: pem, selector: 's' }));
    expect(noFrom).toMatchObject({ name: 'DktoolError', code: 'no-from', kind: 'permanent' });
    const damaged = await thrown(sign(PLAIN, { key: pem.replace(/A/g, 'B'), selector: 's' }));
    expect(damaged).toBeInstanceOf(DktoolError);
    expect(String(damaged)).not.toContain('BB');
  });
});

describe('a verifier', () => {
  it('shares imported keys and answers among messages, and the rules that it was made with', async () => {
    const source = textResolver(records);
    const verifier = createVerifier({ resolver: source.resolver, authorOnly: true, now: NOW });
    const signed = await sign(PLAIN, { key: pem, selector: 'rsa2048', timestamp: NOW });
    expect((await verifier.verify(signed)).result).toBe('pass');
    const strange = signed.toString('latin1').replace('From: Ann <ann@example.com>', 'From: Ann <ann@example.org>');
    expect((await verifier.verify(strange)).result).toBe('fail');
    expect(source.asked).toHaveLength(2);
  });

  it('takes text, and refuses text that lost octets on the way', async () => {
    expect((await verify(PLAIN, { resolver })).result).toBe('none');
    const lost = await thrown(verify(latin1('From: a@example.com\n\n\xe4\n').toString('utf8'), { resolver }));
    expect(lost).toMatchObject({ code: 'message-not-bytes', kind: 'permanent' });
  });
});

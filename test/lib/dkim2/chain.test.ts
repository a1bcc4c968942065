import { describe, expect, it } from 'vitest';
import { dkim2Chain } from '../../../src/lib/dkim2/chain.ts';
import { HeaderBlock } from '../../../src/lib/header/header-block.ts';

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const chainOf = (...fields: string[]) => dkim2Chain(new HeaderBlock(Buffer.from(fields.join('\r\n'), 'latin1')));
const recipeOf = (value: string) => chainOf(`Message-Instance: m=2; h=sha256:AA:BB; r=${value}`)!.instances[0]!.recipe;

describe('DKIM2 fields', () => {
  it('are not there in most messages', () => {
    expect(chainOf('From: a@example.com', 'DKIM-Signature: v=1')).toBeUndefined();
  });

  it('tell who handed the message on, when, and for which envelope, oldest first', () => {
    const chain = chainOf(
      `DKIM2-Signature: i=2; m=1; t=1694000100; d=b.example; s=b:rsa-sha256:AA; nd=c.example; f=exploded,feedback`,
      `DKIM2-Signature: i=1; m=1; t=1694000000; d=a.example; s=a:rsa-sha256:AA,\r\n e:ed25519-sha256:BB;` +
        ` mf=${base64('<>')}; rt=${base64('<x@b.example>')},${base64('<y@b.example>')}`,
    )!;
    expect(chain.signatures).toMatchObject([
      {
        hop: 1,
        revision: 1,
        timestamp: 1694000000,
        domain: 'a.example',
        keys: [
          { selector: 'a', algorithm: 'rsa-sha256' },
          { selector: 'e', algorithm: 'ed25519-sha256' },
        ],
        mailFrom: '',
        recipients: ['x@b.example', 'y@b.example'],
        nextDomain: undefined,
        flags: [],
      },
      { hop: 2, domain: 'b.example', mailFrom: undefined, nextDomain: 'c.example', flags: ['exploded', 'feedback'] },
    ]);
  });

  it('tell by a recipe what was changed', () => {
    const recipe = {
      h: { subject: [{ d: ['Lunch'] }], to: [] },
      b: [{ c: [1, 17] }, { d: ['a', 'b'] }, { u: ['AA=='] }],
    };
    expect(recipeOf(base64(JSON.stringify(recipe)))).toEqual({
      headers: ['subject', 'to'],
      body: { copied: 17, restored: 3 },
      problem: undefined,
    });
  });

  it.each([
    ['***', 'r= is not valid base64'],
    [base64('no json'), 'r= does not contain JSON'],
    [base64('['.repeat(40_000)), 'r= does not contain JSON'],
    [base64('[1]'), 'r= does not contain a JSON object'],
    ['A'.repeat(70_000), 'r= is not valid base64'],
  ])('may hold a recipe that cannot be read', (value, problem) => {
    expect(recipeOf(value)).toMatchObject({ headers: [], body: undefined, problem });
  });

  it.each(['{"b":[{"c":[5,1]},{"c":["x",1e99]},null,7,{"d":"x"}],"h":[1]}', '{"h":null,"b":null}'])(
    'may hold a recipe of nonsense: %s',
    (json) => {
      expect(recipeOf(base64(json))).toMatchObject({ headers: [], problem: undefined });
    },
  );

  it('say why they cannot be read', () => {
    expect(chainOf('DKIM2-Signature: i=1; i=1', 'Message-Instance: ???')).toMatchObject({
      signatures: [{ hop: undefined, problem: expect.any(String) as string }],
      instances: [{ revision: undefined, problem: expect.any(String) as string }],
    });
  });

  it('are read up to a limit, and what is beyond it is counted', () => {
    const many = Array.from({ length: 60 }, (_, i) => `DKIM2-Signature: i=${i}; d=a.example`);
    const chain = chainOf(...many, `Message-Instance: m=1`)!;
    expect([chain.signatures.length, chain.instances.length, chain.unread]).toEqual([50, 1, 10]);
    const rt = Array.from({ length: 30 }, (_, i) => base64(`<${i}@example.com>`)).join(',');
    const [signature] = chainOf(`DKIM2-Signature: i=1; rt=${rt}`)!.signatures;
    expect([signature!.recipients.length, signature!.moreRecipients]).toEqual([20, 10]);
  });
});

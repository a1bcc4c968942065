/** What people read of a DKIM2 chain: each hop, each revision, whatever the fields leave out. */
import { describe, expect, it } from 'vitest';
import { dkim2Lines, dkim2Sentences } from '../../../src/commands/verify/dkim2-text.ts';
import type { Dkim2InstanceReport, Dkim2SignatureReport } from '../../../src/lib/report/dkim2.ts';

const HOP: Dkim2SignatureReport = {
  hop: 1,
  revision: 1,
  timestamp: 1_694_000_000,
  domain: 'example.com',
  keys: [
    { selector: 's1', algorithm: 'rsa-sha256' },
    { selector: 's2', algorithm: 'ed25519-sha256' },
  ],
  mailFrom: 'joe@example.com',
  recipients: ['ann@example.net', 'bob@example.net'],
  moreRecipients: 0,
  nextDomain: 'example.net',
  flags: ['exploded', 'feedback'],
  problem: null,
};

const EMPTY: Dkim2SignatureReport = {
  hop: null,
  revision: null,
  timestamp: null,
  domain: null,
  keys: [],
  mailFrom: null,
  recipients: [],
  moreRecipients: 0,
  nextDomain: null,
  flags: [],
  problem: null,
};

const sentences = (signatures: Dkim2SignatureReport[], instances: Dkim2InstanceReport[] = []) =>
  dkim2Sentences({ judged: false, detail: 'why', signatures, instances }).slice(1);

describe('a DKIM2 hop', () => {
  it('is named with its signer, keys, time, revision, envelope, next domain and flags', () => {
    expect(sentences([HOP])).toEqual([
      'hop 1: signed by example.com, s=s1 rsa-sha256, s=s2 ed25519-sha256, at 2023-09-06T11:33:20Z, ' +
        'revision 1 of the message, envelope from <joe@example.com> to <ann@example.net> <bob@example.net>, ' +
        'handed to example.net, flags exploded feedback',
    ]);
  });

  it.each<[string, Partial<Dkim2SignatureReport>, string]>([
    ['nothing', {}, 'hop ?: signed by ?'],
    ['recipients only', { hop: 2, recipients: ['a@b.example'] }, 'hop 2: signed by ?, envelope to <a@b.example>'],
    ['a null sender', { mailFrom: '' }, 'hop ?: signed by ?, envelope from <>'],
    [
      'many recipients',
      { recipients: ['a@b.example'], moreRecipients: 7 },
      'hop ?: signed by ?, envelope to <a@b.example> and 7 more',
    ],
    ['a problem', { hop: 3, problem: 'no d= tag' }, 'hop 3: the DKIM2-Signature cannot be read: no d= tag'],
  ])('that says %s', (_name, parts, sentence) => {
    expect(sentences([{ ...EMPTY, ...parts }])).toEqual([sentence]);
  });
});

describe('a revision of the message', () => {
  const recipe = { headers: [], body: null, problem: null };

  it.each<[Dkim2InstanceReport, string]>([
    [{ revision: 1, recipe: null, problem: null }, 'revision 1: the message as first signed'],
    [{ revision: 2, recipe: null, problem: null }, 'revision 2: has no recipe'],
    [{ revision: null, recipe: null, problem: 'no hash' }, 'revision ?: the Message-Instance cannot be read: no hash'],
    [{ revision: 2, recipe: { ...recipe, problem: 'no JSON' }, problem: null }, 'revision 2: no JSON'],
    [{ revision: 2, recipe, problem: null }, 'revision 2: its recipe changes nothing'],
    [
      {
        revision: 3,
        recipe: { ...recipe, headers: ['subject'], body: { copied: 4, restored: 1 } },
        problem: null,
      },
      'revision 3: changed, by its recipe: subject, the body (4 lines kept, 1 put back)',
    ],
  ])('%#', (instance, sentence) => expect(sentences([], [instance])).toEqual([sentence]));
});

it('carries no control character to a terminal, and names the input', () => {
  const report = {
    judged: false,
    detail: 'why',
    signatures: [{ ...EMPTY, domain: 'a\u001b[31m' }],
    instances: [],
  } as const;
  expect(dkim2Lines('x.eml', report)).toEqual([
    'x.eml: dkim2 not verified: why',
    expect.not.stringContaining('\u001b'),
  ]);
});

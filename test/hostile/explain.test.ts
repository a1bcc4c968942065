/** Messages made to be explained for ever are explained within the bound, and it is said when that was reached. */
import { describe, expect, it } from 'vitest';
import { describe as describeContent } from '../../src/lib/explain/body/mime.ts';
import { findSignedBodies } from '../../src/lib/explain/body/explain-body.ts';
import { Budget, EFFORTS } from '../../src/lib/explain/effort.ts';
import { explained } from '../support/explained.ts';
import { PLAIN, signByHand } from '../support/hand-signer.ts';

const MEGA = 1024 * 1024;

const content = (type: string, encoding = '8bit') =>
  describeContent(
    new Map([
      ['content-type', type],
      ['content-transfer-encoding', encoding],
    ]),
  );

/** Look for hashes that nothing has. */
function search(body: Buffer, type: string, encoding?: string): Budget {
  const budget = new Budget('normal', body.length);
  const wanted = (['simple', 'relaxed'] as const).map((canonicalization) => ({
    canonicalization,
    hash: 'sha256' as const,
    limit: undefined,
    digest: Buffer.alloc(32),
  }));
  expect(findSignedBodies(body, content(type, encoding), wanted, budget)).toEqual([undefined, undefined]);
  return budget;
}

describe('a body of 20 MB', () => {
  it.each([
    ['lines', Buffer.alloc(20 * MEGA, 'line of text\n'), 'text/plain'],
    ['one line', Buffer.alloc(20 * MEGA, 'a'), 'text/plain'],
    ['line feeds', Buffer.alloc(20 * MEGA, '\n'), 'text/plain'],
    ['carriage returns', Buffer.alloc(20 * MEGA, '\r'), 'text/plain'],
    ['blanks', Buffer.alloc(20 * MEGA, ' '), 'text/plain'],
    ['angle brackets', Buffer.alloc(20 * MEGA, '>'), 'text/html'],
    ['From lines', Buffer.alloc(20 * MEGA, '>From x\n'), 'text/plain'],
    ['octets from 0x80 up', Buffer.alloc(20 * MEGA, 'h\u00e4\u00df\n', 'utf8'), 'text/plain; charset=utf-8'],
  ])('of %s', (_, body, type) => {
    const budget = search(body, type);
    // The draft that goes over the bound is the last.
    expect(budget.octets).toBeLessThan(12 * body.length + 12 * body.length);
  });

  it.each([
    ['base64', Buffer.alloc(20 * MEGA, `${'QUJD'.repeat(19)}\n`)],
    ['quoted-printable', Buffer.alloc(20 * MEGA, '=')],
  ])('in %s', (encoding, body) => {
    expect(search(body, 'text/plain', encoding).octets).toBeLessThan(24 * body.length);
  });
});

const delimiter = (name: string, more = '') => `--${name}\nContent-Type: ${more === '' ? 'text/plain' : more}\n\n`;

describe('a body of parts', () => {
  it.each([
    ['5,000 of them', `${delimiter('b')}hello\n`.repeat(5_000), 'b'],
    [
      '2,000 within each other',
      Array.from({ length: 2_000 }, (_, i) => delimiter(`b${i}`, `multipart/mixed; boundary=b${i + 1}`)).join(''),
      'b0',
    ],
    ['with one boundary at all depths', delimiter('b', 'multipart/mixed; boundary=b').repeat(5_000), 'b'],
    ['with 100,000 fields in one', `--b\n${'X: y\n'.repeat(100_000)}\n--b--\n`, 'b'],
    ['with 100,000 folds in one', `--b\nX: y\n${' y\n'.repeat(100_000)}\n--b--\n`, 'b'],
    ['of HTML that is all tags', `--b\nContent-Type: text/html\n\n${'<'.repeat(MEGA)}\n--b--\n`, 'b'],
  ])('%s', (_, body, boundary) => {
    const budget = search(Buffer.from(body), `multipart/mixed; boundary=${boundary}`);
    expect(budget.attempts).toBeLessThan(2 * EFFORTS.normal.attempts);
  });
});

describe('a message', () => {
  it('with 5,000 signatures has as many explained as are judged', async () => {
    const signed = signByHand(PLAIN);
    const field = signed.slice(0, signed.indexOf('\r\nFrom:') + 2).replace(/bh=[^;]+/, `bh=${'A'.repeat(43)}=`);
    const explanations = await explained(field.repeat(5_000) + PLAIN);
    expect(explanations).toHaveLength(5_000);
    expect(explanations.filter((one) => one !== undefined)).toHaveLength(32);
    expect(explanations[0]).toMatchObject({ proof: 'none', part: 'body+header' });
    expect(explanations[31]!.attempts).toBeLessThan(2 * EFFORTS.normal.attempts);
  });

  it('whose fields are long or many is explained', async () => {
    const damaged = signByHand(PLAIN).replace('To: bob@example.net', `To: ${'bob@example.net, '.repeat(50_000)}`);
    const [explanation] = await explained(damaged);
    expect(explanation).toMatchObject({ part: 'header', proof: 'none' });
    const subject = signByHand(PLAIN).replace(
      'Subject: Lunch',
      `Subject: ${'[a] '.repeat(3_000)}${'=?'.repeat(1_000)}(`,
    );
    expect((await explained(subject))[0]).toMatchObject({ part: 'header', proof: 'none' });
  });
});

/** A proof that is none would be worse than none: whatever is done to a message, what is claimed verifies. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeQuotedPrintable, decodeQuotedPrintable } from '../../src/lib/explain/body/quoted-printable.ts';
import { stylesFor, traitsOf } from '../../src/lib/explain/body/qp-styles.ts';
import { recipeFor } from '../../src/lib/explain/body/recipe.ts';
import { asMail, asText, explained, signed, undone, verdictOn } from '../support/explained.ts';
import type { KeyName } from '../support/vectors.ts';
import { javaQp, perlQp, thunderbirdQp, wordQp } from '../support/encoders.ts';

const words = fc.constantFrom(
  'From ',
  '.',
  '-- ',
  '>From ',
  'a',
  ' ',
  '\t',
  '=',
  '\xe4',
  '\xc3\xa4',
  'word',
  '--b',
  'x'.repeat(80),
  '\r',
);
const line = fc.array(words, { maxLength: 6 }).map((list) => list.join(''));
const lines = fc.array(line, { maxLength: 12 });

const edit = fc.record({
  at: fc.nat(20),
  drop: fc.nat(3),
  put: fc.array(line, { maxLength: 3 }),
  subject: fc.constantFrom('Lunch', '[tag] Lunch', 'Lunch ', 'lunch', '***SPAM*** Lunch', 'Dinner'),
  type: fc.constantFrom('text/plain; charset=utf-8', 'text/plain', 'multipart/mixed; boundary=b', 'text/html'),
  encoding: fc.constantFrom('8bit', 'base64', 'quoted-printable', '7bit'),
  more: fc.constantFrom('', 'Reply-To: x@example.org', 'To: eve@example.org', 'Subject: again'),
});

describe('explain', () => {
  it('claims nothing that does not verify', async () => {
    await fc.assert(
      fc.asyncProperty(
        lines,
        edit,
        fc.constantFrom('simple/simple', 'relaxed/relaxed', 'relaxed/simple'),
        fc.constantFrom<KeyName>('rsa1024', 'ed25519'),
        async (text, { at, drop, put, subject, type, encoding, more }, form, key) => {
          const head = [
            'From: Ann <ann@example.com>',
            'To: bob@example.net',
            'Subject: Lunch',
            'Content-Type: text/plain; charset=utf-8',
            'Content-Transfer-Encoding: 8bit',
          ];
          const original = signed(
            asMail(asText({ fields: head, body: text.map((one) => `${one}\n`).join('') })),
            form,
            key,
          );
          const changed = [...text];
          changed.splice(at % (text.length + 1), drop, ...put);
          const fields = original.fields.map((field) =>
            field
              .replace(/^Subject: .*/, `Subject: ${subject}`)
              .replace(/^Content-Type: .*/, `Content-Type: ${type}`)
              .replace(/^(Content-Transfer-Encoding): .*/, `$1: ${encoding}`),
          );
          const message = asText({
            fields: more === '' ? fields : [...fields, more],
            body: changed.map((one) => `${one}\n`).join(''),
          });
          const [explanation] = await explained(message, { effort: 'quick' });
          if (explanation === undefined || explanation.proof === 'none') return;
          const [signature] = (await verdictOn(undone(message, explanation))).dkim.signatures;
          if (explanation.proof !== 'signature') expect(signature!.bodyHash).toBe('match');
          if (explanation.proof !== 'body-hash') expect(signature!.signature).toBe('valid');
        },
      ),
      { numRuns: 150 },
    );
  }, 240_000);
});

const bytesOf = (list: readonly string[]) => Buffer.from(list.map((one) => `${one}\n`).join(''), 'latin1');

describe('a recipe', () => {
  it('makes one body out of the other', () => {
    fc.assert(
      fc.property(lines, lines, (from, to) => {
        const steps = recipeFor(bytesOf(from), bytesOf(to))!;
        const made = steps.flatMap((step) =>
          'c' in step
            ? from.slice(step.c[0] - 1, step.c[1])
            : 'd' in step
              ? step.d.map((one) => Buffer.from(one, 'utf8').toString('latin1'))
              : step.u.map((one) => Buffer.from(one, 'base64').toString('latin1')),
        );
        expect(made).toEqual(to);
      }),
    );
  });
});

describe('quoted-printable', () => {
  const text = lines.map((list) => list.map((one) => `${one.replaceAll('\r', '')}\n`).join(''));

  it('of any style is decoded to what it was', () => {
    fc.assert(
      fc.property(text, fc.nat(400), (written, at) => {
        const bytes = Buffer.from(written, 'latin1');
        const styles = [...stylesFor(traitsOf(bytes))];
        const style = styles[at % styles.length]!;
        const decoded = decodeQuotedPrintable(encodeQuotedPrintable(bytes, style)).toString('latin1');
        fc.pre(style.trailing !== 'keep'); // such blanks are lost
        expect(decoded).toBe(style.ends === '=0D=0A' ? written.replaceAll('\n', '\r\n') : written);
      }),
    );
  });

  it.each([
    ['Perl', perlQp],
    ['Thunderbird', thunderbirdQp],
    ['Java', javaQp],
    ['phones', wordQp],
  ])('of %s is among the styles', (_, encode) => {
    fc.assert(
      fc.property(text, (written) => {
        // Two blanks at an end are written in as many ways as there are programs.
        const one = written.replace(/[ \t]{2,}(?=\n)/g, ' ');
        fc.pre(encode !== wordQp || !/[^ \n]{20}/.test(one)); // words
        const bytes = Buffer.from(one, 'latin1');
        const wanted = encode(one);
        const all = [...stylesFor(traitsOf(bytes))].map((style) =>
          encodeQuotedPrintable(bytes, style).toString('latin1'),
        );
        expect(all).toContain(wanted);
      }),
      { numRuns: 60 },
    );
  });
});

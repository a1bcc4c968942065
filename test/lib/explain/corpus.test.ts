/**
 * Every kind of damage, on three messages, in four canonicalisations, under both algorithms: named right, and undone. Of the
 * combinations every fifth is tried, which gives each damage others than the one before; CORPUS=all tries them all.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { BODY_DAMAGES, type Damage, HEADER_DAMAGES } from '../../support/damages.ts';
import { asMail, asText, explained, type Mail, signed, undone, verdictOn } from '../../support/explained.ts';
import type { KeyName } from '../../support/vectors.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const HEAD = [
  'From: Ann Ochs <ann@example.com>',
  'To: bob@example.net',
  'Date: Wed, 06 Sep 2023 11:33:20 +0000',
  'Message-ID: <1@example.com>',
  'MIME-Version: 1.0',
];

const LINK = 'https://www.example.com/page?a=1&b=2#top';

const TEXT = `Hello Bob,

From here on it is a long line, longer than the seventy-six columns that quoted-printable has, with a = b in it, and even longer than eighty.
.hidden
See ${LINK} for more.
\tThis is indented.  

> quoted
Gr\u00fc\u00dfe, Ann
`;

const plain = asMail(
  asText({
    fields: [
      ...HEAD,
      'Subject: Lunch today',
      'Content-Type: text/plain; charset=UTF-8',
      'Content-Transfer-Encoding: 8bit',
    ],
    body: utf8(TEXT),
  }),
);

const multipart: Mail = {
  fields: [...HEAD, 'Subject: Lunch today', 'Content-Type: multipart/mixed; boundary="outer"'],
  body: utf8(`--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

${TEXT}
--inner
Content-Type: text/html; charset=utf-8

<html><body>
<p>Hello Bob,</p>
<p><a href="${LINK}">more</a></p>
</body></html>

--inner--

--outer
Content-Type: text/x-patch; charset=us-ascii; name="a.patch"
Content-Disposition: attachment; filename="a.patch"

--- a/file
+++ b/file
.dot

--outer--
`),
};

const japanese: Mail = {
  fields: [
    ...HEAD,
    'Subject: =?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=',
    'Content-Type: text/plain; charset=ISO-2022-JP',
    'Content-Transfer-Encoding: 7bit',
  ],
  body: `\x1b$B$3$s$K$A$O!#\x1b(B\n\nFrom \x1b$BF|K\\\x1b(B\n.dot\n\x1b$BF|K\\8l$N%a!<%k\x1b(B ${LINK} \x1b$B$H\x1b(B a line that goes on and on and on until it is longer than eighty columns\n> \x1b$B0zMQ\x1b(B\n\n\x1b$B$h$m$7$/\x1b(B\n`,
};

const MESSAGES: Readonly<Record<string, Mail>> = { plain, multipart, japanese };
const FORMS = ['simple/simple', 'simple/relaxed', 'relaxed/simple', 'relaxed/relaxed'];
const KEYS: readonly KeyName[] = ['rsa1024', 'ed25519'];

/** Milliseconds for two dozen messages, some of which take all that may be tried. */
const MANY = 240_000;

const EVERY = process.env['CORPUS'] === 'all' ? 1 : 5;

let [combinations, tried, solved, survived] = [0, 0, 0, 0];
const misses: string[] = [];

describe.each([...BODY_DAMAGES, ...HEADER_DAMAGES])('$name', (damage) => {
  it(
    'is named and undone',
    async () => {
      for (const [name, mail] of Object.entries(MESSAGES)) {
        for (const form of FORMS) for (const key of KEYS) await tryOne(damage, name, mail, form, key);
      }
    },
    MANY,
  );
});

async function tryOne(damage: Damage, name: string, mail: Mail, form: string, key: KeyName): Promise<void> {
  if (combinations++ % EVERY !== 0) return;
  const before = damage.before === undefined ? mail : damage.before(mail);
  if (before === undefined) return;
  const original = signed(before, form, key);
  expect((await verdictOn(asText(original))).result).toBe('pass');
  const damaged = damage.damage(original);
  if (damaged === undefined) return;
  const message = asText(damaged);
  const verdict = await verdictOn(message);
  if (verdict.dkim.signatures[0]!.bodyHash === 'match' && verdict.dkim.signatures[0]!.signature === 'valid') {
    survived++;
    return;
  }
  tried++;
  const [explanation] = await explained(message);
  const label = `${damage.name}, ${name}, ${form}, ${key}`;
  if (explanation === undefined || explanation.proof === 'none' || explanation.undo === undefined) {
    misses.push(`${label}: nothing proven`);
    return;
  }
  const { proof, undo, changes } = explanation;
  const { dkim } = await verdictOn(undone(message, { undo }));
  // A proof that is none would be worse than none.
  if (proof !== 'signature') expect(dkim.signatures[0]!.bodyHash, label).toBe('match');
  if (proof !== 'body-hash') expect(dkim.signatures[0]!.signature, label).toBe('valid');
  const isNamed = changes.some(({ kind }) => damage.kinds.includes(kind));
  const isWhole = dkim.signatures[0]!.bodyHash === 'match' && dkim.signatures[0]!.signature === 'valid';
  if (isNamed && isWhole) solved++;
  else misses.push(`${label}: ${isWhole ? 'named' : 'half'} ${changes.map(({ kind }) => kind).join(' ')}`);
}

afterAll(() => {
  expect(BODY_DAMAGES.length + HEADER_DAMAGES.length).toBeGreaterThanOrEqual(60);
  console.log(
    `explained: ${solved} of ${tried} damaged messages (${survived} survived); missed:\n${misses.join('\n')}`,
  );
  expect(solved / tried).toBeGreaterThanOrEqual(0.97);
});

/** What is done to mail on its way, each with the kind by which it is to be named. */
import type { ChangeKind } from '../../src/lib/explain/change.ts';
import { base64, crlf, javaQp, lowerQp, perlQp, thunderbirdQp, wordQp } from './encoders.ts';
import type { Mail } from './explained.ts';

export interface Damage {
  readonly name: string;
  /** One of these has to be among the changes. */
  readonly kinds: readonly ChangeKind[];
  /** The message as it is signed; `undefined`: the damage is none to this one. */
  readonly before?: (mail: Mail) => Mail | undefined;
  readonly damage: (mail: Mail) => Mail | undefined;
}

type Change = (mail: Mail) => Mail | undefined;

const get = ({ fields }: Mail, name: string) =>
  fields
    .find((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    ?.slice(name.length + 1)
    .trim();

/** Replace, add or, with `undefined`, remove a field. */
export function set(mail: Mail, name: string, value: string | undefined): Mail {
  const at = mail.fields.findIndex((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  const fields = [...mail.fields];
  const written = value === undefined ? [] : [`${name}: ${value}`];
  if (at === -1) fields.push(...written);
  else fields.splice(at, 1, ...written);
  return { ...mail, fields };
}

const body =
  (change: (text: string) => string): Change =>
  (mail) => {
    const changed = change(mail.body);
    return changed === mail.body ? undefined : { ...mail, body: changed };
  };
const field =
  (name: string, change: (value: string) => string | undefined): Change =>
  (mail) => {
    const value = get(mail, name);
    return value === undefined ? undefined : set(mail, name, change(value));
  };

const isPlain = (mail: Mail) => get(mail, 'Content-Type')?.startsWith('text/') === true;
const isMulti = (mail: Mail) => !isPlain(mail);
const plain =
  (change: Change): Change =>
  (mail) =>
    isPlain(mail) ? change(mail) : undefined;
const multi =
  (change: Change): Change =>
  (mail) =>
    isMulti(mail) ? change(mail) : undefined;
/** The text in another encoding, which the header says too. */
const encoded = (encoding: string, encode: (text: string) => string): Change =>
  plain((mail) => ({ ...set(mail, 'Content-Transfer-Encoding', encoding), body: encode(mail.body) }));

export const FOOTER = `${'_'.repeat(47)}\nUsers mailing list\nUsers@lists.example.org\nhttps://lists.example.org/listinfo/users\n`;
const BANNER = 'CAUTION: this mail came from outside.\nDo not click on links.\n\n';
const outer = 'multipart/mixed; boundary="===============123=="';

const listPart = (text: string) =>
  text === ''
    ? ''
    : `--===============123==\nContent-Type: text/plain; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\nContent-Disposition: inline\n\n${text}\n`;

/** What a list wraps: the fields of the content go into the part. */
function wrapped(mail: Mail, head: string, foot: string): Mail {
  const inner = mail.fields
    .filter((one) => /^content-/i.test(one))
    .map((one) => `${one}\n`)
    .join('');
  const text = `${listPart(head)}--===============123==\n${inner}\n${mail.body}\n${listPart(foot)}--===============123==--\n`;
  const fields = mail.fields.filter((one) => !/^content-/i.test(one));
  return { fields: [...fields, `Content-Type: ${outer}`], body: text };
}

const boundaryOf = (mail: Mail) => /boundary="?([^";]+)/.exec(get(mail, 'Content-Type') ?? '')?.[1] ?? '';

const insertBefore = (text: string, mark: string, what: string) => {
  const at = text.lastIndexOf(mark);
  return at === -1 ? text : text.slice(0, at) + what + text.slice(at);
};

const asUtf8 = (text: string) => {
  const name = text.includes('\x1b$B') ? 'iso-2022-jp' : 'windows-1252';
  return Buffer.from(new TextDecoder(name).decode(Buffer.from(text, 'latin1')), 'utf8').toString('latin1');
};
const utf8Type = 'text/plain; charset="utf-8"';

const fold = (text: string, width: number) =>
  text
    .split('\n')
    .map((line) => {
      const out: string[] = [];
      let rest = line;
      while (rest.length > width && rest.lastIndexOf(' ', width) > 0) {
        const at = rest.lastIndexOf(' ', width);
        out.push(rest.slice(0, at));
        rest = rest.slice(at + 1);
      }
      return [...out, rest].join('\n');
    })
    .join('\n');

const APPENDED: readonly ChangeKind[] = ['lines-appended'];
const RECODED: readonly ChangeKind[] = ['transfer-encoding-changed'];

export const BODY_DAMAGES: readonly Damage[] = [
  { name: 'a footer', kinds: APPENDED, damage: body((text) => text + FOOTER) },
  {
    name: 'a footer behind a signature delimiter',
    kinds: APPENDED,
    damage: body((text) => `${text}\n-- \nLeave: https://lists.example.org/\n`),
  },
  { name: 'two footers', kinds: APPENDED, damage: body((text) => `${text}${FOOTER}\n${FOOTER}`) },
  { name: 'one word', kinds: APPENDED, damage: body((text) => `${text}x\n`) },
  {
    name: 'a long disclaimer',
    kinds: APPENDED,
    damage: body((text) => text + 'This mail is confidential.\n'.repeat(50)),
  },
  { name: 'a banner', kinds: ['lines-prepended'], damage: body((text) => BANNER + text) },
  { name: 'a banner and a footer', kinds: ['lines-prepended'], damage: body((text) => BANNER + text + FOOTER) },
  { name: 'an empty line on top', kinds: ['blank-lines-added'], damage: body((text) => `\n${text}`) },
  {
    name: 'an empty line taken from the top',
    kinds: ['blank-lines-removed'],
    before: body((text) => `\n${text}`),
    damage: body((text) => text.slice(1)),
  },
  {
    name: 'lines within',
    kinds: ['lines-inserted', 'lines-appended', 'part-added'],
    damage: body((text) => text.replace(/\n\n/, '\n\n*** scanned ***\nno virus found\n')),
  },
  {
    name: 'a footer, 8bit to base64',
    kinds: RECODED,
    damage: plain((mail) => encoded('base64', (text) => base64(text + FOOTER))(mail)),
  },
  {
    name: 'a header and a footer, to base64',
    kinds: ['lines-prepended'],
    damage: encoded('base64', (text) => base64(BANNER + text + FOOTER)),
  },
  { name: 'to base64', kinds: RECODED, damage: encoded('base64', base64) },
  {
    name: 'a footer, to quoted-printable',
    kinds: RECODED,
    damage: encoded('quoted-printable', (text) => perlQp(text + FOOTER)),
  },
  { name: 'to quoted-printable', kinds: RECODED, damage: encoded('quoted-printable', thunderbirdQp) },
  ...(
    [
      ['Perl', perlQp],
      ['Thunderbird', thunderbirdQp],
      ['Java', javaQp],
      ['words', wordQp],
      ['lower case', lowerQp],
    ] as const
  ).flatMap(([who, qp]): Damage[] => [
    {
      name: `quoted-printable of ${who} to base64`,
      kinds: RECODED,
      before: encoded('quoted-printable', qp),
      damage: recodedFrom((text) => base64(text + FOOTER), 'base64'),
    },
    {
      name: `quoted-printable of ${who} to 8bit`,
      kinds: RECODED,
      before: encoded('quoted-printable', qp),
      damage: recodedFrom((text) => text + FOOTER, '8bit'),
    },
  ]),
  {
    name: 'base64 to 8bit',
    kinds: RECODED,
    before: encoded('base64', base64),
    damage: recodedFrom((text) => text + FOOTER, '8bit'),
  },
  {
    name: 'base64 with CRLF to 8bit',
    kinds: RECODED,
    before: encoded('base64', (text) => base64(crlf(text))),
    damage: recodedFrom((text) => text + FOOTER, '8bit'),
  },
  {
    name: 'base64 with CRLF to base64',
    kinds: RECODED,
    before: encoded('base64', (text) => base64(crlf(text))),
    damage: recodedFrom((text) => base64(crlf(text) + FOOTER), 'base64'),
  },
  {
    name: 'base64 of 60 columns to 76',
    kinds: RECODED,
    before: encoded('base64', (text) => base64(text, 60)),
    damage: recodedFrom((text) => base64(text + FOOTER), 'base64'),
  },
  {
    name: 'another charset, to base64',
    kinds: ['charset-changed'],
    damage: charsetDamage((text) => base64(text + FOOTER)),
  },
  {
    name: 'another charset, to 8bit',
    kinds: ['charset-changed'],
    damage: charsetDamage((text) => text + FOOTER, '8bit'),
  },
  {
    name: 'a part at the end',
    kinds: ['part-added'],
    damage: multi((mail) => ({
      ...mail,
      body: insertBefore(
        mail.body,
        `--${boundaryOf(mail)}--`,
        `--${boundaryOf(mail)}\nContent-Type: text/plain\n\n${FOOTER}\n`,
      ),
    })),
  },
  {
    name: 'a part on top',
    kinds: ['part-added'],
    damage: multi((mail) => ({
      ...mail,
      body: mail.body.replace(
        `--${boundaryOf(mail)}\n`,
        (mark) => `${mark}Content-Type: text/plain\n\n${BANNER}\n${mark}`,
      ),
    })),
  },
  { name: 'wrapped with a footer', kinds: ['message-wrapped'], damage: (mail) => wrapped(mail, '', FOOTER) },
  {
    name: 'wrapped with header and footer',
    kinds: ['message-wrapped'],
    damage: (mail) => wrapped(mail, BANNER, FOOTER),
  },
  {
    name: 'lines of Exchange in parts',
    kinds: ['part-fields-added'],
    damage: multi(
      body((text) =>
        text.replace(
          /(?<=\n)Content-Type: text/g,
          'X-Microsoft-Exchange-Diagnostics:\n 1;AM0PR0402MB3313;3:abc\nContent-Type: text',
        ),
      ),
    ),
  },
  {
    name: 'empty lines before boundaries',
    kinds: ['blank-lines-added'],
    damage: multi((mail) =>
      body((text) => text.replaceAll(`\n--${boundaryOf(mail)}`, `\n\n--${boundaryOf(mail)}`))(mail),
    ),
  },
  {
    name: 'an empty line before the first boundary',
    kinds: ['blank-lines-added'],
    damage: multi(body((text) => `\n${text}`)),
  },
  {
    name: 'the preamble dropped',
    kinds: ['boundary-line-changed', 'blank-lines-removed'],
    before: multi(body((text) => `This is a multi-part message in MIME format.\n${text}`)),
    damage: multi(body((text) => text.slice(text.indexOf('\n') + 1))),
  },
  {
    name: 'part headers folded',
    kinds: ['part-fields-changed'],
    damage: multi(body((text) => text.replace(/(?<=\n)(Content-Type: text\/[a-z]+;) /g, '$1\n\t'))),
  },
  {
    name: 'parameters quoted',
    kinds: ['part-fields-changed'],
    damage: multi(body((text) => text.replace(/charset=([A-Za-z0-9-]+)/g, 'charset="$1"'))),
  },
  {
    name: 'From lines escaped',
    kinds: ['from-line-escaped'],
    damage: body((text) => text.replace(/^From /gm, '>From ')),
  },
  {
    name: 'From lines escaped and a footer',
    kinds: ['from-line-escaped'],
    damage: body((text) => (/^From /m.test(text) ? text.replace(/^From /gm, '>From ') + FOOTER : text)),
  },
  { name: 'dot-stuffing left in', kinds: ['dots-doubled'], damage: body((text) => text.replace(/^\./gm, '..')) },
  {
    name: 'dots taken for dot-stuffing',
    kinds: ['dots-removed'],
    before: body((text) => text.replace(/^\./gm, '..')),
    damage: body((text) => text.replace(/^\.\./gm, '.')),
  },
  { name: 'line ends doubled', kinds: ['line-ends-doubled'], damage: body((text) => text.replaceAll('\n', '\n\n')) },
  {
    name: 'carriage returns added',
    kinds: ['carriage-returns-added'],
    damage: body((text) => text.replaceAll('\n', '\r\r\n')),
  },
  {
    name: 'the blank of the signature delimiter lost',
    kinds: ['trailing-space-removed'],
    before: body((text) => `${text}-- \nAnn\n`),
    damage: body((text) => text.replace(/-- \nAnn\n$/, '--\nAnn\n')),
  },
  {
    name: 'blanks at line ends',
    kinds: ['trailing-space-added'],
    before: body((text) => text.replace(/[ \t]+$/gm, '')),
    damage: body((text) => text.replace(/(?<=[^\n])$/gm, ' ')),
  },
  {
    name: 'tabs expanded',
    kinds: ['tabs-changed'],
    before: plain(body((text) => `${text}\tint i;\n\t\treturn;\n`)),
    damage: plain(body((text) => text.replaceAll('\t', '        '))),
  },
  { name: 'wrapped at 72', kinds: ['lines-wrapped'], damage: plain(body((text) => fold(text, 72))) },
  { name: 'wrapped at 80', kinds: ['lines-wrapped'], damage: plain(body((text) => fold(text, 80))) },
  {
    name: 'a long line broken',
    kinds: ['long-lines-broken'],
    before: plain(body((text) => `${text}${'abcdefghi,'.repeat(150)}\n`)),
    damage: plain(body((text) => text.replace(/.{998}/g, '$&\n '))),
  },
  {
    name: 'Safe Links',
    kinds: ['links-rewritten'],
    damage: body((text) =>
      text.replace(
        /https:\/\/www\.example\.com\/[!-~]*?(?=[\s"<])/g,
        (link) =>
          `https://nam02.safelinks.protection.outlook.com/?url=${encodeURIComponent(link)}&data=05%7C01&reserved=0`,
      ),
    ),
  },
  {
    name: 'URL Defense 3',
    kinds: ['links-rewritten'],
    damage: body((text) =>
      text.replace(/https:\/\/www\.example\.com\/[!-~]*?(?=[\s"<])/g, (link) =>
        `https://urldefense.com/v3/__${link.replaceAll('#', '*')}__;Iw!!AbC$ `.trimEnd(),
      ),
    ),
  },
  {
    name: 'URL Defense 2',
    kinds: ['links-rewritten'],
    damage: body((text) =>
      text.replace(
        /https:\/\/www\.example\.com\/[!-~]*?(?=[\s"<])/g,
        (link) =>
          `https://urldefense.proofpoint.com/v2/url?u=${link.replace(/[^A-Za-z0-9./]/g, (one) => `-${one.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('/', '_')}&d=DwIF`,
      ),
    ),
  },
  {
    name: 'link protection',
    kinds: ['links-rewritten'],
    damage: body((text) =>
      text.replace(
        /https:\/\/www\.example\.com\/[!-~]*?(?=[\s"<])/g,
        (link) => `https://linkprotect.cudasvc.com/url?a=${encodeURIComponent(link)}&c=E,1,abc`,
      ),
    ),
  },
  {
    name: 'a footer in the text part',
    kinds: ['lines-appended', 'lines-inserted'],
    damage: multi((mail) => body((text) => text.replace(/\n--inner\nContent-Type: text\/html/, `\n${FOOTER}$&`))(mail)),
  },
  {
    name: 'a disclaimer in the HTML part',
    kinds: ['lines-appended', 'lines-inserted'],
    damage: multi(body((text) => text.replace('</body>', '<hr><p>This mail is confidential.</p></body>'))),
  },
  {
    name: 'a disclaimer in both parts',
    kinds: ['lines-appended'],
    damage: multi(
      body((text) =>
        text
          .replace(/\n--inner\nContent-Type: text\/html/, '\nThis mail is confidential.\n$&')
          .replace('</body>', '<hr><p>This mail is confidential.</p></body>'),
      ),
    ),
  },
  {
    name: '8bit parts to base64',
    kinds: RECODED,
    damage: multi(
      body((text) =>
        text.replace(
          /(Content-Type: text\/plain; charset=utf-8\n)Content-Transfer-Encoding: 8bit\n\n([^]*?)\n(?=--inner)/,
          (_, head: string, part: string) => `${head}Content-Transfer-Encoding: base64\n\n${base64(part)}\n`,
        ),
      ),
    ),
  },
];

/** The text decoded, changed and encoded in another way, whatever it was encoded in. */
function recodedFrom(encode: (text: string) => string, encoding: string): Change {
  return plain((mail) => {
    const was = get(mail, 'Content-Transfer-Encoding');
    const text =
      was === 'base64'
        ? Buffer.from(mail.body, 'base64').toString('latin1').replaceAll('\r\n', '\n')
        : decodeQp(mail.body);
    return { ...set(mail, 'Content-Transfer-Encoding', encoding), body: encode(text) };
  });
}

const decodeQp = (text: string) =>
  text
    .replaceAll('=\n', '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function charsetDamage(encode: (text: string) => string, encoding = 'base64'): Change {
  return plain((mail) => {
    if (/utf-8/i.test(get(mail, 'Content-Type') ?? '')) return undefined;
    const typed = set(set(mail, 'Content-Type', utf8Type), 'Content-Transfer-Encoding', encoding);
    return { ...typed, body: encode(asUtf8(mail.body)) };
  });
}

const subject = (change: (value: string) => string): Change => field('Subject', change);
const added =
  (name: string, value: string): Change =>
  (mail) => ({ ...mail, fields: [...mail.fields, `${name}: ${value}`] });

export const HEADER_DAMAGES: readonly Damage[] = [
  { name: 'a tag', kinds: ['subject-tagged'], damage: subject((value) => `[users] ${value}`) },
  {
    name: 'a tag behind Re:',
    kinds: ['subject-tagged'],
    before: subject((value) => `Re: ${value}`),
    damage: subject((value) => value.replace('Re: ', 'Re: [users] ')),
  },
  {
    name: 'Re: rewritten with a tag',
    kinds: ['subject-tagged'],
    before: subject((value) => `RE: ${value}`),
    damage: subject((value) => value.replace('RE: ', 'Re: [users] ')),
  },
  { name: 'SPAM', kinds: ['subject-tagged'], damage: subject((value) => `***SPAM*** ${value}`) },
  { name: '[EXTERNAL]', kinds: ['subject-tagged'], damage: subject((value) => `[EXTERNAL] ${value}`) },
  { name: 'two tags', kinds: ['subject-tagged'], damage: subject((value) => `[EXTERNAL] [users] ${value}`) },
  {
    name: 'a tag and encoded words',
    kinds: ['subject-tagged'],
    before: subject((value) => (value.includes('=?') ? value : `=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=`)),
    damage: subject((value) => `[users] ${value}`),
  },
  {
    name: 'encoded words written anew',
    kinds: ['field-reencoded', 'subject-tagged'],
    before: subject(() => '=?UTF-8?B?R3LDvMOfZQ==?='),
    damage: subject(() => '=?utf-8?q?Gr=C3=BC=C3=9Fe?='),
  },
  {
    name: 'From of the list, author in Reply-To',
    kinds: ['from-rewritten'],
    damage: (mail) =>
      added(
        'Reply-To',
        'Ann Ochs <ann@example.com>',
      )(set(mail, 'From', 'Ann Ochs via Users <users@lists.example.org>')),
    before: dropReplyTo,
  },
  {
    name: 'From of the list, author in X-Original-From',
    kinds: ['from-rewritten'],
    damage: (mail) =>
      added(
        'X-Original-From',
        'Ann Ochs <ann@example.com>',
      )(set(mail, 'From', "'Ann Ochs' via Users <users@lists.example.org>")),
  },
  { name: 'Reply-To added', kinds: ['field-added'], damage: added('Reply-To', 'users@lists.example.org') },
  { name: 'Cc added', kinds: ['field-added'], damage: added('Cc', 'Users <users@lists.example.org>') },
  { name: 'a second Subject', kinds: ['field-added', 'field-duplicated'], damage: added('Subject', 'Buy this') },
  { name: 'a second To', kinds: ['field-added', 'field-duplicated'], damage: added('To', 'other@example.net') },
  {
    name: 'the Message-ID replaced',
    kinds: ['message-id-replaced'],
    damage: (mail) =>
      added(
        'X-Google-Original-Message-ID',
        get(mail, 'Message-ID') ?? '',
      )(set(mail, 'Message-ID', '<new@mail.example.org>')),
  },
  {
    name: 'Content-Type written anew',
    kinds: ['field-changed'],
    damage: plain((mail) => set(mail, 'Content-Type', utf8Type)),
  },
  {
    name: 'Content-Transfer-Encoding written anew',
    kinds: ['field-changed'],
    damage: plain((mail) => set(mail, 'Content-Transfer-Encoding', 'base64')),
  },
  {
    name: 'Content-Transfer-Encoding dropped',
    kinds: ['field-removed'],
    damage: plain((mail) => set(mail, 'Content-Transfer-Encoding', undefined)),
  },
  { name: 'MIME-Version dropped', kinds: ['field-removed'], damage: (mail) => set(mail, 'MIME-Version', undefined) },
  {
    name: 'MIME-Version added',
    kinds: ['field-added'],
    before: (mail) => set(mail, 'MIME-Version', undefined),
    damage: added('MIME-Version', '1.0'),
  },
  {
    name: 'addresses reversed',
    kinds: ['addresses-reordered'],
    before: (mail) => set(mail, 'To', 'a@example.net, Bob <b@example.net>, c@example.net'),
    damage: (mail) => set(mail, 'To', 'c@example.net, Bob <b@example.net>, a@example.net'),
  },
  {
    name: 'an address moved from To to Cc',
    kinds: ['addresses-reordered', 'field-added'],
    before: (mail) => set(mail, 'To', 'a@example.net, b@example.net'),
    damage: (mail) => added('Cc', 'b@example.net')(set(mail, 'To', 'a@example.net')),
  },
  {
    name: 'quotes around a name',
    kinds: ['field-reencoded', 'field-space-changed'],
    before: (mail) => set(mail, 'From', 'Ann Ochs <ann@example.com>'),
    damage: (mail) => set(mail, 'From', '"Ann Ochs" <ann@example.com>'),
  },
  {
    name: 'capitals in an address',
    kinds: ['field-case-changed'],
    before: (mail) => set(mail, 'To', 'bob@example.net'),
    damage: (mail) => set(mail, 'To', 'bob@Example.NET'),
  },
  {
    name: 'a long References broken',
    kinds: ['long-lines-broken', 'field-refolded'],
    before: (mail) => set(mail, 'References', `<${'a'.repeat(1200)}@example.com>`),
    damage: field('References', (value) => `${value.slice(0, 986)}\n ${value.slice(986)}`),
  },
  { name: 'a field folded', kinds: ['field-refolded'], damage: subject((value) => value.replace(' ', '\n ')) },
  {
    name: 'a field unfolded',
    kinds: ['field-refolded'],
    before: field('To', () => 'bob@example.net,\n\tcarl@example.net'),
    damage: field('To', () => 'bob@example.net, carl@example.net'),
  },
  {
    name: 'a blank behind the colon lost',
    kinds: ['field-space-changed'],
    damage: (mail) => ({ ...mail, fields: mail.fields.map((one) => one.replace(/^Subject: /, 'Subject:')) }),
  },
  {
    name: 'a field name spelled in another way',
    kinds: ['field-case-changed'],
    damage: (mail) => ({ ...mail, fields: mail.fields.map((one) => one.replace(/^MIME-Version/, 'Mime-Version')) }),
  },
  {
    name: 'a tag and a Content-Type',
    kinds: ['subject-tagged'],
    damage: plain((mail) =>
      set(set(mail, 'Subject', `[users] ${get(mail, 'Subject')}`), 'Content-Type', 'text/plain; charset="us-ascii"'),
    ),
  },
  {
    name: 'a tag and a Reply-To',
    kinds: ['subject-tagged'],
    damage: (mail) =>
      added('Reply-To', 'users@lists.example.org')(set(mail, 'Subject', `[users] ${get(mail, 'Subject')}`)),
  },
  {
    name: 'all that a list does',
    kinds: ['subject-tagged'],
    damage: plain((mail) => ({
      ...set(
        set(set(mail, 'Subject', `[users] ${get(mail, 'Subject')}`), 'Content-Type', utf8Type),
        'Content-Transfer-Encoding',
        'base64',
      ),
      body: base64(asUtf8IfNot(mail) + FOOTER),
    })),
  },
];

function dropReplyTo(mail: Mail): Mail {
  return set(mail, 'From', 'Ann Ochs <ann@example.com>');
}

const asUtf8IfNot = (mail: Mail) => (/utf-8/i.test(get(mail, 'Content-Type') ?? '') ? mail.body : asUtf8(mail.body));

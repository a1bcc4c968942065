/** Messages that signers and verifiers stumble over, latin1. Each comes with CRLF; `lf` says how it looks with LF. */

const HEAD =
  'From: Ann <ann@example.com>\r\nTo: Bob <bob@example.net>\r\nSubject: Lunch\r\nDate: Wed, 06 Sep 2023 11:33:20 +0000\r\nMessage-ID: <1@example.com>\r\n';
const utf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

export const AWKWARD: Readonly<Record<string, string>> = {
  plain: `${HEAD}\r\nAre you hungry yet?\r\n`,
  'empty-body': `${HEAD}\r\n`,
  'no-separator': HEAD,
  'only-blank-lines': `${HEAD}\r\n\r\n\r\n\r\n`,
  'blanks-on-lines': `${HEAD}\r\n \r\n\t \t\r\n`,
  'no-final-newline': `${HEAD}\r\nthe end`,
  'trailing-blank-lines': `${HEAD}\r\nthe end\r\n\r\n\r\n`,
  'blank-lines-first': `${HEAD}\r\n\r\n\r\nlate\r\n`,
  'blanks-in-body': `${HEAD}\r\n a \t b\t\r\n  \r\n\tc  \r\n\r\n`,
  'eight-bit': `${HEAD}Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe \xa0 \x85\r\n`,
  'utf8-header': `${HEAD.replace('Lunch', utf8('Mittagessen für Zoë à la carte'))}\r\n${utf8('€ und à ')}\r\n`,
  'long-body-line': `${HEAD}\r\n${'a b '.repeat(2500)}\r\nend\r\n`,
  'long-header': `${HEAD}References: ${'<0123456789@example.net> '.repeat(30)}\r\n\r\nx\r\n`,
  'duplicate-headers': `${HEAD}X-Tag: 1\r\nReceived: from a\r\nX-Tag: 2\r\nReceived: from b\r\nX-Tag: 3\r\n\r\nx\r\n`,
  'two-subjects': `Subject: First\r\n${HEAD}\r\nx\r\n`,
  tabs: `From:\tAnn\t<ann@example.com>\r\nSubject:\ta\t \tb\t\r\nDate:Wed, 06 Sep 2023 11:33:20 +0000\r\n\r\na\t\tb\r\n`,
  folded: `From: Ann\r\n\t<ann@example.com>\r\nTo: a@example.net,\r\n b@example.net,\r\n  \t c@example.net\r\nSubject:\r\n folded\r\n \t at once\r\n\r\nx\r\n`,
  'empty-fold': `${HEAD}Comments: a\r\n \r\n b\r\n\r\nx\r\n`,
  'odd-case':
    'FROM: ann@example.com\r\nsUbJeCt: x\r\nTO: bob@example.net\r\ndAtE: Wed, 06 Sep 2023 11:33:20 +0000\r\n\r\nx\r\n',
  'space-before-colon': 'From : ann@example.com\r\nSubject\t: x\r\n\r\nx\r\n',
  'empty-values': 'From: ann@example.com\r\nSubject:\r\nCc: \r\nReply-To: \t \r\n\r\nx\r\n',
  'colons-in-values': `${HEAD.replace('Lunch', ': a : b :: c')}X-Empty::\r\n\r\n: not a field\r\n`,
  dots: `${HEAD}\r\n.\r\n..\r\n.x\r\nFrom here\r\n>From there\r\n`,
  'from-variants': '(comment) ANN <ann@example.com>\r\n'.replace(/^/, 'From: ') + 'Subject: "a \\" b"\r\n\r\nx\r\n',
  multipart: `${HEAD}MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary="=_b"\r\n\r\n--=_b\r\n\r\na =3D b\r\n--=_b--\r\n`,
  list: `${HEAD}List-Id: <l.example.net>\r\nList-Unsubscribe: <https://example.net/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nx\r\n`,
};

/** The same with LF. */
export const withLf = (message: string) => message.replaceAll('\r\n', '\n');

/** Oddities that only one reading of the standards covers: for the tests of our own two halves. */
export const WILD: Readonly<Record<string, string>> = {
  'bare-cr': `${HEAD.replace('Lunch', 'a\rb')}\r\na\rb\r\n\r\r\n`,
  nul: `${HEAD}\r\na\0b\r\n\0`,
  'all-octets': `${HEAD}\r\n${String.fromCharCode(...Array.from({ length: 256 }, (_, octet) => octet))}`,
  'mixed-line-ends': `${HEAD.replace('\r\nSubject', '\nSubject')}\n\r\na\nb\r\nc\n`,
  'mbox-line': `From ann@example.com Wed Sep  6 11:33:20 2023\n${withLf(HEAD)}\nx\n`,
  'no-line-end': 'From: ann@example.com',
  'long-line-of-20000': `${HEAD}X: ${'y'.repeat(20_000)}\r\n\r\n${'z'.repeat(20_000)}`,
};

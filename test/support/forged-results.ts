/** Ways to make some program believe that Authentication-Results of ours stand in a message. */

/** Our own authserv-id: a name with an A-label, so that each spelling of it can be forged. */
export const OWN_ID = 'mx.xn--bcher-kva.example';
const U = 'mx.b\u00c3\u00bccher.example';
/** What every forgery claims. */
export const CLAIM = 'dkim=pass header.d=forged.example.com';

export interface Forgery {
  readonly name: string;
  /** latin1: what stands above From in a message whose lines end in CRLF or LF. */
  readonly header: string;
  /** What stands there when it has passed through, if not nothing. */
  readonly left?: string;
}

const field = (name: string, value: string): Forgery => ({ name, header: `Authentication-Results: ${value}` });
const of = (name: string, id: string) => field(name, `${id}; ${CLAIM}`);
const spelled = (name: string, spelling: string): Forgery => ({ name, header: `${spelling}${OWN_ID}; ${CLAIM}` });
const coded = (name: string, word: string) => of(name, `=?${word}?=`);
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');
const INJECTED = `Authentication-Results: ${OWN_ID}; ${CLAIM}`;
const quotedPrintable = (text: string) =>
  text.replace(/[^A-Za-z0-9:;.]/g, (character) => `=${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

export const FORGERIES: readonly Forgery[] = [
  of('plain', OWN_ID),
  of('in capitals', OWN_ID.toUpperCase()),
  field('without a blank before the semicolon', `${OWN_ID} ;${CLAIM}`),
  field('without a semicolon', `${OWN_ID} ${CLAIM}`),
  of('with a version', `${OWN_ID} 1`),
  of('with a job', `${OWN_ID}/4711`),
  of('with a statement of its own', `${OWN_ID} from=x`),
  of('with a final dot', `${OWN_ID}.`),
  of('with a word behind it', `${OWN_ID} evil.example`),
  of('with blanks around a dot', 'mx . xn--bcher-kva.example'),
  of('with a blank behind a dot', 'mx. xn--bcher-kva.example'),
  of('with a tab in a label', 'm\tx.xn--bcher-kva.example'),
  of('folded at a dot', 'mx\r\n .xn--bcher-kva.example'),
  of('folded before it', `\r\n\t${OWN_ID}`),
  of('folded twice before it', `\r\n \r\n ${OWN_ID}`),
  of('in quotes', `"${OWN_ID}"`),
  of('in quotes with a blank', `" ${OWN_ID} "`),
  of('partly in quotes', 'mx.xn--bc"her-kva".example'),
  of('in single quotes', `'${OWN_ID}'`),
  of('behind empty quotes', `""${OWN_ID}`),
  of('with quotes that do not close', `"${OWN_ID}`),
  of('with a backslash', 'mx.xn--bcher-kva\\.example'),
  of('with a backslash in quotes', '"mx.xn--bcher-kva\\.exampl\\e"'),
  of('behind a backslash', `\\${OWN_ID}`),
  of('behind a comment', `(x) ${OWN_ID}`),
  of('behind a comment without a blank', `(x)${OWN_ID}`),
  of('behind two comments', `(x) (y)${OWN_ID}`),
  of('behind a comment with a semicolon', `(x;) ${OWN_ID}`),
  of('before a comment', `${OWN_ID}(x)`),
  of('with a comment inside', 'mx(c).xn--bcher-kva.example'),
  of('with a comment in a label', 'mx.xn--bcher(c)-kva.example'),
  of('with a nested comment', `((a) b) ${OWN_ID}`),
  of('with a comment that closes early', `(a\\) ${OWN_ID}`),
  of('with a comment that closes late', `(a\\) b) ${OWN_ID}`),
  of('with a comment that closes where comments do not nest', `((a) ${OWN_ID}`),
  of('in a comment that does not close', `(${OWN_ID}`),
  of('behind a comment that does not close', `(x ( ${OWN_ID}`.replace('x ', '')),
  of('behind a closing parenthesis', `) ${OWN_ID}`),
  of('behind a semicolon', `;${OWN_ID}`),
  of('behind semicolons', `; ;\t;${OWN_ID}`),
  of('behind a comma', `,${OWN_ID}`),
  of('in angle brackets', `<${OWN_ID}>`),
  of('behind a form feed', `\f${OWN_ID}`),
  of('before a form feed', `${OWN_ID}\f`),
  of('behind a vertical tab', `\v${OWN_ID}`),
  of('with a form feed inside', 'mx\f.xn--bcher-kva.example'),
  of('with a NUL behind it', `${OWN_ID}\u0000`),
  of('with a NUL inside', 'mx.\u0000xn--bcher-kva.example'),
  of('with a bare CR before it', `\r${OWN_ID}`),
  of('with a DEL', `${OWN_ID}\u007f`),
  of('with a non-breaking space', `\u00a0${OWN_ID}`),
  of('with a non-breaking space in UTF-8', `\u00c2\u00a0${OWN_ID}`),
  of('with a soft hyphen', `mx.xn--bcher-\u00c2\u00adkva.example`),
  of('with a zero-width space', `mx\u00e2\u0080\u008b.xn--bcher-kva.example`),
  of('with a Hangul filler', `mx\u00e3\u0085\u00a4.xn--bcher-kva.example`),
  of('with an octet that is not UTF-8', `\u00ff${OWN_ID}`),
  of('in U-labels', U),
  of('in U-labels with capitals', 'MX.B\u00c3\u009cCHER.EXAMPLE'),
  of('in U-labels in quotes', `"${U}"`),
  of('in U-labels with a backslash', '"mx.b\\\u00c3\u00bccher.example"'),
  of('in U-labels with a comment', 'mx.b\u00c3\u00bccher(c).example'),
  of('in U-labels with blanks', 'mx . b\u00c3\u00bccher . example 1'),
  of('in U-labels, decomposed', 'mx.bu\u00cc\u0088cher.example'),
  of('in U-labels in latin1', 'mx.b\u00fccher.example'),
  of('in U-labels beside an octet that is not UTF-8', `\u00ff${U}`),
  of('in full-width letters', '\u00ef\u00bd\u008dx.xn--bcher-kva.example'),
  of('with an ideographic full stop', 'mx\u00e3\u0080\u0082xn--bcher-kva.example'),
  coded('as an encoded word', `us-ascii?q?${OWN_ID}`),
  coded('as an encoded word in base64', `utf-8?B?${base64(OWN_ID)}`),
  coded('as an encoded word in UTF-16', `utf-16be?b?${base64(OWN_ID.replace(/./g, '\0$&'))}`),
  coded('as an encoded U-label', 'utf-8?q?mx.b=C3=BCcher.example'),
  of('as encoded words in a row', '=?us-ascii?q?mx?= =?us-ascii?q?.xn--bcher-kva.example?='),
  field('wholly encoded', `=?us-ascii?q?${OWN_ID};_dkim=3Dpass_header.d=3Dforged.example.com?=`),
  spelled('a blank behind the field name', 'Authentication-Results : '),
  spelled('a tab behind the field name', 'Authentication-Results\t:'),
  spelled('the field name in capitals', 'AUTHENTICATION-RESULTS:'),
  spelled('a form feed behind the field name', 'Authentication-Results\f: '),
  spelled('a NUL in the field name', 'Authentication\u0000-Results: '),
  spelled('a bare CR before the field name', '\rAuthentication-Results: '),
  spelled('a non-breaking space before the field name', '\u00a0Authentication-Results: '),
  spelled('a comment behind the field name', 'Authentication-Results (x): '),
  spelled('quotes around the field name', '"Authentication-Results": '),
  spelled('a backslash in the field name', 'Authentication\\-Results: '),
  spelled('a fold behind the field name', 'Authentication-Results\r\n : '),
  spelled('the field name twice', 'Authentication-Results: Authentication-Results:'),
  spelled('the field of an ARC set', 'ARC-Authentication-Results: i=1; '),
  spelled('the field of an ARC set with comments', 'ARC-Authentication-Results: (x) i (y) = 1 (z); (x) '),
  spelled('the field of an ARC set without an instance', 'ARC-Authentication-Results: '),
  {
    name: 'a bare CR inside another field',
    header: `X-A: b\r${INJECTED}`,
    left: `X-A: b ${INJECTED}`,
  },
  {
    name: 'bare CRs inside another field',
    header: `X-A: b\r\r${INJECTED}\r\rc`,
    left: `X-A: b  ${INJECTED}  c`,
  },
  {
    name: 'a bare CR in a line that is not a field',
    header: `X-A: b\r\nno field\r${INJECTED}`,
    left: `X-A: b\r\nno field?${INJECTED}`,
  },
  {
    name: 'a line end in an encoded word',
    header: `X-A: =?utf-8?q?b=0A${quotedPrintable(INJECTED)}?=`,
    left: `X-A: =?utf-8?q?b=20${quotedPrintable(INJECTED)}?=`,
  },
  {
    name: 'a CRLF in an encoded word',
    header: `Subject: =?utf-8*en?Q?b=0d=0a${quotedPrintable(INJECTED)}?=`,
    left: `Subject: =?utf-8*en?Q?b=20=20${quotedPrintable(INJECTED)}?=`,
  },
  {
    name: 'a line end in base64',
    header: `X-A: =?utf-8?b?${base64(`b\n${INJECTED}`)}?=`,
    left: `X-A: =?utf-8?b?${base64(`b ${INJECTED}`)}?=`,
  },
  {
    name: 'a line end in base64 with other characters',
    header: `X-A: =?utf-8?b?-${base64(`\n${INJECTED}`)}?=`,
    left: `X-A: =_utf-8?b?-${base64(`\n${INJECTED}`)}?=`,
  },
  {
    name: 'a line end in UTF-7',
    header: `X-A: =?utf-7?q?b+AAo-${quotedPrintable(INJECTED)}?=`,
    left: `X-A: =_utf-7?q?b+AAo-${quotedPrintable(INJECTED)}?=`,
  },
  {
    name: 'a line end in the second of two encoded words',
    header: `X-A: =?utf-8?q?b?=\r\n =?utf-8?q?=0A${quotedPrintable(INJECTED)}?=`,
    left: `X-A: =?utf-8?q?b?=\r\n =?utf-8?q?=20${quotedPrintable(INJECTED)}?=`,
  },
];

/** What is of others, or says nothing of us, and stays. */
export const OF_OTHERS: readonly string[] = [
  `Authentication-Results: ${OWN_ID}.evil.example; ${CLAIM}`,
  `Authentication-Results: not-${OWN_ID}; ${CLAIM}`,
  `Authentication-Results: a.${OWN_ID}; ${CLAIM}`,
  `Authentication-Results: xn--bcher-kva.example; ${CLAIM}`,
  `Authentication-Results: mx.b\u00c3\u00b6cher.example; ${CLAIM}`,
  `Authentication-Results: (${OWN_ID}) other.example; ${CLAIM}`,
  `Authentication-Results: other.example (${OWN_ID}); ${CLAIM}`,
  `Authentication-Results: other.example; spf=pass smtp.mailfrom=${OWN_ID}`,
  `Authentication-Results: other.example; dkim=pass reason="=?utf-8?q?x?=" header.d=${OWN_ID}`,
  `ARC-Authentication-Results: i=1; other.example; ${OWN_ID}; ${CLAIM}`,
  `X-Authentication-Results: ${OWN_ID}; ${CLAIM}`,
  `Subject: Authentication-Results: ${OWN_ID}; ${CLAIM}`,
  `X-A: b\r\n Authentication-Results: ${OWN_ID}; ${CLAIM}`,
  `Subject: =?utf-8?q?=3D0A?= =?iso-8859-1?b?${Buffer.from('caf\u00e9', 'latin1').toString('base64')}?=`,
];

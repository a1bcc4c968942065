/** What a verifier makes of signatures that fit: RFC 8301, l=, unsigned fields, who signed. */
import { type Author, strangerRefusal } from '../header/alignment.ts';
import { HIDDEN_FROM } from '../header/author.ts';
import type { HeaderBlock } from '../header/header-block.ts';
import { strayOctets, strayOctetsText } from '../header/stray-octets.ts';
import { GOOD_RSA_BITS, MIN_RSA_BITS } from '../crypto/public-key.ts';
import type { VerifyRules } from '../signature/method.ts';
import type { DkimWarning, Warning } from '../verdict.ts';
import type { UsableDkimKey } from '../keys/dkim-lookup.ts';
import type { Refusal, Signature } from './signature.ts';

/** Fields that RFC 5322 section 3.6, RFC 2045 and RFC 2183 allow once: a second one was added by somebody. */
const ONCE = [
  'Sender',
  'Reply-To',
  'To',
  'Cc',
  'Subject',
  'Date',
  'Message-ID',
  'In-Reply-To',
  'References',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'Content-Disposition',
].map((spelled) => ({ spelled, name: spelled.toLowerCase() }));

/** What refuses a signature unless `legacy` is set (RFC 8301 sections 3.1 and 3.2). */
const LEGACY_WARNINGS: readonly DkimWarning[] = ['weak-algorithm', 'weak-key'];
/** What refuses a signature unless `lenient` is set: the reader may be shown another author than the signer. */
const AUTHOR_WARNINGS: readonly DkimWarning[] = ['from-added'];
/** What refuses a signature where `strict` is set. */
const STRICT_WARNINGS: readonly DkimWarning[] = [
  'body-partly-signed',
  'unsigned-duplicate',
  'header-line-malformed',
  'timestamp-in-future',
];

/** What was found out about a signature that could be judged. */
export interface Findings {
  readonly key: UsableDkimKey | undefined;
  /** Key records at the name of the key. */
  readonly keyRecords: number;
  /** Canonical octets of the body behind what l= covers; below 1: none. */
  readonly unsignedOctets: number;
}

/** Things to tell about a signature, whatever its result. Under `strict` and without `legacy` some of them refuse it. */
export function signatureWarnings(
  header: HeaderBlock,
  signature: Signature,
  author: Author,
  { key, keyRecords, unsignedOctets }: Findings,
  rules: VerifyRules,
): Warning<DkimWarning>[] {
  const warnings: Warning<DkimWarning>[] = [];
  const warn = (code: DkimWarning, detail: string) => warnings.push({ code, detail });
  const signed = (name: string) => occurrences(signature.signedHeaders, name);

  if (signature.hash === 'sha1') warn('weak-algorithm', 'rsa-sha1 must not be used any more (RFC 8301)');
  if (key?.imported.type === 'rsa' && key.imported.bits < GOOD_RSA_BITS) {
    const weak = key.imported.bits < MIN_RSA_BITS;
    warn(
      weak ? 'weak-key' : 'key-near-limit',
      `the RSA key has ${key.imported.bits} bits; ${GOOD_RSA_BITS} are recommended`,
    );
  }
  if (keyRecords > 1) {
    warn('several-key-records', `there are ${keyRecords} key records at ${signature.keyName}; there must be only one`);
  }
  if (unsignedOctets > 0) {
    const detail = `l= leaves ${unsignedOctets} octets of the body unsigned: anyone may have added them`;
    warn('body-partly-signed', detail);
  }
  const signedFrom = signed('from');
  if (author.count > signedFrom) {
    const detail = `the message has ${author.count} From fields, ${signedFrom} of them signed: a reader may see a different author`;
    warn('from-added', detail);
  } else if (author.hasHidden) {
    warn('from-added', `${HIDDEN_FROM}: a reader may see a different author`);
  }
  for (const { name, spelled } of ONCE) {
    const there = header.named(name).length;
    const covered = there < 2 ? 0 : signed(name);
    if (covered > 0 && there > covered) {
      const detail = `the message has ${there} ${spelled} fields, only ${covered} of them signed: a reader may see the other`;
      warn('unsigned-duplicate', detail);
    }
  }
  if (header.named('subject').length > 0 && !signature.signedHeaders.includes('subject')) {
    warn('subject-not-signed', 'the Subject is not signed: anyone may have changed it');
  }
  const malformed = malformedHeader(header);
  if (malformed !== undefined) warn('header-line-malformed', malformed);
  if (signature.timestamp !== undefined && signature.timestamp > rules.now) {
    warn('timestamp-in-future', `the signature is dated in the future (t=${signature.timestamp})`);
  }
  if (key?.record.flags.includes('y')) {
    warn('testing', 'the key has t=y: the domain is testing; treat the message as unsigned');
  }
  return warnings;
}

/** Why other programs may find other fields in a header block. */
function malformedHeader(header: HeaderBlock): string | undefined {
  const lines = header.named('').length;
  const strays = strayOctetsText(strayOctets(header));
  if (lines === 0 && strays === undefined) return undefined;
  const odd =
    lines === 0
      ? []
      : [lines === 1 ? 'a line that is not a header field' : `${lines} lines that are not header fields`];
  const consequence = strays === undefined ? 'other programs may end it there' : 'other programs may see other fields';
  return `the header block has ${[...odd, ...(strays === undefined ? [] : [strays])].join(' and ')}: ${consequence}`;
}

function occurrences(names: readonly string[], wanted: string): number {
  let count = 0;
  for (const name of names) if (name === wanted) count++;
  return count;
}

/** Why a signature that fits is still not accepted. */
export function policyRefusal(
  signature: Signature,
  { key }: Findings,
  warnings: readonly Warning<DkimWarning>[],
  author: Author,
  rules: VerifyRules,
): Refusal | undefined {
  const refused = [
    ...(rules.legacy ? [] : LEGACY_WARNINGS),
    ...(rules.lenient ? [] : AUTHOR_WARNINGS),
    ...(rules.strict ? STRICT_WARNINGS : []),
  ];
  const found = warnings.find(({ code }) => refused.includes(code));
  if (found?.code === 'weak-key') {
    return { reason: 'weak-key', detail: `the RSA key has ${key?.imported.bits} bits, fewer than ${MIN_RSA_BITS}` };
  }
  if (found !== undefined) return { reason: found.code as Refusal['reason'], detail: found.detail };
  return rules.authorOnly ? strangerRefusal(signature.signingDomain, author) : undefined;
}

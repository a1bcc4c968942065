/** Fields that are missing, and fields that will be written anew. */
import { isWithin, toAscii } from '../syntax/domain-name.ts';
import type { HeaderBlock } from '../header/header-block.ts';
import { type PreflightCode, type PreflightFinding, preflightFinding } from './checks.ts';
import type { MessageFacts } from './line-findings.ts';
import { mimeFacts } from './mime.ts';
import type { SignatureTraits } from './signature-traits.ts';

export function* headerFindings(
  { header }: MessageFacts,
  signatures: readonly SignatureTraits[],
): Iterable<PreflightFinding> {
  yield* missing(header, 'date-missing', 'Date', signatures);
  yield* missing(header, 'message-id-missing', 'Message-ID', signatures);
  if (mimeFacts(header).isMime) yield* missing(header, 'mime-version-missing', 'MIME-Version', signatures);
  yield* ownList(header, signatures);
  yield* footers(header);
}

/** A field that servers add. Where h= names it all the same, adding it breaks the signature. */
function* missing(
  header: HeaderBlock,
  code: PreflightCode,
  name: string,
  signatures: readonly SignatureTraits[],
): Iterable<PreflightFinding> {
  const lower = name.toLowerCase();
  if (header.named(lower).length > 0) return;
  const breaking = signatures.find(({ signedHeaders }) => signedHeaders.includes(lower));
  const consequence =
    breaking === undefined
      ? 'servers add one, and receivers reject mail that arrives without it'
      : `servers add one, which breaks the signature ${breaking.name}: its h= lists the field`;
  yield preflightFinding(
    code,
    name,
    [`it is missing: ${consequence}`, `the field ${name}`, `write ${name} before the message is signed`],
    breaking === undefined ? undefined : 'error',
  );
}

/** List-Id of a domain that signs: the list manager comes behind the signature, or the message has been through it. */
function* ownList(header: HeaderBlock, signatures: readonly SignatureTraits[]): Iterable<PreflightFinding> {
  const [field] = header.named('list-id');
  if (field === undefined) return;
  const id = /<([^<>\s]+)>/.exec(header.value(field))?.[1] ?? '';
  const domain = toAscii(id.slice(0, 255));
  const own = signatures.find(({ signingDomain }) => domain !== undefined && isWithin(domain, signingDomain));
  if (own === undefined) return;
  const [subject] = header.named('subject');
  if (subject !== undefined && /^[ \t\r\n]*(?:re:[ \t]*)?\[/i.test(header.value(subject).slice(0, 200))) return;
  yield preflightFinding('list-rewrites', 'List-Id', [
    `the message belongs to your own list ${domain}, and its Subject has no [tag] yet: what the list adds to Subject and body breaks ${own.name}`,
    'a signature made after the list manager (RFC 6377 section 5.3)',
    'sign what the list manager sends, or let it leave Subject and body alone',
  ]);
}

/** Bodies that a footer or a disclaimer cannot be put under without new encoding. */
function* footers(header: HeaderBlock): Iterable<PreflightFinding> {
  const { type, encoding } = mimeFacts(header);
  if (!type.startsWith('text/')) return;
  const isEncoded = encoding === 'base64' || encoding === 'quoted-printable';
  if (!isEncoded && type !== 'text/html') return;
  const what = isEncoded ? `the body is ${type} in ${encoding}` : 'the body is text/html alone';
  yield preflightFinding('footer-rewrites', 'Content-Type', [
    `${what}: software that adds a footer or a disclaimer, such as Mailman or Exchange, re-encodes all of it`,
    'nothing, if the message passes no list and gets no disclaimer',
    'for lists, send text/plain in 7 bits, which lines can be appended to',
  ]);
}

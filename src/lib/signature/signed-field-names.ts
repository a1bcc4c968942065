/** Which fields a new signature covers. */
import { DktoolError } from '../errors.ts';
import type { HeaderBlock } from '../header/header-block.ts';

/**
 * The fields of RFC 6376 section 5.4.1 with those that came later (List-Unsubscribe-Post, RFC 8058) and those that decide
 * how a body is shown (MIME, RFC 2045). In the order in which h= lists them. Trace fields are never among them (5.4.2).
 */
export const DEFAULT_SIGNED_FIELDS: readonly string[] = [
  'From',
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
  'Content-ID',
  'Content-Description',
  'Resent-Date',
  'Resent-From',
  'Resent-Sender',
  'Resent-To',
  'Resent-Cc',
  'Resent-Message-ID',
  'List-Id',
  'List-Help',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'List-Subscribe',
  'List-Post',
  'List-Owner',
  'List-Archive',
];

/**
 * Oversigned always: nobody may add one of these, not even the first. A second From or Subject shows a reader another
 * message (RFC 6376 section 8.15), a Reply-To sends the answers elsewhere.
 */
const OVERSIGNED_ALWAYS: ReadonlySet<string> = new Set(['from', 'subject', 'reply-to']);

/**
 * Oversigned where the message has one. Where it has none, the next MTA may have to add it (Date, Message-ID: RFC 6409
 * section 8) and must not break the signature by that. Resent-* and List-* never: who forwards adds them by right.
 */
const OVERSIGNED_IF_PRESENT: ReadonlySet<string> = new Set([
  'to',
  'cc',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);

/** ftext (RFC 5322 section 3.6.8) but for the semicolon, which would end h= early. */
const NAME = /^[!-9<-~]+$/;

/** Whether a name may stand in h=. */
export function isSignableName(name: string): boolean {
  return NAME.test(name);
}

/**
 * The names for h=: each name as often as the message has the field, and once more where it is oversigned (section 5.4).
 *
 * @param names the fields to cover, in the order wanted; a name that stands there twice counts once
 * @param oversigned more names to cover and oversign, whether the message has such fields or not
 * @throws DktoolError where a name cannot stand in h=, or From is missing (RFC 6376 section 5.4)
 */
export function signedFieldNames(
  header: HeaderBlock,
  names: readonly string[],
  oversigned: readonly string[] = [],
): string[] {
  const all = [...names, ...oversigned];
  const more = new Set(oversigned.map((name) => name.toLowerCase()));
  const odd = all.find((name) => !isSignableName(name));
  if (odd !== undefined) throw badList(`'${odd}' cannot be listed in h=`);
  if (!names.some((name) => name.toLowerCase() === 'from')) throw badList('From is not among the fields to sign');
  const listed: string[] = [];
  const seen = new Set<string>();
  for (const name of all) {
    const lower = name.toLowerCase();
    if (seen.has(lower)) continue;
    seen.add(lower);
    const present = header.named(lower).length;
    const isOversigned =
      OVERSIGNED_ALWAYS.has(lower) || more.has(lower) || (present > 0 && OVERSIGNED_IF_PRESENT.has(lower));
    for (let i = present + (isOversigned ? 1 : 0); i > 0; i--) listed.push(name);
  }
  return listed;
}

function badList(message: string): DktoolError {
  return new DktoolError('bad-signed-fields', message, { kind: 'permanent' });
}

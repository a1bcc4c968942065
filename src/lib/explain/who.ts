/** Who is likely to have changed a message: what programs leave of themselves in the header. */
import type { HeaderBlock } from '../header/header-block.ts';
import type { Change, ChangeKind } from './change.ts';

interface Trace {
  readonly field: string;
  /** What the value has to hold. */
  readonly pattern?: RegExp;
  /** With `$1` and so on from the pattern. */
  readonly name: string;
}

/** List managers, the telling ones first. */
const LISTS: readonly Trace[] = [
  { field: 'x-mailman-version', pattern: /^\s*([0-9][0-9A-Za-z.+-]{0,30})/, name: 'Mailman $1' },
  { field: 'x-google-group-id', name: 'Google Groups' },
  { field: 'x-sympa-to', name: 'Sympa' },
  { field: 'x-mlserver', pattern: /\b(fml)\b/i, name: 'fml' },
  { field: 'x-ml-name', name: 'a mailing list' },
  { field: 'mailing-list', pattern: /ezmlm/i, name: 'ezmlm' },
  { field: 'mailing-list', pattern: /groups\.io/i, name: 'groups.io' },
  { field: 'list-id', pattern: /groups\.io>/i, name: 'groups.io' },
  { field: 'x-listserv', name: 'LISTSERV' },
  { field: 'received', pattern: /\(LISTSERV-TCP/i, name: 'LISTSERV' },
  { field: 'x-discourse-post-id', name: 'Discourse' },
  { field: 'x-mailing-list', name: 'a mailing list' },
  { field: 'list-id', pattern: /<?([A-Za-z0-9][A-Za-z0-9.-]{0,200})>?\s*$/, name: 'the mailing list $1' },
  { field: 'list-post', name: 'a mailing list' },
  { field: 'precedence', pattern: /\blist\b/i, name: 'a mailing list' },
];

const FILTERS: readonly Trace[] = [
  { field: 'x-content-filtered-by', pattern: /^\s*([A-Za-z0-9 /._-]{1,60})/, name: '$1' },
  { field: 'x-mimecast-spam-score', name: 'Mimecast' },
  { field: 'x-mimecast-originator', name: 'Mimecast' },
  { field: 'x-proofpoint-virus-version', name: 'Proofpoint' },
  { field: 'x-barracuda-url', name: 'Barracuda' },
  { field: 'x-barracuda-connect', name: 'Barracuda' },
  { field: 'x-ironport-av', name: 'Cisco Secure Email (IronPort)' },
  { field: 'x-spam-status', name: 'a spam filter' },
];

const EXCHANGE: readonly Trace[] = [
  { field: 'x-ms-exchange-organization-authas', name: 'Microsoft Exchange' },
  { field: 'x-ms-exchange-crosstenant-id', name: 'Microsoft 365' },
  { field: 'x-ms-exchange-transport-crosstenantheadersstamped', name: 'Microsoft 365' },
  { field: 'received', pattern: /Microsoft SMTP Server/, name: 'Microsoft Exchange' },
];

const RELAYS: readonly Trace[] = [
  { field: 'received', pattern: /\(Postfix\)/, name: 'Postfix' },
  { field: 'received', pattern: /\bSendmail\b|\(8\.1[0-9]\.[0-9]+/i, name: 'Sendmail' },
];

/** Where to look first for each kind. */
const SUSPECTS: Partial<Readonly<Record<ChangeKind, readonly (readonly Trace[])[]>>> = {
  'part-fields-added': [EXCHANGE],
  'links-rewritten': [FILTERS, EXCHANGE],
  'long-lines-broken': [RELAYS],
  'parts-removed': [FILTERS, LISTS],
  'lines-prepended': [LISTS, FILTERS, EXCHANGE],
  'lines-inserted': [FILTERS, EXCHANGE, LISTS],
};
const USUAL: readonly (readonly Trace[])[] = [LISTS, EXCHANGE, FILTERS];

/** Fields of one name that are looked at, and octets of each. */
const [MAX_FIELDS, MAX_VALUE] = [20, 500];

/** The likeliest author of a change, latin1; `undefined` where the message says nothing. */
export function authorOf({ kind }: Pick<Change, 'kind'>, header: HeaderBlock): string | undefined {
  for (const traces of SUSPECTS[kind] ?? USUAL) {
    for (const trace of traces) {
      const name = nameFrom(trace, header);
      if (name !== undefined) return name;
    }
  }
  return undefined;
}

function nameFrom({ field, pattern, name }: Trace, header: HeaderBlock): string | undefined {
  for (const one of header.named(field).slice(0, MAX_FIELDS)) {
    if (pattern === undefined) return name;
    const match = pattern.exec(header.value(one).slice(0, MAX_VALUE));
    if (match !== null) return name.replace('$1', () => match[1]?.trim() ?? '');
  }
  return undefined;
}

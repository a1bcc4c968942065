/** Lines for people about what went out to DNS and what came back. Everything in them from outside is escaped. */
import { describeExtendedError } from '../wire/extended-errors.ts';
import { joinLabels } from '../wire/name.ts';
import type { MxRecord, RecordData, RecordType, SoaRecord } from '../resolver.ts';
import { formatServer, type ServerAddress } from '../live/server-address.ts';
import type { Exchanged } from '../live/udp.ts';
import { rcodeName, type Reply, type WireRecord } from '../wire/message.ts';

/** A line shows this much of an answer: it is to be glanced at. */
const MAX_RECORDS_SHOWN = 3;
const MAX_TEXT_SHOWN = 72;

export interface TracedExchange {
  readonly labels: readonly string[];
  readonly type: RecordType;
  readonly server: ServerAddress;
  readonly transport: 'udp' | 'tcp';
  readonly exchanged: Exchanged;
  readonly milliseconds: number;
}

/**
 * `sel._domainkey.example.com TXT from 192.0.2.53:53 udp: NOERROR "v=DKIM1; p=..." ttl 300, 412 octets, ad, 12 ms`; of
 * trouble, what it was.
 */
export function formatTrace({ labels, type, server, transport, exchanged, milliseconds }: TracedExchange): string {
  const question = `${escapeOctets(joinLabels(labels)) || '.'} ${type} from ${formatServer(server)} ${transport}`;
  return `${question}: ${describe(exchanged)}, ${Math.round(milliseconds)} ms`;
}

function describe(exchanged: Exchanged): string {
  switch (exchanged.kind) {
    case 'reply':
      return describeReply(exchanged);
    case 'truncated':
      return 'truncated';
    case 'timeout':
      return 'no answer';
    default:
      return `${exchanged.kind} (${exchanged.fault})`;
  }
}

function describeReply(reply: Reply): string {
  const { answers } = reply;
  const shown = answers.slice(0, MAX_RECORDS_SHOWN).map(describeRecord);
  if (answers.length > shown.length) shown.push(`and ${answers.length - shown.length} more`);
  if (answers.length > 0) shown.push(`ttl ${Math.min(...answers.map(({ ttl }) => ttl))}`);
  return [
    [rcodeName(reply.rcode), ...shown].join(' '),
    `${reply.size} octets`,
    ...(reply.authenticated ? ['ad'] : []),
    ...reply.extendedErrors.map(describeExtendedError),
  ].join(', ');
}

function describeRecord({ type, data }: WireRecord): string {
  const text = dataText(type, data);
  const cut = text.length <= MAX_TEXT_SHOWN ? text : `${text.slice(0, MAX_TEXT_SHOWN)}...`;
  if (type === 'TXT') return `"${escapeOctets(cut)}"`;
  return type === 'CNAME' ? `CNAME ${escapeOctets(cut)}` : escapeOctets(cut);
}

function dataText(type: RecordType, data: RecordData[RecordType]): string {
  switch (type) {
    case 'TXT':
      return (data as RecordData['TXT']).join('');
    case 'MX':
      return `${(data as MxRecord).preference} ${(data as MxRecord).exchange || '.'}`;
    case 'SOA':
      return `SOA ${(data as SoaRecord).mname} ${(data as SoaRecord).serial}`;
    default:
      return data as string;
  }
}

/** Printable ASCII as it is; quotes, backslashes and every other octet as `\DDD` (RFC 1035 section 5.1). */
export function escapeOctets(text: string): string {
  return text.replace(/[^ !#-[\]-~]/g, (octet) => `\\${octet.charCodeAt(0).toString().padStart(3, '0')}`);
}

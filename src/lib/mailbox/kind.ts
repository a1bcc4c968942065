/** What a file is, by its first octets: one message, or something that holds messages. */

export type ContainerKind = 'mbox' | 'ndjson' | 'gzip' | 'zstd' | 'zip' | 'tar';

/** What inputs are said to be. */
export const INPUT_KINDS = ['auto', 'message', 'mbox', 'ndjson'] as const;

export type InputKind = (typeof INPUT_KINDS)[number];

/** Octets that tell: as far as the `ustar` of a tar header (POSIX.1-1988). */
export const KIND_OCTETS = 262;

/** The start of an mbox; `From : a@b` is a field in the obsolete form. */
const MBOX_LINE = /^From [ \t]*[^ \t:]/;
const [F, GZIP, ZSTD, ZIP] = [
  0x46,
  Buffer.from([0x1f, 0x8b, 8]),
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  Buffer.from('PK'),
];
const [USTAR_AT, USTAR] = [257, Buffer.from('ustar')];

/**
 * @param asked what the input is said to be, packed or not
 * @returns `undefined` for what is one message, or nothing at all
 */
export function containerKind(head: Buffer, asked: InputKind = 'auto'): ContainerKind | undefined {
  if (asked === 'auto') return kindOf(head);
  if (asked === 'message' || head.length === 0) return undefined;
  const packed = kindOf(head);
  return packed === undefined || packed === 'mbox' ? asked : packed;
}

function kindOf(head: Buffer): ContainerKind | undefined {
  if (head[0] === F) return MBOX_LINE.test(head.toString('latin1', 0, 200)) ? 'mbox' : undefined;
  if (head[USTAR_AT] === USTAR[0] && startsWith(head.subarray(USTAR_AT), USTAR)) return 'tar';
  if (startsWith(head, GZIP)) return 'gzip';
  if (startsWith(head, ZSTD)) return 'zstd';
  // A file (3, 4), or the end of an archive without any (5, 6).
  if (startsWith(head, ZIP) && (head[2] === 3 || head[2] === 5)) return 'zip';
  return undefined;
}

function startsWith(bytes: Buffer, start: Buffer): boolean {
  return bytes.subarray(0, start.length).equals(start);
}

/**
 * What is in an archive or a folder of mail beside the messages: indexes, quotas, lists and locks of mail programs, and
 * what systems add.
 */
const NO_MESSAGES =
  /^(?:\.?dovecot|courier|maildir(?:size|folder|shared|lock|filter)|\.?subscriptions$|\.mh_sequences$|\.nfs|\.DS_Store$)/;

/** @param name without its folder */
export function isNoMessage(name: string): boolean {
  return NO_MESSAGES.test(name);
}

/** What a message says of its own encoding (RFC 2045). */
import type { HeaderBlock } from '../header/header-block.ts';

export interface MimeFacts {
  /** `text/plain`, lower case; that is what it is without Content-Type. */
  readonly type: string;
  /** Content-Transfer-Encoding, lower case; `7bit` without one. */
  readonly encoding: string;
  /** It has MIME fields. */
  readonly isMime: boolean;
}

const TOKEN = /^[ \t\r\n]*([!#$%&'*+.0-9A-Z^_`a-z{|}~/-]+)/;

export function mimeFacts(header: HeaderBlock): MimeFacts {
  const [type, encoding] = [token(header, 'content-type'), token(header, 'content-transfer-encoding')];
  return { type: type ?? 'text/plain', encoding: encoding ?? '7bit', isMime: (type ?? encoding) !== undefined };
}

/** The first word of the first field of that name. */
function token(header: HeaderBlock, name: string): string | undefined {
  const [field] = header.named(name);
  return field === undefined ? undefined : TOKEN.exec(header.value(field))?.[1]?.toLowerCase();
}

/** TXT records as lines: of a master file, of tinydns-data, of JSON. */
import { masterFileText, quotedStrings, tinydnsOctet, tinydnsText } from './quoting.ts';
import type { TxtRecord } from './format.ts';
import { splitCharacterStrings } from './text.ts';

export function formatBind({ owner, isAbsolute, ttl, text }: TxtRecord): string {
  const fields = [isAbsolute ? `${owner}.` : owner, ...(ttl === undefined ? [] : [ttl]), 'IN TXT'];
  return `${fields.join(' ')} ${quotedStrings(text, masterFileText)}`;
}

export function formatJson({ owner, isAbsolute, ttl, text }: TxtRecord): string {
  const strings = splitCharacterStrings(text);
  return JSON.stringify({ name: owner, absolute: isAbsolute, type: 'TXT', ttl: ttl ?? null, text, strings });
}

/** `'fqdn:s:ttl` (https://cr.yp.to/djbdns/tinydns-data.html). */
export function formatTinydns({ owner, ttl, text }: TxtRecord): string {
  return `'${owner}:${tinydnsText(text)}${tinydnsTtl(ttl)}`;
}

/** `:fqdn:n:rdata:ttl`, for versions whose quote line cuts nothing; type 16 is TXT. */
export function formatTinydnsGeneric({ owner, ttl, text }: TxtRecord): string {
  const data = splitCharacterStrings(text).map((string) => `${tinydnsOctet(string.length)}${tinydnsText(string)}`);
  return `:${owner}:16:${data.join('')}${tinydnsTtl(ttl)}`;
}

function tinydnsTtl(ttl: number | undefined): string {
  return ttl === undefined ? '' : `:${ttl}`;
}

/** IP addresses as text and as octets. */

const DOT = 0x2e;
const ZERO = 0x30;

/**
 * A dotted quad (decimal, no leading zeros) as a number of 32 bits, or `undefined`. A character at a time, since a batch of
 * SPF checks reads several a check.
 */
export function ipv4Number(text: string): number | undefined {
  let [number, part, dots] = [0, -1, 0]; // part: -1 before its first digit
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const digit = code - ZERO;
    if (code === DOT && part >= 0 && dots < 3) {
      number = number * 256 + part;
      part = -1;
      dots++;
    } else if (digit >= 0 && digit <= 9 && part !== 0) {
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return dots === 3 && part >= 0 ? number * 256 + part : undefined;
}

/** The dotted quad of a number of 32 bits. */
export function ipv4Text(number: number): string {
  return `${number >>> 24}.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`;
}

/** The four octets of a dotted quad, or `undefined`. */
function parseIpv4(text: string): readonly number[] | undefined {
  const number = ipv4Number(text);
  return number === undefined ? undefined : [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
}

export function formatIpv4(octets: Uint8Array): string {
  return octets.join('.');
}

/** The sixteen octets of an IPv6 address (RFC 4291 section 2.2, no zone id), or `undefined`. */
export function parseIpv6Octets(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, i) => groups(half, i === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? Uint8Array.from(head) : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined; // '::' stands for a group at least
  const octets = new Uint8Array(16);
  octets.set(head);
  octets.set(tail, 16 - tail.length);
  return octets;
}

/** The octets of `a:b:c`, whose last part may be a dotted quad where `last` says that the address ends here. */
function groups(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const quad = last && i === parts.length - 1 && part.includes('.') ? parseIpv4(part) : undefined;
    if (quad !== undefined) octets.push(...quad);
    else if (/^[0-9a-f]{1,4}$/i.test(part))
      octets.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255);
    else return undefined;
  }
  return octets;
}

/** RFC 5952 section 4: lower case, no leading zeros, the longest run of zero groups (two at least) as `::`. */
export function formatIpv6(octets: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => ((octets[2 * i]! << 8) | octets[2 * i + 1]!).toString(16));
  let [start, length] = [-1, 1];
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (words[end] === '0') end++;
    if (end - i > length) [start, length] = [i, end - i];
    i = Math.max(i, end);
  }
  if (start < 0) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

/** The usual text of an address of either family, or `undefined` where it is none. */
export function canonicalIpv4(text: string): string | undefined {
  return ipv4Number(text) === undefined ? undefined : text;
}

export function canonicalIpv6(text: string): string | undefined {
  const octets = parseIpv6Octets(text);
  return octets && formatIpv6(octets);
}

/** Octets for people: the engine keeps latin1, one character an octet; what is shown is text. */

// oxlint-disable-next-line no-control-regex -- ASCII, as a range
const ASCII_ONLY = /^[\u0000-\u007f]*$/;
const HIGH = /[\u0080-\u00ff]/;

/** UTF-8 where the octets are that (RFC 6532), else one character an octet. */
export function octetsAsText(latin1: string): string {
  if (!HIGH.test(latin1)) return latin1;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1;
  }
}

/** Text from a command line or a JSON object as the octets that it was sent as. */
export function textAsOctets(text: string): string {
  return ASCII_ONLY.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

import { tinydnsOctet, tinydnsText, tinydnsTtl } from './quoting.ts';
import { eachOnItsOwn, type TxtWriter } from './record.ts';
import { splitCharacterStrings } from './text.ts';

/**
 * A colon line of tinydns-data, `:fqdn:n:rdata:ttl`, cut at 255 octets, for versions whose quote line cuts nothing; type 16
 * is TXT.
 */
export const tinydnsGeneric: TxtWriter = {
  owner: 'whole',
  format: eachOnItsOwn(({ owner, ttl, text }) => {
    const data = splitCharacterStrings(text).map((string) => `${tinydnsOctet(string.length)}${tinydnsText(string)}`);
    return `:${owner}:16:${data.join('')}${tinydnsTtl(ttl)}`;
  }),
};

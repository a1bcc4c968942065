import { tinydnsText, tinydnsTtl } from './quoting.ts';
import { eachOnItsOwn, type TxtWriter } from './record.ts';

/** A quote line of tinydns-data, `'fqdn:s:ttl` (https://cr.yp.to/djbdns/tinydns-data.html), which does its own cutting. */
export const tinydns: TxtWriter = {
  owner: 'whole',
  format: eachOnItsOwn(({ owner, ttl, text }) => `'${owner}:${tinydnsText(text)}${tinydnsTtl(ttl)}`),
};

import { octetsAsText } from '../../syntax/octets.ts';
import { eachOnItsOwn, type TxtRecord, type TxtWriter, unfitText } from './record.ts';

/**
 * A statement of dnsconfig.js (DNSControl documentation, "TXT" and "D_EXTEND"): it does the quoting and cutting itself, and
 * wants text, which it writes as UTF-8. All of it is ASCII, since its JavaScript is of 2009.
 * It throws where the octets are no UTF-8.
 */
export const dnscontrol: TxtWriter = { owner: 'in-zone', format: eachOnItsOwn(statement) };

function statement({ owner, zone = '', ttl, text }: TxtRecord): string {
  const decoded = octetsAsText(text);
  if (Buffer.from(decoded, 'utf8').toString('latin1') !== text)
    throw unfitText('DNSControl', 'octets that are not UTF-8');
  const strings = [owner, decoded].map(asciiJson);
  const modifiers = ttl === undefined ? '' : `, TTL(${ttl})`;
  return `D_EXTEND(${asciiJson(zone)}, TXT(${strings.join(', ')}${modifiers}));`;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

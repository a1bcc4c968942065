import { masterFileText, quotedStrings } from './quoting.ts';
import { eachOnItsOwn, type TxtWriter } from './record.ts';

/** A line of a master file (RFC 1035 section 5.1): strings of at most 255 octets, in quotes. */
export const bind: TxtWriter = {
  owner: 'any',
  format: eachOnItsOwn(({ owner, isAbsolute, ttl, text }) => {
    const fields = [isAbsolute ? `${owner}.` : owner, ...(ttl === undefined ? [] : [ttl]), 'IN TXT'];
    return `${fields.join(' ')} ${quotedStrings(text, masterFileText)}`;
  }),
};

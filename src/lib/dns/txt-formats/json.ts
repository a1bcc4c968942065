import { eachOnItsOwn, type TxtWriter } from './record.ts';
import { splitCharacterStrings } from './text.ts';

/** `{"name","absolute","type","ttl","text","strings"}`; `ttl` is `null` where the zone has its own. */
export const json: TxtWriter = {
  owner: 'any',
  format: eachOnItsOwn(({ owner, isAbsolute, ttl, text }) => {
    const strings = splitCharacterStrings(text);
    return JSON.stringify({ name: owner, absolute: isAbsolute, type: 'TXT', ttl: ttl ?? null, text, strings });
  }),
};

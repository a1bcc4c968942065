import { eachOnItsOwn, type TxtWriter } from './record.ts';
import { splitCharacterStrings } from './text.ts';

/** A record of `keygen` and `dns-record` with the format json. */
export interface TxtRecordReport {
  readonly name: string;
  /** The name is a whole one, not one to which the zone's origin is added. */
  readonly absolute: boolean;
  readonly type: 'TXT';
  /** Seconds; `null`: the zone's own. */
  readonly ttl: number | null;
  /** The strings joined; an octet is a character U+0000 to U+00FF. */
  readonly text: string;
  /** At most 255 octets each. */
  readonly strings: readonly string[];
}

/** `{"name","absolute","type","ttl","text","strings"}`; `ttl` is `null` where the zone has its own. */
export const json: TxtWriter = {
  owner: 'any',
  format: eachOnItsOwn(({ owner, isAbsolute, ttl, text }) => {
    const strings = splitCharacterStrings(text);
    const report: TxtRecordReport = { name: owner, absolute: isAbsolute, type: 'TXT', ttl: ttl ?? null, text, strings };
    return JSON.stringify(report);
  }),
};

import type { Hint } from '../../lib/hint.ts';

type Facts<Code> = Extract<Hint, { code: Code }>;

/** `FILE` stands for the key file. */
const WORDS: { readonly [Code in Hint['code']]: (facts: Facts<Code>) => string } = {
  'give-passphrase': () =>
    'give one with --passphrase-file, or store the key without one: dktool keygen --convert FILE -o FILE.plain',
  'sign-without-names': () => '--signed-headers none signs all fields without naming them',
  'give-each-zone': () => 'give each file with its own --zone',
  'give-origin': () => 'give the origin with --zone ORIGIN=FILE, or end the name with a dot',
  'serve-zone': () => 'load it into a name server, and give that with --nameserver',
  'ask-authoritative': ({ name }) => `give a name server of ${name} itself with --nameserver`,
  'leave-record-ids': () => 'omit --record-id',
  'count-by-less': () => 'count by less, such as --by domain,reason',
  'give-record-ids': ({ name }) =>
    `GET /zones/ZONE/dns_records?type=TXT&name=${name} returns the id: give it with --record-id`,
};

/** The hint of an error in the words of the command line. */
export function hintText(hint: string | Hint): string {
  if (typeof hint === 'string') return hint;
  // The compiler does not see that the words for a code take the facts of that code.
  return (WORDS[hint.code] as (facts: Hint) => string)(hint);
}

import { DktoolError } from '../../errors.ts';
import { masterFileText, quotedStrings } from './quoting.ts';
import { eachOnItsOwn, type TxtRecord, type TxtWriter } from './record.ts';

/** Cloudflare's word for a time to live that it chooses itself. */
const AUTOMATIC_TTL = 1;

/**
 * The body of "Create DNS Record", POST /zones/ZONE/dns_records (Cloudflare API v4); where the record replaces others, that
 * of "Batch DNS Records", POST /zones/ZONE/dns_records/batch, which does all or nothing. The content is quoted
 * character-strings of RFC 1035; the TTL is 1 (automatic) or 30 to 86400.
 * It throws for another TTL, and where the ids of what is replaced are not known.
 */
export const cloudflare: TxtWriter = { owner: 'whole', format: eachOnItsOwn(requestBody) };

function requestBody({ owner, ttl = AUTOMATIC_TTL, text, among }: TxtRecord): string {
  if (ttl !== AUTOMATIC_TTL && (ttl < 30 || ttl > 86_400)) {
    throw new DktoolError('record-unfit', `Cloudflare does not accept a TTL of ${ttl} seconds`, {
      kind: 'permanent',
      hint: 'it accepts 60 to 86400, on some plans from 30, and 1 for automatic',
    });
  }
  const record = { type: 'TXT', name: owner, content: quotedStrings(text, masterFileText), ttl };
  const { replaced = [], recordIds = [] } = among ?? {};
  if (recordIds.length !== replaced.length) throw otherIds(owner, replaced, recordIds.length);
  const [id, ...others] = recordIds;
  if (id === undefined) return JSON.stringify(record);
  const deletes = others.map((other) => ({ id: other }));
  return JSON.stringify({ ...(deletes.length > 0 && { deletes }), puts: [{ id, ...record }] });
}

function otherIds(owner: string, replaced: readonly (readonly string[])[], given: number): DktoolError {
  const texts = replaced.map((strings) => `'${strings.join('')}'`).join(' and ');
  const sentence =
    replaced.length === 0
      ? `no record at ${owner} is replaced, so no record id is needed`
      : `the record replaces ${texts}, which Cloudflare finds only by id, but ${given === 0 ? 'no id was' : given === 1 ? 'only 1 id was' : `${given} ids were`} given`;
  return new DktoolError('record-unfit', sentence, {
    kind: 'permanent',
    hint: replaced.length === 0 ? { code: 'leave-record-ids' } : { code: 'give-record-ids', name: owner },
  });
}

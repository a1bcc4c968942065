/**
 * DKIM signatures made by hand: any tag, right or wrong, hashed by the oracle and not by the code under test.
 */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { canonicalBody, canonicalField, type Form, pickFields, splitMessage } from './canonicalize-oracle.ts';
import { DOMAIN, type KeyName, NOW, privateKey } from './vectors.ts';

export interface HandSignature {
  /** Tags to set, or with `undefined` to leave out; b= and bh= too. Order: the usual one, new ones before bh=. */
  readonly tags?: Readonly<Record<string, string | undefined>>;
  readonly key?: KeyName;
  /** What stands behind the value of b=, such as `; z=`. */
  readonly behind?: string;
  /** The text between `DKIM-Signature:` and the first tag. */
  readonly lead?: string;
  /** The key itself, where it is none of the vectors. */
  readonly privateKey?: KeyObject;
}

/** A message with a From, a Subject and a body, CRLF. */
export const PLAIN = [
  'From: Ann <ann@example.com>',
  'To: bob@example.net',
  'Subject: Lunch',
  'Date: Wed, 06 Sep 2023 11:33:20 +0000',
  'Message-ID: <1@example.com>',
  '',
  'Are you hungry yet?',
  '',
].join('\r\n');

/** Put a signature on top of a message (latin1, with CRLF or LF). */
export function signByHand(
  message: string,
  { tags = {}, key = 'rsa2048', lead = ' ', behind = '', ...more }: HandSignature = {},
): string {
  const { fields, body } = splitMessage(message);
  const usual: Record<string, string | undefined> = {
    v: '1',
    a: key === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256',
    c: 'relaxed/relaxed',
    d: DOMAIN,
    s: key,
    t: String(NOW),
    h: 'From:To:Subject:Date:Message-ID',
  };
  const all: Record<string, string | undefined> = { ...usual, ...tags };
  const hash = all['a']?.trim().toLowerCase() === 'rsa-sha1' ? 'sha1' : 'sha256';
  const [headerForm, bodyForm] = forms(all['c']);
  const limit = /^\d+$/.test(all['l'] ?? '') ? Number(all['l']) : undefined;
  const hashed = Buffer.from(canonicalBody(bodyForm, body).slice(0, limit), 'latin1');
  all['bh'] = 'bh' in tags ? tags['bh'] : createHash(hash).update(hashed).digest('base64');
  all['b'] = 'b' in tags ? tags['b'] : '';
  const names = (all['h'] ?? '').split(':').map((name) => name.trim());
  const list = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  const field = `DKIM-Signature:${lead}${list.join('; ')}`;
  const picked = pickFields(fields, names).map((one) => `${canonicalField(headerForm, one)}\r\n`);
  // Section 3.7: the blanks around the value of b= are not hashed either.
  const unsigned = `${field}${behind.replace(/^\s+/, '')}`;
  const input = Buffer.from(`${picked.join('')}${canonicalField(headerForm, unsigned)}`, 'latin1');
  const secret = more.privateKey ?? privateKey(key);
  const b =
    secret.asymmetricKeyType === 'ed25519'
      ? sign(null, createHash('sha256').update(input).digest(), secret)
      : sign(hash, input, secret);
  const lineEnd = message.includes('\r\n') ? '\r\n' : '\n';
  return `${field}${'b' in tags ? '' : b.toString('base64')}${behind}${lineEnd}${message}`;
}

function forms(c: string | undefined): [Form, Form] {
  const [header = 'simple', body = 'simple'] = (c ?? '').toLowerCase().split('/');
  return [formOf(header), formOf(body)];
}

/** Whatever is not a form is hashed like `simple`: a verifier does not get as far. */
function formOf(word: string): Form {
  return word.trim() === 'relaxed' ? 'relaxed' : 'simple';
}

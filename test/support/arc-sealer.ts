/** ARC sets made by hand (RFC 8617 section 5.1): hashed by the oracle and not by the code under test. */
import { createHash, sign } from 'node:crypto';
import { canonicalBody, canonicalField, pickFields, splitMessage } from './canonicalize-oracle.ts';
import { DOMAIN, type KeyName, NOW, privateKey } from './vectors.ts';

type Tags = Readonly<Record<string, string | undefined>>;

export interface ArcSetMaker {
  readonly instance: number;
  readonly key?: KeyName;
  /** cv= of the seal; default: none for the first set, pass for the others. */
  readonly cv?: string;
  /** Tags of ARC-Message-Signature to set, or with `undefined` to leave out. */
  readonly message?: Tags;
  /** The same of ARC-Seal. */
  readonly seal?: Tags;
  /** The whole value of ARC-Authentication-Results. */
  readonly results?: string;
}

/** Put a set on top of a message (latin1, CRLF). */
export function sealByHand(message: string, maker: ArcSetMaker): string {
  const { instance, key = 'rsa2048', cv = instance === 1 ? 'none' : 'pass' } = maker;
  const results = `ARC-Authentication-Results:${maker.results ?? ` i=${instance}; mx${instance}.example.com; dkim=pass`}`;
  const algorithm = key === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256';
  const usual = { i: String(instance), a: algorithm, d: DOMAIN, s: key, t: String(NOW) };
  const { fields, body } = splitMessage(message);
  const bh = createHash('sha256').update(canonicalBody('relaxed', body), 'latin1').digest('base64');
  const messageTags: Tags = { ...usual, c: 'relaxed/relaxed', h: 'From:To:Subject:Date', bh, ...maker.message };
  const names = (messageTags['h'] ?? '').split(':');
  const covered = pickFields(fields, names).map((field) => `${canonicalField('relaxed', field)}\r\n`);
  const signature = signedField('ARC-Message-Signature', messageTags, covered.join(''), key);
  const before = Array.from({ length: instance - 1 }, (_, i) => setOf(fields, i + 1)).flat();
  const sealed = [...before, results, signature].map((field) => `${canonicalField('relaxed', field)}\r\n`).join('');
  const seal = signedField('ARC-Seal', { ...usual, cv, ...maker.seal }, sealed, key);
  return `${seal}\r\n${signature}\r\n${results}\r\n${message}`;
}

/** A chain of so many sets on a message. */
export function chainByHand(message: string, count: number): string {
  let sealed = message;
  for (let instance = 1; instance <= count; instance++) sealed = sealByHand(sealed, { instance });
  return sealed;
}

/** The fields of a set in the order in which a seal covers them. */
function setOf(fields: readonly string[], instance: number): string[] {
  const mine = fields.filter((field) => new RegExp(`^ARC-.*?[ ;:]i=${instance};`).test(field));
  return ['ARC-Authentication-Results', 'ARC-Message-Signature', 'ARC-Seal'].flatMap((name) =>
    mine.filter((field) => field.startsWith(`${name}:`)),
  );
}

function signedField(name: string, tags: Tags, covered: string, key: KeyName): string {
  const list = Object.entries(tags).flatMap(([tag, value]) => (value === undefined ? [] : [`${tag}=${value}`]));
  const field = `${name}: ${[...list, 'b='].join('; ')}`;
  const input = Buffer.from(covered + canonicalField('relaxed', field), 'latin1');
  const secret = privateKey(key);
  const b =
    key === 'ed25519' ? sign(null, createHash('sha256').update(input).digest(), secret) : sign('sha256', input, secret);
  return field + b.toString('base64');
}

/** What is left of a damaged RSA key. Loads node-forge, and only here: it explains keys, it never has a say in what is one. */
import type forgeModule from 'node-forge';
import type { asn1, util } from 'node-forge';
import { RSA_PRIVATE_NUMBERS } from './rsa-private-key.ts';

const NUMBERS = ['version', ...RSA_PRIVATE_NUMBERS];

/**
 * Say which numbers of an RSA private key are whole, cut or missing.
 *
 * @param der PKCS#1 or PKCS#8 DER that does not parse; work is linear in its length
 * @returns the continuation of a sentence, beginning with `; `, or '' where there is nothing to say. Nothing of the key itself
 *   is in it but the length of its modulus.
 */
export async function describeRemains(der: Buffer): Promise<string> {
  const { default: forge } = await import('node-forge');
  const remains = readRemains(forge.asn1, forge.util.createBuffer(der.toString('latin1')));
  if (remains.numbers.length === 0 || remains.numbers.length >= NUMBERS.length) return '';
  const left = NUMBERS.slice(0, remains.numbers.length).map((name, i) =>
    name === 'modulus' ? `modulus (${bitsOf(remains.numbers[i]!)} bits)` : name,
  );
  const [next, ...others] = NUMBERS.slice(remains.numbers.length);
  const missing = remains.isCut ? others : [next, ...others];
  return [
    `; left: ${left.join(', ')}`,
    remains.isCut ? `; cut: ${next}` : '',
    missing.length > 0 ? `; missing: ${missing.join(', ')}` : '',
  ].join('');
}

/**
 * Say how much of an RSA public key is left, read as far as its octets go.
 *
 * @param der a SubjectPublicKeyInfo or RSAPublicKey that does not parse; work is linear in its length
 * @param modulusOctets those of the whole modulus, where they are known
 * @returns a clause, or '' where nothing of a key can be made out
 */
export async function describePublicRemains(der: Buffer, modulusOctets?: number): Promise<string> {
  const { default: forge } = await import('node-forge');
  const outer = readLeniently(forge, der.toString('latin1'));
  if (outer === undefined) return '';
  const { BITSTRING, INTEGER } = forge.asn1.Type;
  const last = outer.at(-1);
  // The contents of a cut BIT STRING are left alone: its first octet counts unused bits.
  const numbers =
    last?.type === BITSTRING && typeof last.value === 'string'
      ? (readLeniently(forge, last.value.slice(1)) ?? [])
      : outer;
  const [modulus, exponent] = numbers;
  // One with the constructed bit set holds elements, and is no number (X.690 section 8.3.1).
  if (modulus?.type !== INTEGER || typeof modulus.value !== 'string') return 'nothing is left of its modulus';
  const octets = modulus.value.replace(/^\0/, '').length;
  const of = modulusOctets === undefined ? '' : ` of the ${modulusOctets}`;
  return `${octets}${of} octets of its modulus are left, ${exponent === undefined ? 'none' : 'some'} of its exponent`;
}

/** The elements of a SEQUENCE; one that runs past the end has what is there of it. */
function readLeniently({ asn1, util }: typeof forgeModule, octets: string): asn1.Asn1[] | undefined {
  const buffer = util.createBuffer(octets);
  if (buffer.length() < 2 || buffer.at(0) !== 0x30) return undefined;
  enter(buffer);
  const elements: asn1.Asn1[] = [];
  // The types of node-forge lack the object form of its options.
  const options = { strict: false, parseAllBytes: false } as unknown as boolean;
  try {
    while (buffer.length() > 0 && elements.length < NUMBERS.length) elements.push(asn1.fromDer(buffer, options));
  } catch {
    // not even the length of the next one is there
  }
  return elements;
}

interface Remains {
  /** The INTEGERs that are whole, in their order. */
  readonly numbers: readonly string[];
  /** Something is there of the next one. */
  readonly isCut: boolean;
}

function readRemains(reader: typeof asn1, buffer: util.ByteStringBuffer): Remains {
  const numbers: string[] = [];
  let before = buffer.length();
  try {
    enter(buffer);
    for (before = buffer.length(); before > 0; before = buffer.length()) {
      // The types of node-forge lack the object form of its options.
      const options = { strict: true, parseAllBytes: false } as unknown as boolean;
      const element = reader.fromDer(buffer, options);
      if (element.type === reader.Type.INTEGER && typeof element.value === 'string') {
        numbers.push(element.value);
      } else if (numbers.length === 1 && element.type === reader.Type.SEQUENCE) {
        // PKCS#8: behind the algorithm stands an OCTET STRING with the key
        numbers.length = 0;
        enter(buffer);
        enter(buffer);
      } else break;
    }
  } catch {
    // the element at `before` runs past the end
  }
  return { numbers, isCut: before > 0 };
}

/** Step over the tag and the length of an element, into its contents. */
function enter(buffer: util.ByteStringBuffer): void {
  buffer.getByte();
  const length = buffer.getByte();
  if (length > 0x80) buffer.getBytes(length & 0x7f);
}

function bitsOf(integer: string): number {
  const number = integer.replace(/^\0/, '');
  return number.length * 8 - Math.clz32(number.charCodeAt(0)) + 24;
}

/** SubjectPublicKeyInfo (RFC 5280 section 4.1) out of the parts of a key. */
import { DER_TAG, writeDer } from './der.ts';
import { RSA_ENCRYPTION, type RsaNumbers } from './public-key.ts';

const ED25519_OID = Buffer.from('2b6570', 'hex'); // 1.3.101.112, RFC 8410 section 3
const RSA_OID = Buffer.from(RSA_ENCRYPTION, 'hex');

/** An unsigned number, big-endian without leading zeros, as a DER INTEGER: the sign octet comes back. */
function writeInteger(number: Buffer): Buffer {
  return writeDer(DER_TAG.integer, number[0]! >= 0x80 ? Buffer.from([0]) : Buffer.alloc(0), number);
}

function writeSpki(algorithm: Buffer, key: Buffer): Buffer {
  const wholeOctets = Buffer.from([0]); // no unused bits at the end of the BIT STRING
  return writeDer(DER_TAG.sequence, algorithm, writeDer(DER_TAG.bitString, wholeOctets, key));
}

/** What p= of an RSA key holds: everybody publishes the SubjectPublicKeyInfo (RFC 6376 appendix C, openssl rsa -pubout). */
export function rsaSpki({ modulus, exponent }: RsaNumbers): Buffer {
  const algorithm = writeDer(DER_TAG.sequence, writeDer(DER_TAG.oid, RSA_OID), writeDer(DER_TAG.null));
  return writeSpki(algorithm, writeDer(DER_TAG.sequence, writeInteger(modulus), writeInteger(exponent)));
}

/** An Ed25519 public key for the programs that want it as a file; p= holds the 32 octets alone (RFC 8463 section 4). */
export function ed25519Spki(publicKey: Buffer): Buffer {
  return writeSpki(writeDer(DER_TAG.sequence, writeDer(DER_TAG.oid, ED25519_OID)), publicKey);
}

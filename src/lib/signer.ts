/** Signing with a line: the whole signed message from the whole message. */
import type { Canonicalization } from './canonicalize/header.ts';
import { type PrivateKey, readPrivateKey } from './crypto/private-key.ts';
import type { SigningKey } from './dkim/sign.ts';
import { bytesOf, type MessageInput } from './message/input.ts';
import { signMessage, type SignOptions } from './sign-message.ts';

/** One DKIM signature. */
export interface Signer {
  /** The private key: the contents of its file in any shape that `readPrivateKey` takes, or what it returned. */
  readonly key: PrivateKey | Uint8Array | string;
  /** s= */
  readonly selector: string;
  /** d=; default: the domain of From. */
  readonly domain?: string | undefined;
}

/** How all signatures of a message are made. */
export interface SignerOptions extends Pick<SignOptions, 'signedFields' | 'lifetime' | 'identity' | 'hashes'> {
  /** Of header and body; default: relaxed/relaxed. */
  readonly canonicalization?: `${Canonicalization}/${Canonicalization}` | undefined;
  /** t=, seconds since 1970; default: the clock. */
  readonly timestamp?: number | undefined;
}

/**
 * Sign a message with DKIM.
 *
 * @param message bytes, LF or CRLF, whole or in pieces; text is taken as UTF-8
 * @param options a key with its selector, or `signers`: several, their signatures in this order from the top
 * @returns the signed message: new fields on top, the rest octet for octet as it came
 * @throws DktoolError where the message cannot be signed or a key cannot be used; its message holds nothing of the key
 */
export async function sign(
  message: MessageInput,
  options: SignerOptions & (Signer | { readonly signers: readonly Signer[] }),
): Promise<Buffer> {
  const bytes = await wholeOf(message);
  const signers = 'signers' in options ? options.signers : [options];
  const { canonicalization = 'relaxed/relaxed', timestamp = Math.floor(Date.now() / 1000) } = options;
  const [headerCanonicalization, bodyCanonicalization] = canonicalization.split('/') as [
    Canonicalization,
    Canonicalization,
  ];
  const { signedFields, lifetime, identity, hashes } = options;
  const { fields, insertAt } = await signMessage(
    bytes,
    { headerCanonicalization, bodyCanonicalization, timestamp, signedFields, lifetime, identity, hashes },
    ({ author }) => Promise.all(signers.map((signer) => signingKey(signer, author))),
  );
  return Buffer.concat([bytes.subarray(0, insertAt), fields, bytes.subarray(insertAt)]);
}

async function wholeOf(message: MessageInput): Promise<Buffer> {
  const input = bytesOf(message);
  if (input instanceof Uint8Array) return Buffer.from(input.buffer, input.byteOffset, input.length);
  const pieces: Uint8Array[] = [];
  for await (const piece of input) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

async function signingKey({ key, selector, domain }: Signer, author: string): Promise<SigningKey> {
  const { type, key: privateKey } = await loaded(key);
  return { domain: domain ?? author, selector, type, privateKey };
}

function loaded(key: Signer['key']): PrivateKey | Promise<PrivateKey> {
  if (typeof key === 'string') return readPrivateKey(Buffer.from(key, 'utf8'));
  return key instanceof Uint8Array ? readPrivateKey(Buffer.from(key)) : key;
}

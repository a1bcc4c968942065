/** Signing what qmail sends: whatever the message itself stands in the way of is left out, and the mail goes on. */
import type { SigningKey } from '../../lib/dkim/sign.ts';
import type { DomainKeysSigningKey } from '../../lib/domainkeys/sign.ts';
import { DktoolError } from '../../lib/errors.ts';
import { MessageSigner, type SignOptions, type SignResult } from '../../lib/sign-message.ts';
import { isDomainName, isHostName, withParents } from '../../lib/syntax/domain-name.ts';
import { type FoundKeyFile, findKeyFile, loadDomainKey, loadSigningKey } from '../keys/signing-keys.ts';

export interface MailSigning {
  /** `%` in it stands for a domain or one of its parents. */
  readonly keyPath: string;
  /** A DomainKeys signature too. */
  readonly domainkeys: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  /** Why no signature is to speak for a domain, if so. @param domain of From or Sender, ASCII, lower case */
  readonly objection: (domain: string) => string | undefined;
}

/** What became of a message: its signatures and whose they are, or why it has none, as a sentence. */
export type MailSignatures =
  | { readonly signed: SignResult; readonly keys: readonly SignatureName[] }
  | { readonly unsigned: string };

export interface SignatureName {
  readonly method: 'dkim' | 'domainkeys';
  readonly domain: string;
  readonly selector: string;
}

/**
 * Make the signatures of a message: DKIM for the From domain, DomainKeys for the Sender's.
 *
 * @param chunks all of them are read, whatever happens
 * @returns unsigned where there is no key for its domain, or the message cannot be signed at all
 * @throws DktoolError, kind temporary, where keys that are there cannot be used
 */
export async function mailSignatures(chunks: Iterable<Buffer>, signing: MailSigning): Promise<MailSignatures> {
  const signer = new MessageSigner(optionsOf(signing));
  const refused = readInto(signer, chunks);
  if (refused !== undefined) return { unsigned: refused };
  const { author } = signer.from!;
  const objection = signing.objection(author);
  const dkim = objection === undefined ? await dkimKey(signing, author) : undefined;
  const domainKey = await domainKeyFor(signing, signer.sender?.domain, author, dkim);
  if (dkim === undefined && domainKey === undefined) {
    return { unsigned: objection ?? `there is no key for ${author} at ${signing.keyPath}` };
  }
  try {
    const signed = signer.sign(dkim === undefined ? [] : [dkim], domainKey);
    return { signed, keys: [...named('dkim', dkim), ...named('domainkeys', domainKey)] };
  } catch (error) {
    return { unsigned: refusalOf(error) };
  }
}

function named(method: SignatureName['method'], key: DomainKeysSigningKey | undefined): SignatureName[] {
  return key === undefined ? [] : [{ method, domain: key.domain, selector: key.selector }];
}

function optionsOf({ domainkeys, now }: MailSigning): SignOptions {
  return {
    headerCanonicalization: 'relaxed',
    bodyCanonicalization: 'relaxed',
    hashes: ['sha256'],
    timestamp: Math.floor(now),
    lifetime: undefined,
    identity: undefined,
    bodyLength: false,
    copiedHeaders: false,
    domainkeys: domainkeys ? { canonicalization: 'nofws', signedHeaders: 'all', layout: 'folded' } : undefined,
    domainkeysOptional: true,
  };
}

/** @returns why it cannot be signed, if so */
function readInto(signer: MessageSigner, chunks: Iterable<Buffer>): string | undefined {
  let refused: string | undefined;
  const attempt = (action: () => void) => {
    try {
      if (refused === undefined) action();
    } catch (error) {
      refused = refusalOf(error);
    }
  };
  for (const chunk of chunks) attempt(() => signer.write(chunk));
  attempt(() => signer.end());
  return refused;
}

/** The engine's permanent errors are about the message. @throws any other */
function refusalOf(error: unknown): string {
  if (error instanceof DktoolError && error.kind === 'permanent') return error.message;
  throw error;
}

const LOADING = { requireSafe: false, passphrase: undefined, warn: () => {} };

async function dkimKey(signing: MailSigning, author: string): Promise<SigningKey | undefined> {
  const file = keyFileFor(signing, author);
  return (
    file &&
    asFault(() => loadSigningKey({ path: file.path, selector: undefined }, author, { ...LOADING, domain: file.domain }))
  );
}

/** A key that DomainKeys cannot use is one for DKIM alone. @param sender the sending domain, where there is one */
async function domainKeyFor(
  signing: MailSigning,
  sender: string | undefined,
  author: string,
  dkim: SigningKey | undefined,
): Promise<DomainKeysSigningKey | undefined> {
  if (sender === undefined || signing.objection(sender) !== undefined) return undefined;
  if (sender === author) return dkim?.type === 'rsa' ? dkim : undefined;
  const file = keyFileFor(signing, sender);
  if (file === undefined) return undefined;
  try {
    const request = { path: file.path, selector: undefined };
    return await asFault(() => loadDomainKey(request, sender, { ...LOADING, domain: file.domain }));
  } catch (error) {
    if (error instanceof DktoolError && error.code === 'key-type-mismatch') return undefined;
    throw error;
  }
}

/** `undefined`: no key for the domain, or a domain that cannot have one. */
function keyFileFor({ keyPath }: MailSigning, domain: string): FoundKeyFile | undefined {
  if (!keyPath.includes('%')) return isDomainName(domain) ? { path: keyPath, domain } : undefined;
  if (!isHostName(domain)) return undefined;
  return findKeyFile(
    keyPath,
    withParents(domain).filter((name) => name === domain || name.includes('.')),
  );
}

/** Whatever is wrong with a key that is there can be put right while the mail waits. */
async function asFault<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof DktoolError)) throw error;
    const { code, message, hint, cause } = error;
    throw new DktoolError(code, message, { kind: 'temporary', hint, cause });
  }
}

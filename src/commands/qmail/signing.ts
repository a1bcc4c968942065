/** Signing what qmail sends: whatever the message itself stands in the way of is left out, and the mail goes on. */
import type { SigningKey } from '../../lib/dkim/sign.ts';
import type { DomainKeysSigningKey } from '../../lib/domainkeys/sign.ts';
import { DktoolError } from '../../lib/errors.ts';
import { MessageSigner, type SignOptions, type SignResult } from '../../lib/sign-message.ts';
import { isDomainName, isHostName, withParents } from '../../lib/syntax/domain-name.ts';
import { type FoundKeyFile, findKeyFile, loadDomainKey, loadSigningKey } from '../../console/keys/signing-keys.ts';

export interface MailSigning {
  /** `%` in it stands for a domain or one of its parents. */
  readonly keyPath: string;
  /** A DomainKeys signature too. */
  readonly domainkeys: boolean;
  /** Seconds since 1970. */
  readonly now: number;
  /** Whose mail is signed. @param author the From domain, ASCII, lower case */
  readonly signsFor: (author: string) => boolean;
}

/**
 * Make the signatures of a message: DKIM for the From domain, DomainKeys for the Sender's.
 *
 * @param chunks all of them are read, whatever happens
 * @returns `undefined`: the mail goes out unsigned, since there is no key for its domain or it cannot be signed at all
 * @throws DktoolError, kind temporary, where keys that are there cannot be used
 */
export async function mailSignatures(chunks: Iterable<Buffer>, signing: MailSigning): Promise<SignResult | undefined> {
  const signer = new MessageSigner(optionsOf(signing));
  const { from, sender } = readInto(signer, chunks) ? signer : {};
  if (from === undefined || !signing.signsFor(from.author)) return undefined;
  const dkim = await dkimKey(signing, from.author);
  const domainKey = sender && (await domainKeyFor(signing, sender.domain, from.author, dkim));
  if (dkim === undefined && domainKey === undefined) return undefined;
  return unlessRefused(() => signer.sign(dkim === undefined ? [] : [dkim], domainKey));
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

/** @returns whether it can be signed */
function readInto(signer: MessageSigner, chunks: Iterable<Buffer>): boolean {
  let isSignable = true;
  for (const chunk of chunks) {
    isSignable &&=
      unlessRefused(() => {
        signer.write(chunk);
        return true;
      }) ?? false;
  }
  return isSignable && unlessRefused(() => (signer.end(), true)) === true;
}

/** The engine's permanent errors are about the message. */
function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof DktoolError && error.kind === 'permanent') return undefined;
    throw error;
  }
}

const LOADING = { requireSafe: false, passphrase: undefined, warn: () => {} };

async function dkimKey(signing: MailSigning, author: string): Promise<SigningKey | undefined> {
  const file = keyFileFor(signing, author);
  return (
    file &&
    asFault(() => loadSigningKey({ path: file.path, selector: undefined }, author, { ...LOADING, domain: file.domain }))
  );
}

/** A key that DomainKeys cannot use is one for DKIM alone. */
async function domainKeyFor(
  signing: MailSigning,
  sender: string,
  author: string,
  dkim: SigningKey | undefined,
): Promise<DomainKeysSigningKey | undefined> {
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

/** A small message, signed with a key and judged by what DNS has now: what a receiver would say. */
import type { PrivateKey } from '../crypto/private-key.ts';
import type { DkimVerdict } from '../dkim/verdict.ts';
import type { Resolver } from '../dns/resolver.ts';
import { signMessage, type SignOptions } from '../sign-message.ts';
import { verifyMessage } from '../verify-message.ts';

export interface ProbeKey {
  readonly domain: string;
  readonly selector: string;
  readonly key: PrivateKey;
}

const parametersAt = (now: number): SignOptions => ({
  headerCanonicalization: 'relaxed',
  bodyCanonicalization: 'relaxed',
  timestamp: Math.floor(now),
});

/**
 * @param now seconds since 1970
 * @returns the verdict on the probe's signature
 * @throws DktoolError where the key cannot sign: an RSA key that is too short for any signature
 */
export async function probe(
  { domain, selector, key }: ProbeKey,
  resolver: Resolver,
  now: number,
): Promise<DkimVerdict> {
  const message = Buffer.from(
    `From: dktool-check@${domain}\r\nDate: ${dateOf(now)}\r\nSubject: probe\r\nMessage-ID: <probe@${domain}>\r\n\r\nprobe\r\n`,
    'latin1',
  );
  const signingKey = { domain, selector, type: key.type, privateKey: key.key };
  const { fields } = await signMessage(message, parametersAt(now), () => [signingKey]);
  const verdict = await verifyMessage(Buffer.concat([fields, message]), { resolver, now });
  return verdict.dkim.signatures[0]!;
}

function dateOf(now: number): string {
  return new Date(now * 1000).toUTCString().replace('GMT', '+0000');
}

/** What a DKIM signature makes of changes on the way. */
import type { Canonicalization } from '../canonicalize/header.ts';
import { parseSignature } from '../dkim/signature.ts';
import type { HeaderBlock } from '../header/header-block.ts';

export interface SignatureTraits {
  /** d= and s=, to name it by. */
  readonly name: string;
  /** ASCII, lower case. */
  readonly signingDomain: string;
  readonly header: Canonicalization;
  readonly body: Canonicalization;
  /** h=, lower case. */
  readonly signedHeaders: readonly string[];
  readonly hasBodyLength: boolean;
  /** x=, seconds since 1970. */
  readonly expires: number | undefined;
  /** t=, seconds since 1970. */
  readonly timestamp: number | undefined;
}

/** Signatures that are looked at: as many as are judged. */
const MAX_SIGNATURES = 32;

/** The DKIM signatures in a header block that can be read, top to bottom. */
export function signatureTraits(header: HeaderBlock): SignatureTraits[] {
  const fields = header.named('dkim-signature').slice(0, MAX_SIGNATURES);
  return fields.flatMap((field) => {
    const parsed = parseSignature(header.value(field));
    if (!parsed.ok) return [];
    const { signature } = parsed;
    return {
      name: `d=${signature.domain} s=${signature.selector}`,
      signingDomain: signature.signingDomain,
      header: signature.headerCanonicalization,
      body: signature.bodyCanonicalization,
      signedHeaders: signature.signedHeaders,
      hasBodyLength: signature.bodyLength !== undefined,
      expires: signature.expires,
      timestamp: signature.timestamp,
    };
  });
}

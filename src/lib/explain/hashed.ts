/** The octets that a signature's two hashes run over, for whoever wants to look. */
import { parseSignature } from '../dkim/signature.ts';
import { selectSignedFields, signedHeaderBytes, withoutSignature } from '../signature/signed-fields.ts';
import type { HeaderBlock } from '../header/header-block.ts';
import { canonicalBody } from './body/canonical.ts';
import { withLf } from './body/lines.ts';

export interface HashedOctets {
  /** RFC 6376 section 3.7: the fields of h= and the signature's own with b= empty. */
  readonly header: Buffer;
  /** As far as l= goes. */
  readonly body: Buffer;
}

/**
 * @param body as it came
 * @returns for each DKIM-Signature field, top to bottom; `undefined` for one that cannot be read
 */
export function hashedOctets(header: HeaderBlock, body: Buffer, limit: number): readonly (HashedOctets | undefined)[] {
  const text = withLf(body);
  return header
    .named('dkim-signature')
    .slice(0, limit)
    .map((field) => {
      const parsed = parseSignature(header.value(field));
      if (!parsed.ok) return undefined;
      const { signature } = parsed;
      const fields = selectSignedFields(header, signature.signedHeaders, field);
      const own = withoutSignature(header, field, signature);
      const { bytes } = canonicalBody(signature.bodyCanonicalization, text, 0);
      return {
        header: Buffer.from(signedHeaderBytes(header, fields, signature.headerCanonicalization, own)),
        body: Buffer.from(bytes.subarray(0, signature.bodyLength)),
      };
    });
}

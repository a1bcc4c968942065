import { describe, expect, it } from 'vitest';
import { authStatements } from '../../../src/lib/auth-results/statements.ts';
import { MAX_SIGNATURES } from '../../../src/lib/dkim/verify.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { latin1 } from '../../support/chunks.ts';
import { PLAIN, signByHand } from '../../support/hand-signer.ts';
import { NOW, textResolver } from '../../support/vectors.ts';

describe('the statements about the signatures of a message', () => {
  it('are as many as are judged, so that a message cannot ask for a field of megabytes', async () => {
    const message = latin1(`${'DKIM-Signature: v=1\r\n'.repeat(1000)}${PLAIN}`);
    const verdict = await verifyMessage(message, { resolver: textResolver({}).resolver, now: NOW });
    expect(verdict.dkim.signatures).toHaveLength(1000);
    expect(authStatements(verdict)[0]!.properties).toEqual([]); // there is nothing to say of a signature without tags
    const methods = authStatements(verdict).map(({ method }) => method);
    expect(methods).toEqual([...Array.from({ length: MAX_SIGNATURES }, () => 'dkim'), 'domainkeys']);
  });

  it('name a signature by the first eight characters of its b= (RFC 6008)', async () => {
    const message = latin1(signByHand(PLAIN, { tags: { b: 'ABCDEFGHIJKLMNOP' } }));
    const verdict = await verifyMessage(message, { resolver: textResolver({}).resolver, now: NOW });
    expect(authStatements(verdict)[0]!.properties).toContainEqual({ name: 'header.b', value: 'ABCDEFGH' });
  });
});

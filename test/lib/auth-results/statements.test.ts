import { describe, expect, it } from 'vitest';
import { authStatements } from '../../../src/lib/auth-results/statements.ts';
import { MAX_SIGNATURES } from '../../../src/lib/dkim/verify.ts';
import { verifyMessage } from '../../../src/lib/verify-message.ts';
import { latin1 } from '../../support/chunks.ts';
import { PLAIN } from '../../support/hand-signer.ts';
import { NOW, textResolver } from '../../support/vectors.ts';

describe('the statements about the signatures of a message', () => {
  it('are as many as are judged, so that a message cannot ask for a field of megabytes', async () => {
    const message = latin1(`${'DKIM-Signature: v=1\r\n'.repeat(1000)}${PLAIN}`);
    const verdict = await verifyMessage(message, { resolver: textResolver({}).resolver, now: NOW });
    expect(verdict.dkim.signatures).toHaveLength(1000);
    const methods = authStatements(verdict).map(({ method }) => method);
    expect(methods).toEqual([...Array.from({ length: MAX_SIGNATURES }, () => 'dkim'), 'domainkeys']);
  });
});

/** What sender and receiver can do about a change. */
import { type AdviceKind, type Change, CHANGE_KINDS } from './change.ts';

/** What to do about it, a sentence or two for each side. */
export interface Remedy {
  readonly sender: string;
  readonly receiver: string;
}

const REMEDIES: Readonly<Record<AdviceKind, Remedy>> = {
  list: {
    sender:
      'Your signature was valid when the mail left. A list that changes mail breaks it: ask its owner to leave body and Subject alone, or to put the list address into From.',
    receiver: 'Do not hold this against the sender: check the signature of the list, or its ARC seal.',
  },
  filter: {
    sender: 'Nothing is wrong on your side: a filter after you changed the mail.',
    receiver: 'Verify signatures before the filter changes the mail, and trust their Authentication-Results after it.',
  },
  encoding: {
    sender:
      'Sign mail in a form that needs no conversion: quoted-printable or base64 instead of 8bit, encoded before signing.',
    receiver: 'Do not hold this against the sender: the host that converted the mail must sign it again.',
  },
  space: {
    sender: 'Sign with c=relaxed/relaxed, which tolerates white space changes like this one.',
    receiver: 'Make relays and filters before the verifier pass mail on unchanged.',
  },
  'long-lines': {
    sender: 'Keep all lines, including those of long header fields, within 998 octets before you sign.',
    receiver: 'Nothing to do: the line was too long for SMTP.',
  },
  relay: {
    sender:
      'Look for what rewrites mail between the signer and the receiver; sign as the last step before the mail leaves.',
    receiver: 'If the program that did it is yours, verify before it, or make it pass mail on unchanged.',
  },
  key: {
    sender: 'Compare the published key with the one that signs.',
    receiver: 'Nothing to do: only the signing domain can fix its key.',
  },
  time: {
    sender: 'Check the clock of the signer, and give x= more time if mail may wait in queues.',
    receiver: 'Check your own clock; verify old mail as of the time it arrived.',
  },
  unknown: {
    sender: 'Compare a copy of the mail as sent with the copy received.',
    receiver: 'Treat the mail as unsigned.',
  },
};

/**
 * For the change that matters most: the first, or one that is no mere matter of encoding.
 *
 * @param isSpared relaxed canonicalisation would have survived it
 */
export function remedyFor(changes: readonly Change[], isSpared = false): Remedy {
  if (isSpared) return REMEDIES.space;
  const kinds = changes.map(({ kind }) => CHANGE_KINDS[kind].advice);
  return REMEDIES[kinds.find((kind) => kind !== 'encoding') ?? kinds[0] ?? 'unknown'];
}

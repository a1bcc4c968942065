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
      'Your signature was right when the mail left. A list that changes mail breaks it: ask its owner to leave body and Subject alone, or to put the address of the list into From.',
    receiver: 'Do not count this against the sender: judge the signature of the list, or its ARC seal.',
  },
  filter: {
    sender: 'Nothing is wrong on your side: the mail was changed by a filter behind you.',
    receiver: 'Verify signatures before the filter changes the mail, and trust its Authentication-Results behind it.',
  },
  encoding: {
    sender:
      'Sign mail in a form that nobody has to convert: quoted-printable or base64 instead of 8bit, encoded before it is signed.',
    receiver: 'Do not count this against the sender: whoever converted the mail has to sign it anew.',
  },
  space: {
    sender: 'Sign with c=relaxed/relaxed, which ignores changes of white space like this one.',
    receiver: 'Have relays and filters before the verifier pass mail on unchanged.',
  },
  'long-lines': {
    sender: 'Keep all lines, also those of long header fields, below 998 octets before you sign.',
    receiver: 'Nothing to do: the line was too long for SMTP.',
  },
  relay: {
    sender:
      'Look for what rewrites mail between the signer and the receiver; sign as the last step before the mail leaves.',
    receiver: 'If the program that did it is yours, verify before it, or have it pass mail on unchanged.',
  },
  key: {
    sender: 'Compare the published key with the one that signs.',
    receiver: 'Nothing to do: only the domain that signs can put its key right.',
  },
  time: {
    sender: 'Check the clock of the signer, and give x= more time if mail may wait in queues.',
    receiver: 'Check your own clock; judge old mail as of the time it came.',
  },
  unknown: {
    sender: 'Compare a copy of the mail as it was sent with the one that came.',
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

/** What a filter and an MTA agree on before the first message. */
import { DktoolError } from '../errors.ts';
import type { Offer } from './commands.ts';
import { ACTION, OLDEST_VERSION, PROTOCOL, VERSION } from './protocol.ts';

/** What was agreed on. */
export interface Agreement extends Offer {
  /** Header values come, and are sent back, with the blank behind the colon. */
  readonly hasLeadingSpace: boolean;
  /** Whether the MTA waits for an answer to a command of this kind. */
  readonly isAnswered: (kind: AnswerableKind) => boolean;
}

/** Commands that can be agreed not to be answered. */
export type AnswerableKind = 'connect' | 'helo' | 'mail' | 'header' | 'endOfHeader' | 'body' | 'other';

/** Whatever comes is answered once, at the end of the message. Recipients and DATA decide nothing here. */
const WANTED =
  PROTOCOL.noRecipient |
  PROTOCOL.noUnknown |
  PROTOCOL.noData |
  PROTOCOL.noReplyToConnect |
  PROTOCOL.noReplyToHelo |
  PROTOCOL.noReplyToMail |
  PROTOCOL.noReplyToHeader |
  PROTOCOL.noReplyToEndOfHeader |
  PROTOCOL.noReplyToBody |
  PROTOCOL.leadingSpace;

const NOT_ANSWERED: Readonly<Record<AnswerableKind, number>> = {
  connect: PROTOCOL.noReplyToConnect,
  helo: PROTOCOL.noReplyToHelo,
  mail: PROTOCOL.noReplyToMail,
  header: PROTOCOL.noReplyToHeader,
  endOfHeader: PROTOCOL.noReplyToEndOfHeader,
  body: PROTOCOL.noReplyToBody,
  other: 0,
};

/**
 * Answer what an MTA offers: the newest version that both speak, and of what we want the part that it can do.
 *
 * @throws DktoolError `milter-protocol` where it speaks a version that is too old, or does not let header fields be changed
 */
export function agreeOn({ version, actions, protocol }: Offer): Agreement {
  if (version < OLDEST_VERSION)
    refuse(`it speaks version ${version} of the protocol, and ${OLDEST_VERSION} is the oldest known`);
  const needed = ACTION.addHeaders | ACTION.changeHeaders;
  if ((actions & needed) !== needed) refuse('it does not let header fields be added and changed');
  const agreed = protocol & WANTED;
  return {
    version: Math.min(version, VERSION),
    actions: needed,
    protocol: agreed,
    hasLeadingSpace: (agreed & PROTOCOL.leadingSpace) !== 0,
    isAnswered: (kind) => (agreed & NOT_ANSWERED[kind]) === 0,
  };
}

function refuse(why: string): never {
  throw new DktoolError('milter-protocol', `cannot work with this MTA: ${why}`, { kind: 'temporary' });
}

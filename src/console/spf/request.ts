/** From the command line, tcpserver's environment and a message to the session that is checked, and where each part of it comes from. */
import { DktoolError } from '../../lib/errors.ts';
import type { SessionSources } from '../../lib/report/spf.ts';
import type { MessageSession } from '../../lib/spf/message-session.ts';
import type { SessionFacts } from '../../lib/spf/notes.ts';
import type { SpfSession } from '../../lib/spf/session.ts';
import { octetsAsText, textAsOctets } from '../../lib/syntax/octets.ts';
import type { Context } from '../context.ts';

/** The options that say what the session was; text as it came. */
export interface SessionOptions {
  readonly ip?: string;
  readonly helo?: string;
  readonly from?: string;
}

export interface SpfRequest {
  readonly session: SpfSession;
  readonly facts: SessionFacts;
  readonly sources: SessionSources;
}

interface Given {
  readonly value: string;
  readonly source: string;
}

/** Whether the options or the environment tell of a session, so that no message has to. */
export function namesSession({ ip, helo, from }: SessionOptions, env: Context['env']): boolean {
  return [ip, helo, from, env['TCPREMOTEIP']].some((part) => part !== undefined);
}

/**
 * Put the parts together: an option before the environment before the message.
 *
 * @param env of tcpserver (tcp-environ(5)); `undefined` where it is not about this message
 * @throws DktoolError where there is no address, or neither a sender nor a HELO name
 */
export function requestOf(
  options: SessionOptions,
  env: Context['env'] | undefined,
  message?: MessageSession,
): SpfRequest {
  const ip = given('--ip', options.ip) ?? given('TCPREMOTEIP', env?.['TCPREMOTEIP']) ?? message?.ip;
  if (ip === undefined) throw noAddress(message);
  const helo = given('--helo', options.helo) ?? given('TCPREMOTEHOST', env?.['TCPREMOTEHOST']) ?? message?.helo;
  const sender = given('--from', options.from) ?? given('SENDER', env?.['SENDER']) ?? message?.sender;
  if (message !== undefined && sender === undefined) throw noSender();
  if (helo === undefined && sender === undefined) {
    throw new DktoolError('no-identity', 'there is neither a sender nor a HELO name to check', {
      kind: 'permanent',
      hint: 'give --from ADDRESS, or --helo NAME for the HELO identity',
    });
  }
  const fromMessage = ip === message?.ip;
  return {
    session: { ip: ip.value, helo: helo?.value ?? '', sender: sender?.value ?? '' },
    facts: {
      isOwnClient: env?.['RELAYCLIENT'] !== undefined,
      isAuthenticated: fromMessage && message.authenticated,
    },
    sources: {
      ip: ip.source,
      helo: helo?.source ?? null,
      sender: sender?.source ?? null,
      line: fromMessage && message.line !== undefined ? octetsAsText(message.line) : null,
    },
  };
}

function given(source: string, value: string | undefined): Given | undefined {
  return value === undefined ? undefined : { value: textAsOctets(value), source };
}

/** The message does not say enough. Not an error of the command line: there is nothing to judge. */
export class UnknownSession extends DktoolError {
  constructor(message: string, hint: string) {
    super('session-unknown', message, { kind: 'permanent', hint });
  }
}

function noAddress(message: MessageSession | undefined): DktoolError {
  if (message === undefined) {
    return new DktoolError('no-client-address', 'there is no client address to check', {
      kind: 'permanent',
      hint: 'give --ip ADDRESS, or a saved message to take it from',
    });
  }
  return new UnknownSession(
    `cannot determine which client the message came from: ${message.problem}`,
    '--hop N selects a Received field, --trusted NET skips your own relays, --ip ADDRESS gives the client',
  );
}

function noSender(): DktoolError {
  return new UnknownSession(
    'cannot determine the envelope sender: there is no Return-Path, and no other field has it',
    "give it with --from ADDRESS ('' for the null sender)",
  );
}

/** One line on where the session is from; nothing where the command line says it all. */
export function sourcesLine({ ip, helo, sender }: SessionSources): string | undefined {
  const parts = [
    ip === '--ip' ? undefined : `the client address from ${ip}`,
    helo === null || helo === '--helo'
      ? undefined
      : `the HELO name from ${helo}${helo === 'TCPREMOTEHOST' ? " (the client's name in DNS)" : ''}`,
    sender === null
      ? 'no sender, so the HELO name is checked'
      : sender === '--from'
        ? undefined
        : `the sender from ${sender}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `taking ${parts.join(', ')}`;
}

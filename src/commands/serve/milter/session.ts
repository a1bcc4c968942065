/** One connection of an MTA: what it says of clients and messages, and what it is answered. */
import type { MilterCommand } from '../../../lib/milter/commands.ts';
import { type Agreement, agreeOn, type AnswerableKind } from '../../../lib/milter/negotiation.ts';
import { CONTINUE, negotiationReply, TEMPFAIL } from '../../../lib/milter/replies.ts';
import type { Places } from '../places.ts';
import type { Envelope, Mail, MailHandler } from './mail.ts';
import { protocolError } from './protocol-error.ts';

/** What sessions share. */
export interface SessionWorld {
  readonly handler: MailHandler;
  readonly places: Places;
  /** Something went wrong with a message, which is put off. */
  readonly fault: (error: unknown, envelope: Envelope) => void;
}

/** What goes back: nothing where the MTA does not wait; `undefined` for the end of the connection. */
export type Answer = Buffer | undefined;
export const NOTHING: Buffer = Buffer.alloc(0);

interface Client {
  readonly host: string;
  readonly address: string;
  readonly family: Envelope['family'];
}

const NO_CLIENT: Client = { host: '', address: '', family: 'unknown' };

/**
 * The state of one connection. A message that something goes wrong with is read to its end and put off there; only what is
 * not the protocol at all ends the connection.
 */
export class MilterSession {
  readonly #world: SessionWorld;
  #agreement: Agreement | undefined;
  /** Macros by the letter of the command that they came with: they count until that command comes again. */
  readonly #macros = new Map<string, readonly (readonly [string, string])[]>();
  #client = NO_CLIENT;
  #helo = '';
  #sender: string | undefined;
  #mail: Mail | undefined;
  /** The message in hand is put off whatever it is. */
  #isFailed = false;
  #hasPlace = false;

  constructor(world: SessionWorld) {
    this.#world = world;
  }

  /** A message has begun and not ended. */
  get isBusy(): boolean {
    return this.#sender !== undefined;
  }

  /**
   * Take a command.
   *
   * @param command whose octets are used before the call returns, or the promise is settled
   * @throws DktoolError `milter-protocol`
   */
  take(command: MilterCommand): Answer | Promise<Answer> {
    if (command.name === 'negotiate') return this.#negotiate(command);
    if (this.#agreement === undefined) protocolError('a command comes before the negotiation');
    switch (command.name) {
      case 'macros':
        return this.#takeMacros(command);
      case 'connect':
        this.#client = command;
        return this.#reply('connect');
      case 'helo':
        this.#helo = command.host;
        return this.#reply('helo');
      case 'mail':
        this.#dropMail();
        this.#sender = command.sender;
        return this.#reply('mail');
      case 'header':
        return this.#whenPlaced(() => {
          this.#attempt((mail) => mail.header(command.field, command.value));
          return this.#reply('header');
        });
      case 'endOfHeader':
        return this.#whenPlaced(() => {
          this.#attempt((mail) => mail.endOfHeader());
          return this.#reply('endOfHeader');
        });
      case 'body':
        this.#inBody();
        this.#attempt((mail) => mail.body(command.piece));
        return this.#reply('body');
      case 'endOfBody':
        this.#inBody();
        if (command.piece.length > 0) this.#attempt((mail) => mail.body(command.piece));
        return this.#finish();
      case 'abort':
        this.#endMail();
        return NOTHING;
      case 'other':
        return CONTINUE;
      case 'quitNewConnection':
        this.close();
        this.#client = NO_CLIENT;
        this.#helo = '';
        this.#macros.clear();
        return NOTHING;
      default:
        return undefined; // quit
    }
  }

  /** The connection is gone. */
  close(): void {
    this.#endMail();
  }

  #negotiate({ offer }: Extract<MilterCommand, { name: 'negotiate' }>): Buffer {
    this.#endMail();
    this.#agreement = agreeOn(offer);
    return negotiationReply(this.#agreement);
  }

  #takeMacros({ stage, macros }: Extract<MilterCommand, { name: 'macros' }>): Buffer {
    this.#macros.set(stage, macros);
    return NOTHING;
  }

  #reply(kind: AnswerableKind): Buffer {
    if (!this.#agreement!.isAnswered(kind)) return NOTHING;
    return this.#isFailed && kind !== 'connect' && kind !== 'helo' ? TEMPFAIL : CONTINUE;
  }

  /** Run an action once the message has its place among those that are worked on; without one it fails. */
  #whenPlaced(action: () => Buffer): Buffer | Promise<Buffer> {
    if (this.#hasPlace || this.#isFailed) return action();
    if (this.#sender === undefined) protocolError('a message comes without a sender');
    const place = this.#world.places.take();
    if (place === true) return this.#placed(action);
    return place.then((isFree) => {
      if (isFree && this.#sender !== undefined) return this.#placed(action);
      if (isFree) this.#world.places.release();
      else this.#fail(this.#world.places.full());
      return action();
    });
  }

  #placed(action: () => Buffer): Buffer {
    this.#hasPlace = true;
    try {
      this.#mail = this.#world.handler.begin(this.#envelope(), this.#agreement!.hasLeadingSpace);
    } catch (error) {
      this.#fail(error);
    }
    return action();
  }

  #inBody(): void {
    if (this.#mail === undefined && !this.#isFailed) protocolError('a body comes without a header');
  }

  #attempt(action: (mail: Mail) => void): void {
    if (this.#isFailed || this.#mail === undefined) return;
    try {
      action(this.#mail);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#world.fault(error, this.#envelope());
    this.#isFailed = true;
    this.#mail = undefined;
  }

  async #finish(): Promise<Buffer> {
    try {
      if (this.#isFailed || this.#mail === undefined) return TEMPFAIL;
      return await this.#mail.end(this.#envelope());
    } catch (error) {
      this.#fail(error);
      return TEMPFAIL;
    } finally {
      this.#endMail();
    }
  }

  #endMail(): void {
    this.#dropMail();
    for (const stage of MESSAGE_STAGES) this.#macros.delete(stage);
  }

  #dropMail(): void {
    if (this.#hasPlace) this.#world.places.release();
    this.#hasPlace = false;
    this.#mail = undefined;
    this.#isFailed = false;
    this.#sender = undefined;
  }

  #envelope(): Envelope {
    const { host, address, family } = this.#client;
    return {
      host,
      address,
      family,
      helo: this.#helo,
      sender: this.#sender ?? '',
      macro: (name) => this.#macro(name),
    };
  }

  /** What came last counts. `{x}` and `x` are the same for a name of one letter. */
  #macro(name: string): string | undefined {
    const names = name.length === 1 ? [name, `{${name}}`] : [`{${name}}`, name];
    let found: string | undefined;
    for (const macros of this.#macros.values()) {
      for (const [key, value] of macros) if (names.includes(key)) found = value;
    }
    return found;
  }
}

/** The letters of commands whose macros are about one message. */
const MESSAGE_STAGES = ['M', 'R', 'T', 'L', 'N', 'B', 'E'];

/** Signing a message: what `sign` does with a file. What cannot be signed goes on as it is. */
import { DktoolError } from '../../../lib/errors.ts';
import { HeaderBlock } from '../../../lib/header/header-block.ts';
import { CONTINUE } from '../../../lib/milter/replies.ts';
import { LineScan, MAX_LINE } from '../../../lib/preflight/line-scan.ts';
import { MessageSigner, type SignOptions } from '../../../lib/sign-message.ts';
import type { SignerList } from '../signing/signers.ts';
import { insertPackets, requireSameFields } from './changes.ts';
import { EMPTY_LINE, type Envelope, fieldBytes, type Mail } from './mail.ts';

/** What became of a message. */
export interface SignedEnd {
  readonly envelope: Envelope;
  /** ASCII, lower case; `undefined` where it names no author. */
  readonly author: string | undefined;
  /** `DOMAIN/SELECTOR` of each signature. */
  readonly signatures: readonly string[];
  /** Why there are none, as a sentence. */
  readonly unsigned: string | undefined;
  readonly warnings: readonly string[];
}

export interface Signing {
  readonly options: SignOptions;
  readonly signers: SignerList;
  readonly done: (end: SignedEnd) => void;
}

export class SignedMail implements Mail {
  readonly #signing: Signing;
  readonly #signer: MessageSigner;
  readonly #lines = new LineScan();
  readonly #hasLeadingSpace: boolean;
  #count = 0;
  /** Why the message cannot be signed. */
  #objection: string | undefined;

  constructor(signing: Signing, hasLeadingSpace: boolean) {
    this.#signing = signing;
    this.#signer = new MessageSigner(signing.options);
    this.#hasLeadingSpace = hasLeadingSpace;
  }

  header(field: string, value: Buffer): void {
    this.#count++;
    this.#write(fieldBytes(field, value, this.#hasLeadingSpace));
  }

  endOfHeader(): void {
    this.#write(EMPTY_LINE);
  }

  body(piece: Buffer): void {
    this.#write(piece);
  }

  async end(envelope: Envelope): Promise<Buffer> {
    this.#unlessRefused(() => this.#signer.end());
    const fields = this.#objection === undefined ? this.#fields(envelope) : undefined;
    if (fields === undefined) this.#done(envelope, { unsigned: this.#objection });
    const packets = fields === undefined ? [] : insertPackets(new HeaderBlock(fields), this.#hasLeadingSpace);
    return Buffer.concat([...packets, CONTINUE]);
  }

  /** @returns `undefined` where it is not signed */
  #fields(envelope: Envelope): Buffer | undefined {
    requireSameFields(this.#signer.message.header, this.#count);
    const { author, mailboxes } = this.#signer.from!;
    const { signers } = this.#signing;
    const keys = signers.keysFor({ localPart: mailboxes[0]?.localPart ?? '', domain: author });
    const domainKey = signers.domainKeyFor(this.#signer.sender?.domain);
    if (keys.length === 0 && domainKey === undefined) {
      this.#objection = `there is no key for ${author}`;
      return undefined;
    }
    return this.#unlessRefused(() => {
      const { fields, warnings } = this.#signer.sign(keys, domainKey);
      const signatures = [...keys, ...(domainKey === undefined ? [] : [domainKey])];
      this.#done(envelope, {
        signatures: signatures.map(({ domain, selector }) => `${domain}/${selector}`),
        warnings: [...warnings, ...this.#longLine()],
      });
      return fields;
    });
  }

  /** What Postfix and others do to such a line when they send it comes after milters, and no signature survives it. */
  #longLine(): string[] {
    const { longest, longLine } = this.#lines.end();
    if (longLine === undefined) return [];
    return [
      `line ${longLine} or another has ${longest} octets: what breaks lines over ${MAX_LINE} on the way breaks the signature`,
    ];
  }

  #done(envelope: Envelope, end: Partial<SignedEnd>): void {
    const author = this.#signer.from?.author;
    this.#signing.done({ envelope, author, signatures: [], unsigned: undefined, warnings: [], ...end });
  }

  #write(bytes: Buffer): void {
    this.#lines.write(bytes);
    if (this.#objection === undefined) this.#unlessRefused(() => this.#signer.write(bytes));
  }

  /** The engine's permanent errors are about the message. @throws any other */
  #unlessRefused<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof DktoolError) || error.kind !== 'permanent') throw error;
      this.#objection = error.message;
      return undefined;
    }
  }
}

import type { HeaderBlock } from '../header/header-block.ts';
import { MessageSplitter } from '../message/message-splitter.ts';
import type { PreflightFinding } from './checks.ts';
import { headerFindings } from './header-findings.ts';
import { lineFindings } from './line-findings.ts';
import { LineScan } from './line-scan.ts';
import { signatureFindings } from './signature-findings.ts';
import { signatureTraits } from './signature-traits.ts';

/** Finds what will break a message, or its signature, on the way: write the chunks of the message, end, ask for the findings. */
export class MessageLinter {
  readonly #splitter = new MessageSplitter();
  readonly #body = new LineScan();

  /** @param chunk of the message; may be changed as soon as the call returns */
  write(chunk: Buffer): void {
    this.#body.write(this.#splitter.write(chunk));
  }

  /** After the last chunk. */
  end(): void {
    this.#splitter.end();
  }

  /** Once it is complete; `undefined` where it broke a limit. */
  get header(): HeaderBlock | undefined {
    return this.#splitter.header;
  }

  /**
   * After `end`.
   *
   * @param signed the header block whose signatures count: that of the message itself, or the new fields of a signer
   * @param now seconds since 1970
   */
  findings(signed: HeaderBlock | undefined, now: number): PreflightFinding[] {
    const { header } = this.#splitter;
    if (header === undefined) return [];
    const scan = new LineScan();
    scan.write(header.bytes);
    const facts = { header, headerLines: scan.end(), bodyLines: this.#body.end() };
    const signatures = signatureTraits(signed ?? header);
    return [...lineFindings(facts), ...headerFindings(facts, signatures), ...signatureFindings(facts, signatures, now)];
  }
}

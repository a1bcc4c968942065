import { DktoolError } from '../../../lib/errors.ts';

/** What any archive may unpack to, and beyond that how many times its own size. Mail becomes some five times as large. */
const [ALWAYS, TIMES] = [1024 ** 3, 200];

/** Stops an archive of some kilobytes that unpacks to petabytes. */
export class UnpackLimit {
  #packed = 0;
  #unpacked = 0;

  get isReached(): boolean {
    return this.#unpacked > Math.max(ALWAYS, TIMES * this.#packed);
  }

  /** More octets of the archive were read. */
  packed(length: number): void {
    this.#packed += length;
  }

  /**
   * More octets came out of it.
   *
   * @throws DktoolError `archive-bomb`
   */
  unpacked(length: number): void {
    this.#unpacked += length;
    if (!this.isReached) return;
    const sentence = `the archive unpacks to more than ${TIMES} times its size; the rest is not verified`;
    throw new DktoolError('archive-bomb', sentence, {
      kind: 'permanent',
      hint: 'if it is mail all the same, unpack it and name the files',
    });
  }
}

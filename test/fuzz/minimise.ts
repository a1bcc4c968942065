/** What is left of an input when everything is taken out that is not needed for its fault. */

/** Runs that one input may cost. */
const ATTEMPTS = 2000;

/** @param isFaulty holds for the input; asked for parts of it */
export async function minimised(input: Buffer, isFaulty: (part: Buffer) => Promise<boolean>): Promise<Buffer> {
  let best = input;
  let attempts = 0;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.length && attempts < ATTEMPTS; attempts++) {
      const part = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      if (await isFaulty(part)) best = part;
      else at += size;
    }
  }
  return best;
}

/** What was done to a body, proven by the hashes that were signed. */
import type { Budget } from '../effort.ts';
import { withLf } from './lines.ts';
import type { Description } from './mime.ts';
import { draftsOf } from './search.ts';
import { type FoundBody, BodyTrial, type WantedHash } from './trial.ts';

/**
 * Look for the bodies that were signed.
 *
 * @param body as it came
 * @param description what the message's header says of it
 * @returns for each wanted hash the body that has it, or `undefined`
 */
export function findSignedBodies(
  body: Buffer,
  description: Description,
  wanted: readonly WantedHash[],
  budget: Budget,
): readonly (FoundBody | undefined)[] {
  const trial = new BodyTrial(wanted, budget);
  const context = { isSimple: () => trial.wants('simple'), lastLines: budget.lastLines };
  trial.run(draftsOf({ text: withLf(body), changes: [], description }, context));
  return wanted.map((one) => trial.foundFor(one));
}

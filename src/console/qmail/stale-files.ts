/** What a launcher leaves behind that was killed between making a file and Node.js coming to life. */
import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A name from mktemp, with what a launcher adds to it, or one of a spool that has not lost its name. */
const OURS = /^dktool-(?:[A-Za-z0-9]{10}(?:\.(?:message|envelope|request|answer))?|[0-9a-f]{24})$/;
/** Seconds after which nobody is at work on a file any more: qmail-queue itself gives up after a day. */
const STALE_AFTER = 36 * 3600;

/**
 * Remove files of ours that nobody uses any more. No fault of it is worth a word: it is tried again.
 *
 * @param uid whose files they have to be: in a folder of all, others may have theirs
 * @param now seconds since 1970
 */
export function removeStaleFiles(folder: string, uid: number, now: number): void {
  for (const name of attempt(() => readdirSync(folder)) ?? []) {
    if (!OURS.test(name)) continue;
    const path = join(folder, name);
    attempt(() => {
      const stats = lstatSync(path);
      if ((stats.isFile() || stats.isFIFO()) && stats.uid === uid && stats.mtimeMs / 1000 < now - STALE_AFTER)
        unlinkSync(path);
    });
  }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

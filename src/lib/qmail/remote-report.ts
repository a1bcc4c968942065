/** What qmail-rspawn reads from qmail-remote. */

/**
 * `Z` puts the mail off whatever was said of its recipients. Only with it, exit status 0 and nothing else on the
 * descriptor may whoever stands in place of qmail-remote speak up himself: any status but 0 and 111 bounces the mail.
 */
export const REMOTE_EXIT = { reported: 0, deferred: 111 } as const;

/** As long as a line in a log should be. */
const MAX_LENGTH = 400;

/**
 * The report that puts a mail off.
 *
 * @param sentence on one line, without control characters
 * @returns with the line end and the NUL that close it
 */
export function deferral(sentence: string): Buffer {
  return Buffer.from(`Zdktool-remote: ${reportText(sentence)} (#4.3.0)\n\0`, 'latin1');
}

/** A sentence as it may stand in a report: ASCII, and no longer than a line in a log should be. */
export function reportText(sentence: string): string {
  return sentence.replace(/[^ -~]/g, '?').slice(0, MAX_LENGTH);
}

/** One line in a log for each mail that passes through dktool-queue and dktool-remote. */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { MessageVerdict } from '../../lib/verify-message.ts';
import type { JudgedSpf } from '../../lib/report/spf.ts';
import type { SignatureName } from './signing.ts';
import { printable } from '../terminal/sanitize.ts';

/** So long that no log cuts it, and short enough for one write into a pipe. */
const MAX_LENGTH = 900;
/** Signatures that a line names. */
const MAX_SIGNATURES = 4;

/**
 * Add a line to the file that `DKTOOL_LOG` names. A fault of the log never stops mail.
 *
 * @param now seconds since 1970
 * @returns whether it is there
 */
export function appendToLog(path: string, program: string, line: string, now: number): boolean {
  try {
    // A FIFO that nobody reads is no reason to wait.
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;
    const fd = openSync(path, flags, 0o640);
    try {
      writeSync(fd, `${new Date(now * 1000).toISOString()} ${program}: ${line}\n`);
    } finally {
      closeSync(fd);
    }
    return true;
  } catch {
    return false;
  }
}

/** @param args host, envelope sender and recipients, as qmail-remote gets them */
export function mailLine(what: string, args: readonly string[]): string {
  const [, sender = '', ...recipients] = args;
  return shortened(`${what}; from <${sender}> to <${recipients.join('> <')}>`);
}

/** `signed dkim=example.com/default domainkeys=example.com/default` */
export function signedText(names: readonly SignatureName[]): string {
  return ['signed', ...names.map(({ method, domain, selector }) => `${method}=${domain}/${selector}`)].join(' ');
}

/** The verdicts on a mail: `dkim=pass (d=example.com s=a) domainkeys=none spf=pass`. */
export function verdictText({ dkim, domainkeys }: LoggedVerdict, spf?: JudgedSpf): string {
  const signatures = dkim.signatures
    .slice(0, MAX_SIGNATURES)
    .map(({ domain, selector, reason }) => [...tag('d', domain), ...tag('s', selector), reason].join(' '));
  return [
    `dkim=${dkim.result}${signatures.length === 0 ? '' : ` (${signatures.join(', ')})`}`,
    `domainkeys=${domainkeys.result}`,
    ...(spf !== undefined && 'verdict' in spf ? [`spf=${spf.verdict.result}`] : []),
  ].join(' ');
}

const tag = (name: string, value: string | undefined) => (value === undefined ? [] : [`${name}=${value}`]);

export type LoggedVerdict = Pick<MessageVerdict, 'dkim' | 'domainkeys'>;

export function shortened(text: string): string {
  const line = printable(text);
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH)}...`;
}

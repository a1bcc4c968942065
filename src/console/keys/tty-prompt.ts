/** Asking a person for a secret at the terminal, since stdin may be the message. Loaded only when it comes to that. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { DktoolError } from '../../lib/errors.ts';

/** Longer than OpenSSL takes; whoever pastes more has pasted something else. */
const MAX_OCTETS = 1024;

const [CTRL_C, CTRL_D, BACKSPACE, LINE_FEED, RETURN, CTRL_U, DELETE] = [0x03, 0x04, 0x08, 0x0a, 0x0d, 0x15, 0x7f];

/**
 * Ask on /dev/tty, without showing what is typed.
 *
 * @returns the line without its end, or `undefined` where there is no terminal
 * @throws DktoolError where the person breaks off with Ctrl-C or Ctrl-D
 */
export async function promptOnTerminal(question: string): Promise<Buffer | undefined> {
  const fd = openTerminal();
  if (fd === undefined) return undefined;
  const terminal = new ReadStream(fd);
  try {
    terminal.setRawMode(true);
    writeSync(fd, question);
    return await readLine(terminal);
  } finally {
    terminal.setRawMode(false);
    writeSync(fd, '\n');
    terminal.destroy();
  }
}

function openTerminal(): number | undefined {
  let fd: number | undefined;
  try {
    fd = openSync('/dev/tty', 'r+');
    writeSync(fd, ''); // a process without a terminal may open it and fail here
    return fd;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}

function brokenOff(): DktoolError {
  return new DktoolError('passphrase-refused', 'no passphrase was given', { kind: 'temporary' });
}

function readLine(terminal: ReadStream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const line: number[] = [];
    terminal.on('error', () => reject(brokenOff()));
    terminal.on('end', () => reject(brokenOff()));
    terminal.on('data', (typed: Buffer) => {
      for (const octet of typed) {
        if (octet === LINE_FEED || octet === RETURN) resolve(Buffer.from(line));
        else if (octet === CTRL_C || octet === CTRL_D || line.length > MAX_OCTETS) reject(brokenOff());
        else if (octet === BACKSPACE || octet === DELETE) removeCharacter(line);
        else if (octet === CTRL_U) line.length = 0;
        else line.push(octet);
      }
    });
  });
}

/** The last character, which in UTF-8 may be several octets. */
function removeCharacter(line: number[]): void {
  while (line.length > 0 && (line.pop()! & 0xc0) === 0x80);
}

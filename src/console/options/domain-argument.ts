import { statSync } from 'node:fs';
import { domain as readDomain } from './options.ts';

/** How files with a message in them are called; none of these is a top-level domain. */
const MESSAGE_NAME = /\.(?:eml|emlx|mbox|mbx|msg|txt|mail|rfc822|mime)$/i;

/** The domain that an argument stands for; `undefined`: it is a message, whether it is there or not. */
export function domainNamed(arg: string): string | undefined {
  if (arg === '-' || arg.includes('/') || MESSAGE_NAME.test(arg)) return undefined;
  if (statSync(arg, { throwIfNoEntry: false })?.isFile() === true) return undefined;
  try {
    const name = readDomain(arg);
    return name.includes('.') ? name : undefined;
  } catch {
    return undefined; // reported as a file that is not there
  }
}

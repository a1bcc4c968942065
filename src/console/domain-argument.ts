import { statSync } from 'node:fs';
import { domain as readDomain } from './options.ts';

/** The domain that an argument stands for; `undefined`: it is a message. */
export function domainNamed(arg: string): string | undefined {
  if (arg === '-' || arg.includes('/') || statSync(arg, { throwIfNoEntry: false })?.isFile() === true) return undefined;
  try {
    const name = readDomain(arg);
    return name.includes('.') ? name : undefined;
  } catch {
    return undefined; // reported as a file that is not there
  }
}

import type { CommandModule } from './command.ts';
import { dnsRecord } from './dns-record.ts';
import { keygen } from './keygen.ts';
import { sign } from './sign.ts';
import { spfCheck } from './spf-check.ts';
import { verify } from './verify.ts';

/** In the order in which help lists them. */
export const COMMANDS: readonly CommandModule[] = [keygen, sign, verify, dnsRecord, spfCheck];

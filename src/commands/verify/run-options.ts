import type { Effort } from '../../lib/explain/effort.ts';
import type { InputKind } from '../../lib/mailbox/kind.ts';
import type { MboxForm } from '../../lib/mailbox/mbox.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';
import type { DnsOptions } from '../../console/options/options.ts';
import type { ColorChoice } from '../../console/terminal/terminal.ts';
import type { ViewOptions } from './view.ts';

/** How inputs are judged and reported. Plain data: it is sent to workers. */
export interface VerifyRunOptions extends DnsOptions, ViewOptions {
  readonly color: ColorChoice;
  /** What inputs are said to be; `undefined`: each is looked at. */
  readonly input?: InputKind;
  /** The form of an mbox; `undefined`: it is found out. */
  readonly mbox?: MboxForm;
  readonly failFast?: boolean;
  readonly legacy?: boolean;
  readonly strict?: boolean;
  readonly lenient?: boolean;
  readonly author?: boolean;
  /** `if-present`: where the message has a chain. */
  readonly arc?: boolean | 'if-present';
  readonly adsp?: boolean;
  readonly spf?: boolean;
  readonly dmarc?: boolean;
  readonly explain?: boolean;
  readonly effort?: Effort;
  readonly crossCheck?: boolean;
  readonly preflight?: boolean;
  /** `dmarc`: whose result the exit status is. `warning`: what of --preflight makes it 1. */
  readonly failOn?: 'dmarc' | 'warning';
  readonly ip?: string;
  readonly helo?: string;
  readonly from?: string;
  readonly hop?: number;
  readonly trusted?: readonly IpNetwork[];
  /** The name of this host. */
  readonly receiver?: string;
  /** Seconds since 1970; `undefined`: the clock. */
  readonly now?: number;
  /** The time that messages are judged as of, seconds since 1970, or the one at which each was received. */
  readonly at?: number | 'received';
  /** The file of a keyring. */
  readonly keyring?: string;
  readonly keyringAdd?: boolean;
}

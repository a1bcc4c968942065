import type { CommonOptions, DnsOptions } from '../../console/options/options.ts';
import type { SessionOptions } from '../../console/spf/request.ts';
import type { ColorChoice } from '../../console/terminal/terminal.ts';
import type { IpNetwork } from '../../lib/syntax/ip-network.ts';

export interface DmarcCheckOptions extends CommonOptions, DnsOptions, SessionOptions {
  readonly domain?: string;
  readonly lint?: boolean;
  readonly json?: boolean;
  readonly spf?: boolean;
  readonly hop?: number;
  readonly trusted?: readonly IpNetwork[];
  readonly legacy?: boolean;
  readonly now?: number;
  readonly color: ColorChoice;
}

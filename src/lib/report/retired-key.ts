/** The JSON shape of a key that DNS does not have any more, or whose private key was published. */
import type { Retirement } from '../keys/retired.ts';
import { textOf } from './text.ts';

/** Times are seconds since 1970; `null` where nobody knows. */
export interface KeyringReport {
  /** The key is from the keyring: DNS has none or another one. */
  readonly retired: boolean;
  /** When it was seen in DNS first and last. */
  readonly first: number | null;
  readonly last: number | null;
  /** Where it was seen. */
  readonly origin: string | null;
  /** Why it is not the key of DNS; `null`: it is. */
  readonly absence: string | null;
  /** When its private key was published. */
  readonly disclosed: number | null;
}

interface JudgedKey {
  readonly retirement?: Retirement | undefined;
  readonly disclosed?: number | undefined;
}

/** @returns nothing to add, where no keyring had a part in it */
export function keyringPart({ retirement, disclosed }: JudgedKey): { readonly keyring?: KeyringReport } {
  if (retirement === undefined && disclosed === undefined) return {};
  const { first, last, origin } = retirement?.seen ?? {};
  return {
    keyring: {
      retired: retirement !== undefined,
      first: first ?? null,
      last: last ?? null,
      origin: textOf(origin),
      absence: textOf(retirement?.absence),
      disclosed: disclosed ?? null,
    },
  };
}

/** What the world looks like to a rotation. Gathered elsewhere, and only when the engine asks for it. */

/** Which keys sign, by the places that decide it. */
export type Signing =
  | { readonly keys: 'from' | 'to' }
  /** Some places lead to new keys, others still to old ones. */
  | { readonly keys: 'both' }
  /** A place leads neither to the old key nor to the new one, or cannot be read. */
  | { readonly keys: 'other'; readonly problem: string };

/** What every name server shows at the names of some keys. */
export interface Records {
  /** How many of them show every key, and nothing that would break it. */
  readonly right: 'all' | 'some' | 'none';
  /** None of them shows a key that verifies: revoked, or no record. */
  readonly isRevoked: boolean;
  /** One shows an empty p=. */
  readonly hasRevocation: boolean;
  /** There is no TXT record at any of the names on any server. */
  readonly isAbsent: boolean;
  /** Seconds for which a resolver may remember what is there; `undefined`: not known. */
  readonly ttl: number | undefined;
  /** Why `right` is not `all`, or why nobody can tell: a clause, empty where it is. */
  readonly problem: string;
  /** Who still shows something, or did not answer: a clause. */
  readonly shownBy: string;
}

export interface Facts {
  readonly signing: Signing;
  /** The files of all new keys are there. */
  readonly hasNewKeys: boolean;
  /** Of the new keys; absent: not looked at in this run. */
  readonly to?: Records | undefined;
  /** Of the old ones. */
  readonly from?: Records | undefined;
  /** `''`: messages signed with the new keys verify; else a clause that says why not. Absent: not tried in this run. */
  readonly probe?: string | undefined;
}

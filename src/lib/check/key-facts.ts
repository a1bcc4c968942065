/** What was seen of a key file. Gathered elsewhere: the engine opens no path. */
import type { ErrorCode } from '../error-codes.ts';
import type { PrivateKey } from '../crypto/private-key.ts';
import type { Rotation } from '../rotate/state.ts';

/** A user or a group. */
export interface Account {
  readonly id: number;
  /** `undefined`: the system knows no such account. */
  readonly name: string | undefined;
}

/** What the file system says of a file. */
export interface FileFacts {
  /** Permission bits, those above 777 (sticky and so on) included. */
  readonly mode: number;
  readonly owner: Account;
  readonly group: Account;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** A folder on the way to a key file. */
export interface FolderFacts {
  readonly path: string;
  readonly mode: number;
  readonly owner: Account;
  readonly group: Account;
}

/** What the state file beside the keys of a domain says of their rotation. */
export interface RotationFacts {
  /** Of the state file. */
  readonly path: string;
  /** A clause: why it cannot be read; or the rotation. */
  readonly state: Rotation | string;
}

/** `current` signs; `next` lies beside it, is newer, and will. */
export type KeyRole = 'current' | 'next';

/** A key file as it was found. */
export interface KeyFacts {
  /** Behind links within one folder. */
  readonly path: string;
  /** ASCII, lower case: d=. */
  readonly domain: string;
  readonly selector: string;
  readonly role: KeyRole;
  /** `undefined` where it cannot be looked at. */
  readonly file: FileFacts | undefined;
  /** The key itself stands in a table, and `path` is that table. */
  readonly isInline: boolean;
  /** There is something at the path, a link to nothing or a pipe among what it may be. */
  readonly isThere: boolean;
  /** The signer reads it while it is root, and then becomes an account of its own. */
  readonly isReadByRoot: boolean;
  /** Another key is about to take its place, or it is about to take that of another one. */
  readonly isInRotation: boolean;
  /** Every folder on the way to it, by its path and by its real one. */
  readonly folders: readonly FolderFacts[];
  readonly key: PrivateKey | undefined;
  /** Why there is no key: code, sentence and hint of the DktoolError. */
  readonly problem:
    | { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
    | undefined;
}

/** Who signs, as the system knows the account. */
export interface SigningAccount {
  readonly name: string;
  readonly id: number;
  /** Its own, by name where the system knows one. */
  readonly group: string;
  /** Its own group and those that it is a member of. */
  readonly groups: readonly number[];
}

/** A selector that no mail is signed with any more. */
export interface OldSelector {
  /** ASCII, lower case. */
  readonly domain: string;
  readonly selector: string;
  /** Since when, in seconds since 1970; `undefined`: for long enough, its owner says. */
  readonly since: number | undefined;
}

/** A key as a path, a list or a table names it. */

/**
 * What names a key beside its own path, and has to change for another key to sign. `folder`: where relative paths begin;
 * `isShared`: the same lines name the key for other domains; `isReadAnew`: for every message.
 */
export type KeySource =
  /** Lines of a KeyTable or of dkimkeys. */
  | {
      readonly kind: 'table';
      readonly file: string;
      readonly folder: string;
      readonly isShared: boolean;
      readonly isReadAnew: boolean;
    }
  /** Two parameters of a configuration file, by their names in lower case. */
  | {
      readonly kind: 'config';
      readonly file: string;
      readonly folder: string;
      readonly isShared: boolean;
      readonly selector: string;
      readonly keyFile: string;
    }
  /** A list within a configuration file. */
  | { readonly kind: 'list'; readonly file: string };

export interface NamedKey {
  /** d=, ASCII, lower case. */
  readonly domain: string;
  /** `undefined`: from the name of the file. */
  readonly selector: string | undefined;
  /** Of the key; where `text` holds it, of the table that does. */
  readonly path: string;
  readonly text: string | undefined;
  /** Its folder belongs to the domain: what lies beside it are its other keys. */
  readonly hasSiblings: boolean;
  /** The signer reads it while it is root. */
  readonly isReadByRoot?: boolean;
  /** Absent: its path is all there is. */
  readonly source?: KeySource;
}

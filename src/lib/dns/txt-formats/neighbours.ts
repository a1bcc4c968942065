/** TXT records at the name of a new one, as their character-strings: an exact copy of what is published. */
export interface TxtNeighbours {
  /** All that is there now; `undefined`: not known. */
  readonly present: readonly (readonly string[])[] | undefined;
  /** What gives way to the new record. */
  readonly replaced: readonly (readonly string[])[];
  /** Seconds, of what is there now. */
  readonly ttl?: number | undefined;
  /** What Cloudflare calls the records that give way, in any order. */
  readonly recordIds?: readonly string[] | undefined;
}

/** What stays at the name beside the new record. */
export function keptBeside(among: TxtNeighbours | undefined): readonly (readonly string[])[] {
  const gone = new Set(among?.replaced.map((strings) => JSON.stringify(strings)));
  return (among?.present ?? []).filter((strings) => !gone.has(JSON.stringify(strings)));
}

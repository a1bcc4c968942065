/** Which words were meant by one that does not exist. */

const MOST = 3;

/** @returns the words that resemble it most, three at most, the nearest first */
export function nearest(wanted: string, words: readonly string[]): string[] {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  const parts = wanted.split('-').filter((part) => part.length > 2);
  const distanceOf = (word: string): number => {
    const edits = editDistance(wanted, word);
    if (edits <= limit) return edits;
    // A word with the same parts in another order, or with more of them.
    const isRelated = parts.length > 0 && parts.every((part) => word.includes(part));
    return isRelated ? limit + word.length / 100 : Number.POSITIVE_INFINITY;
  };
  return [...new Set(words)]
    .map((word) => ({ word, distance: distanceOf(word) }))
    .filter(({ distance }) => distance < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST)
    .map(({ word }) => word);
}

/** Levenshtein's: letters put in, left out or replaced. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of Array.from(other).entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === otherLetter ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1)!;
}

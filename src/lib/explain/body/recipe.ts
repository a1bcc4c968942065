/** The way back from the body that came to the one that was signed, in the form of DKIM2's recipes. */
import { linesOf } from './lines.ts';

/** `c`: lines of the body as it came, from and to, counted from 1; `d`: lines as text; `u`: lines in base64. */
export type BodyStep =
  | { readonly c: readonly [number, number] }
  | { readonly d: readonly string[] }
  | { readonly u: readonly string[] };

/** Octets of a recipe: a longer one is left out. */
export const MAX_RECIPE = 1024 * 1024;

/** Lines looked at ahead where none of the lines that came follows. */
const NOT_FOUND = -1;

/**
 * The steps that make one body out of another, lines without their ends. Linear in both.
 *
 * @param received LF
 * @param signed LF
 * @returns `undefined` where the literal lines are longer than MAX_RECIPE
 */
export function recipeFor(received: Buffer, signed: Buffer): readonly BodyStep[] | undefined {
  const [have, want] = [linesOf(received), linesOf(signed)];
  const steps: BodyStep[] = [];
  let literal: string[] = [];
  let size = 0;
  const flush = () => {
    if (literal.length > 0) steps.push(...literalSteps(literal));
    literal = [];
  };
  const places = placesOf(have);
  let at = 0;
  for (let i = 0; i < want.length; ) {
    const from = have[at] === want[i] ? at : nextPlace(places, want, i, at);
    if (from === NOT_FOUND) {
      size += want[i]!.length + 4;
      if (size > MAX_RECIPE) return undefined;
      literal.push(want[i++]!);
      // A line that was changed stands for the one that came.
      if (at < have.length && have[at] !== want[i] && have[at + 1] === want[i]) at++;
      continue;
    }
    flush();
    let to = from;
    while (i < want.length && to < have.length && have[to] === want[i]) {
      i++;
      to++;
    }
    steps.push({ c: [from + 1, to] });
    at = to;
  }
  flush();
  return steps;
}

/** Where each line stands, ascending. */
function placesOf(lines: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [i, line] of lines.entries()) {
    const list = places.get(line);
    if (list === undefined) places.set(line, [i]);
    else if (list.length < 64) list.push(i);
  }
  return places;
}

/** The next place of a line at or behind an offset; short lines stand everywhere, so that the line behind has to fit too. */
function nextPlace(
  places: ReadonlyMap<string, readonly number[]>,
  want: readonly string[],
  i: number,
  at: number,
): number {
  const line = want[i]!;
  const list = places.get(line);
  if (list === undefined) return NOT_FOUND;
  const after = want[i + 1];
  for (const place of list) {
    if (place < at) continue;
    if (line.length >= 8 || after === undefined) return place;
    if (places.get(after)?.includes(place + 1)) return place;
  }
  return NOT_FOUND;
}

/** Lines as UTF-8 where they are that, a carriage return aside, which would be taken for half a line end. */
function literalSteps(lines: readonly string[]): BodyStep[] {
  const steps: BodyStep[] = [];
  for (const line of lines) {
    const text = asUtf8(line);
    const last = steps.at(-1);
    if (text === undefined) {
      const encoded = Buffer.from(line, 'latin1').toString('base64');
      if (last !== undefined && 'u' in last) (last.u as string[]).push(encoded);
      else steps.push({ u: [encoded] });
    } else if (last !== undefined && 'd' in last) (last.d as string[]).push(text);
    else steps.push({ d: [text] });
  }
  return steps;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const [HIGH, CR] = [/[\x80-\xff]/, '\r'];

function asUtf8(line: string): string | undefined {
  if (line.includes(CR)) return undefined;
  if (!HIGH.test(line)) return line;
  try {
    return decoder.decode(Buffer.from(line, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The recipe of a Message-Instance (r=): what a host changed, as the way back to the instance before. */

export interface Dkim2Recipe {
  /** Names of the header fields that are rebuilt, latin1. */
  readonly headers: readonly string[];
  /** `undefined`: the body was not changed. */
  readonly body: { readonly copied: number; readonly restored: number } | undefined;
  /** Why the recipe cannot be read. */
  readonly problem: string | undefined;
}

/** Names and steps that are looked at. */
const MOST = 1000;

/** @param json latin1 of the decoded value; `undefined` where it is not base64, or too long to be decoded */
export function readRecipe(json: string | undefined): Dkim2Recipe {
  if (json === undefined) return unreadable('r= is not valid base64');
  let recipe: unknown;
  try {
    recipe = JSON.parse(json);
  } catch {
    return unreadable('r= does not contain JSON');
  }
  if (!isObject(recipe)) return unreadable('r= does not contain a JSON object');
  const { h, b } = recipe;
  return {
    headers: isObject(h) ? Object.keys(h).slice(0, MOST) : [],
    body: Array.isArray(b) ? bodySteps(b.slice(0, MOST)) : undefined,
    problem: undefined,
  };
}

/** `c`: lines from..to are copied; `d`: literal lines; `u`: lines in base64. */
function bodySteps(steps: readonly unknown[]): { copied: number; restored: number } {
  let [copied, restored] = [0, 0];
  for (const step of steps) {
    if (!isObject(step)) continue;
    const { c, d, u } = step;
    if (Array.isArray(c) && Number.isSafeInteger(c[0]) && Number.isSafeInteger(c[1])) {
      copied += Math.max(0, Number(c[1]) - Number(c[0]) + 1);
    }
    for (const lines of [d, u]) if (Array.isArray(lines)) restored += lines.length;
  }
  return { copied, restored };
}

function unreadable(problem: string): Dkim2Recipe {
  return { headers: [], body: undefined, problem };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

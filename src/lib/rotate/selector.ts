/** Names for the keys that come next. */
import type { KeyType } from '../crypto/public-key.ts';
import { isDomainName } from '../syntax/domain-name.ts';

/** What the default makes: `202612`. */
export const DEFAULT_TEMPLATE = '{date:%Y%m}';

/** The conversions of strftime(3) that make sense in a name; in UTC, so that all hosts agree. */
const CONVERSIONS: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  y: (date) => pad(date.getUTCFullYear() % 100, 2),
  m: (date) => pad(date.getUTCMonth() + 1, 2),
  d: (date) => pad(date.getUTCDate(), 2),
  j: (date) => pad((Date.UTC(...dayOf(date)) - Date.UTC(date.getUTCFullYear(), 0)) / 86_400_000 + 1, 3),
  q: (date) => String(Math.floor(date.getUTCMonth() / 3) + 1),
  H: (date) => pad(date.getUTCHours(), 2),
  M: (date) => pad(date.getUTCMinutes(), 2),
  S: (date) => pad(date.getUTCSeconds(), 2),
};

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function dayOf(date: Date): [number, number, number] {
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
}

/**
 * @param template text with `{date:FORMAT}` in it
 * @param now seconds since 1970
 * @returns `undefined` where it holds anything else in braces, an unknown conversion, or makes no selector
 */
export function selectorFrom(template: string, now: number): string | undefined {
  const date = new Date(now * 1000);
  let isKnown = true;
  const name = template.replace(/\{date:([^{}]*)\}/g, (_, format: string) =>
    format.replace(/%(.?)/g, (_all, letter: string) => {
      const convert = CONVERSIONS[letter];
      if (convert === undefined) isKnown = false;
      return convert?.(date) ?? '';
    }),
  );
  return isKnown && isDomainName(name) ? name : undefined;
}

/** Of a pair that changes together, the Ed25519 key has this behind its name, as with `keygen --dual`. */
const ED25519_SUFFIX = '-ed25519';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.split('');

/**
 * Names to try for keys that change together: the base, then with a letter behind it.
 *
 * @param base a selector
 * @param types of the keys, in order
 * @returns lists of as many selectors as there are keys, all different
 */
export function selectorCandidates(base: string, types: readonly KeyType[]): string[][] {
  return ['', ...LETTERS].map((letter) => {
    const used = new Set<string>();
    const isPair = types.includes('rsa');
    return types.map((type) => {
      const name = `${base}${letter}${type === 'ed25519' && isPair ? ED25519_SUFFIX : ''}`;
      let unique = name;
      for (let i = 2; used.has(unique); i++) unique = `${name}-${i}`;
      used.add(unique);
      return unique;
    });
  });
}

/**
 * The path of a new key beside the old one: where the old name has the old selector in it, the new selector takes its
 * place, so that `2026a.private` becomes `202612.private`; else the new selector is put before the ending.
 */
export function pathBeside(path: string, oldSelector: string, selector: string): string {
  const slash = path.lastIndexOf('/') + 1;
  const [folder, name] = [path.slice(0, slash), path.slice(slash)];
  const at = name.lastIndexOf(oldSelector);
  if (at !== -1) return folder + name.slice(0, at) + selector + name.slice(at + oldSelector.length);
  const dot = name.search(/\.(?:pem|key|private)$/);
  const end = dot === -1 ? name.length : dot;
  return `${folder}${name.slice(0, end)}.${selector}${name.slice(end)}`;
}

/** Commands that put a key right. They run as they stand; within a remedy they are in double quotes. */
import { nextSelector } from '../keys/next-selector.ts';
import { shellWord } from '../syntax/shell-word.ts';
import type { KeyFacts } from './key-facts.ts';

type Place = Pick<KeyFacts, 'domain' | 'selector' | 'path'>;

/** A key where there is none. keygen overwrites nothing and makes no folder. */
export function makeKey({ domain, selector, path }: Place, hasFolder = true): string {
  const mkdir = hasFolder ? '' : `mkdir -p ${shellWord(folderOf(path))} && `;
  return `${mkdir}dktool keygen ${domain} -s ${shellWord(selector)} -o ${shellWord(path)}`;
}

/** A new key in the place of what is there, which is kept beside it. */
export function replaceKey(place: Place): string {
  const { path } = place;
  return `mv ${shellWord(path)} ${shellWord(`${path}.old`)} && ${makeKey(place)}`;
}

/** A new key beside the one in use. */
export function nextKey({ domain, selector, path, isInline }: Place & Pick<KeyFacts, 'isInline'>): string {
  const name = nextSelector(selector);
  if (isInline) return `dktool keygen ${domain} -s ${name}`;
  const folder = folderOf(path);
  return makeKey({ domain, selector: name, path: folder === '/' ? `/${name}` : `${folder}/${name}` });
}

/**
 * A key for a domain at a path in which `%` stands for it, with the link that the signer follows.
 *
 * @param place where the key was looked for; without `%` it is a list or a table
 */
export function firstKey(domain: string, place: string, now: number): string {
  const selector = `${new Date(now * 1000).getUTCFullYear()}a`;
  if (!place.includes('%')) return `dktool keygen ${domain} -s ${selector}`;
  const path = place.replaceAll('%', domain);
  const name = path.slice(path.lastIndexOf('/') + 1);
  // A name with the domain in it is that of the file; one without, such as `default`, is a link to the key in use.
  if (place.lastIndexOf('%') > place.lastIndexOf('/')) return makeKey({ domain, selector, path }, false);
  const folder = folderOf(path);
  const make = makeKey({ domain, selector, path: `${folder}/${selector}` }, false);
  return `${make} && ln -s ${selector} ${shellWord(`${folder}/${name}`)}`;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '.' : path.slice(0, slash) || '/';
}

/** Links that filters replaced by their own, put back: all of these carry the link that stood there. */

const MARKS = ['urldefense', 'safelinks.protection.outlook.com', 'linkprotect.cudasvc.com'] as const;

/** Characters that no link has in a text. */
const LINK = /https?:\/\/[^\s<>"']{1,8192}/g;

/** The text with the links of known rewriters put back; the same text where there is none. */
export function withoutRewriters(text: string): string {
  if (!MARKS.some((mark) => text.includes(mark))) return text;
  return text.replace(LINK, (link) => {
    const isHtml = link.includes('&amp;');
    const plain = isHtml ? link.replaceAll('&amp;', '&') : link;
    const original = originalOf(plain);
    if (original === undefined) return link;
    return isHtml ? original.replaceAll('&', '&amp;') : original;
  });
}

function originalOf(link: string): string | undefined {
  if (link.startsWith('https://urldefense.com/v3/__')) return proofpointV3(link);
  if (/^https:\/\/urldefense\.(?:proofpoint\.)?com\/v2\/url\?/.test(link)) return proofpointV2(link);
  if (/^https:\/\/[a-z0-9]+\.safelinks\.protection\.outlook\.com\/(?:ap\/[a-z0-9-]+\/)?\?/i.test(link)) {
    return decoded(parameter(link, 'url'));
  }
  if (link.startsWith('https://linkprotect.cudasvc.com/url?')) return decoded(parameter(link, 'a'));
  return undefined;
}

function parameter(link: string, name: string): string | undefined {
  const query = link.slice(link.indexOf('?') + 1);
  for (const pair of query.split('&')) if (pair.startsWith(`${name}=`)) return pair.slice(name.length + 1);
  return undefined;
}

function decoded(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return Buffer.from(decodeURIComponent(value), 'utf8').toString('latin1');
  } catch {
    return undefined;
  }
}

/** `-` stands for `%`, `_` for `/`. */
function proofpointV2(link: string): string | undefined {
  const value = parameter(link, 'u');
  return value === undefined ? undefined : decoded(value.replaceAll('-', '%').replaceAll('_', '/'));
}

const RUN_LENGTHS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/**
 * `__URL__;CODES!...`: each `*` in the URL stands for the next octet of what CODES is in base64url, `**X` for a run of so many
 * as the letter X says, from two on.
 */
function proofpointV3(link: string): string | undefined {
  const match = /^https:\/\/urldefense\.com\/v3\/__(.+?)__;([A-Za-z0-9_=-]*)!/.exec(link);
  if (match === null) return undefined;
  const url = match[1]!.replace(/^([a-z]+:)\/(?=[^/])/i, '$1//');
  const replaced = Array.from(Buffer.from(match[2]!, 'base64url').toString('utf8'));
  let at = 0;
  const original = url.replace(/\*(?:\*(.))?/g, (_, run: string | undefined) => {
    const count = run === undefined ? 1 : RUN_LENGTHS.indexOf(run) + 2;
    const piece = replaced.slice(at, at + count).join('');
    at += count;
    return piece;
  });
  return Buffer.from(original, 'utf8').toString('latin1');
}

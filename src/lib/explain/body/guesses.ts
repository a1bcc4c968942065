/** What a body and its header suggest was done, where no hash bears it out. */
import type { HeaderBlock } from '../../header/header-block.ts';
import type { Change } from '../change.ts';
import { linesOf, withLf } from './lines.ts';
import { type Description, structureOf } from './mime.ts';
import { contentOf } from './recode.ts';

/** Lines from the end in which a footer is looked for. */
const LAST_LINES = 40;
/** A line of underscores, hyphens or equals signs, as lists put over their footers. */
const RULE = /^(?:_{10,}|-{20,}|={20,})[ \t]*$/;
/** Where a list says how to leave it. */
const LIST_LINK = /(?:\/listinfo\/|\/mailman3?\/lists\/|unsubscribe|\/postorius\/|googlegroups\.com|groups\.io)/i;
/** An encoding of a Python list manager: the charset in quotes, as its email package writes it. */
const PYTHON_TYPE = /^[a-z]+\/[a-z]+; charset="[a-z0-9-]+"/i;

/** What Mailman puts in place of an attachment. */
const SCRUBBED = '-------------- next part --------------';

/** @param body as it came */
export function guessedChanges(header: HeaderBlock, body: Buffer, description: Description): Change[] {
  const guesses: Change[] = [];
  const filter = header.named('x-content-filtered-by')[0];
  if (filter !== undefined) {
    guesses.push({ kind: 'parts-removed', by: header.value(filter).trim().slice(0, 80), isGuess: true });
  }
  const text = withLf(body);
  if (filter === undefined && text.includes(SCRUBBED)) guesses.push({ kind: 'parts-removed', isGuess: true });
  const { contentType, encoding } = description;
  const structure = structureOf(text, description);
  const last = structure.children.at(-1);
  const leaf = last ?? { ...structure, encoding, contentType };
  const charset = (leaf.contentType.parameters.get('charset') ?? 'us-ascii').toLowerCase();
  const content = contentOf({ body: text.subarray(leaf.bodyStart, leaf.end), encoding: leaf.encoding, charset });
  const footer = footerIn(withLf(content.bytes));
  if (footer !== undefined) {
    const isPart = last !== undefined && footer.isAll;
    guesses.push({
      kind: isPart ? 'part-added' : 'lines-appended',
      at: 'end',
      count: isPart ? 1 : footer.lines.length,
      text: footer.lines,
      isGuess: true,
    });
  }
  const typeField = header.named('content-type')[0];
  const isPython = typeField !== undefined && PYTHON_TYPE.test(header.value(typeField).trim());
  if (last === undefined && isPython && (footer !== undefined || isFromList(header))) {
    guesses.push({
      kind: 'transfer-encoding-changed',
      to: encoding,
      from: 'an encoding that is not known',
      isGuess: true,
    });
  }
  return guesses;
}

export function isFromList(header: HeaderBlock): boolean {
  return ['list-id', 'list-post', 'x-mailman-version', 'mailing-list'].some((name) => header.named(name).length > 0);
}

/** Where a footer may begin: at a rule or a signature delimiter near the end, the last one first. */
export function footerStarts(text: Buffer): number[] {
  const starts: number[] = [];
  let at = text.length;
  for (let left = LAST_LINES; left > 0 && at > 0; left--) {
    const end = at;
    at = at >= 2 ? text.lastIndexOf(0x0a, at - 2) + 1 : 0;
    const line = text.toString('latin1', at, Math.min(end, at + 200)).trimEnd();
    if (RULE.test(line) || line === '--') starts.push(at);
    if (starts.length === 3) break;
  }
  return starts;
}

function footerIn(text: Buffer): { readonly lines: readonly string[]; readonly isAll: boolean } | undefined {
  const lines = linesOf(text);
  const from = Math.max(0, lines.length - LAST_LINES);
  for (let i = lines.length - 1; i >= from; i--) {
    const line = lines[i]!;
    const isSignature = line === '-- ' || line === '--';
    if (!RULE.test(line) && !isSignature) continue;
    const tail = lines.slice(i);
    if (!tail.some((one) => LIST_LINK.test(one.slice(0, 500)))) continue;
    return { lines: tail, isAll: lines.slice(0, i).every((one) => one.trim() === '') };
  }
  return undefined;
}

/** The text parts of a multipart, and how a changed one is put back into the whole. */
import type { Part, Structure } from './mime.ts';
import { allParts } from './part-edits.ts';
import { type Content, contentOf, isText } from './recode.ts';

/** Text parts of a message that are looked into. */
const TRIED_LEAVES = 6;

export interface TextLeaf {
  readonly part: Part;
  readonly content: Content;
  readonly isHtml: boolean;
}

export function textLeaves(text: Buffer, structure: Structure): TextLeaf[] {
  const leaves: TextLeaf[] = [];
  for (const part of allParts(structure)) {
    const { type, parameters } = part.contentType;
    if (part.children.length > 0 || !type.startsWith('text/')) continue;
    const charset = (parameters.get('charset') ?? 'us-ascii').toLowerCase();
    const content = contentOf({ body: text.subarray(part.bodyStart, part.end), encoding: part.encoding, charset });
    if (!isText(content.bytes)) continue;
    leaves.push({ part, content, isHtml: type === 'text/html' });
    if (leaves.length === TRIED_LEAVES) break;
  }
  return leaves;
}

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly bytes: Buffer;
}

/** @param splices in their order, apart from each other */
export function spliced(text: Buffer, splices: readonly Splice[]): Buffer {
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, bytes } of splices) {
    pieces.push(text.subarray(from, start), bytes);
    from = end;
  }
  pieces.push(text.subarray(from));
  return Buffer.concat(pieces);
}

/** The body of a part, without the line end that belongs to the delimiter behind it. */
export const asBody = (bytes: Buffer) => (bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes);

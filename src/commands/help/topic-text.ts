/** A topic of help as wide as the terminal. */
import { asExample, type Item, itemLines, paragraphs } from '../../console/options/help-text.ts';

/** @param topic as in topics.ts */
export function topicText(topic: string, width: number): string {
  const blocks = topic.trim().split(/\n\s*\n/);
  return blocks.map((block) => `${blockLines(block, width).join('\n')}\n`).join('\n');
}

/** A paragraph, and what is indented below it. */
function blockLines(block: string, width: number): string[] {
  const all = block.split('\n');
  const first = all.findIndex((line) => line.startsWith('  '));
  const text = all.slice(0, first === -1 ? all.length : first);
  const list = all.slice(text.length).map((line) => line.trim());
  const isItems = list.some((line) => line.includes('  '));
  return [
    ...(text.length === 0 ? [] : paragraphs(text.join('\n'), width)),
    ...(isItems ? itemLines(list.map(asItem), width) : list.flatMap((line) => asExample(line, width))),
  ];
}

function asItem(line: string): Item {
  const [, term = '', description = ''] = /^(.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
  return [term, description];
}

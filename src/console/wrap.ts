import { displayWidth, unitsWithin } from './text-width.ts';

/** Lines of at most `width` columns, broken at blanks where there are some. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width || displayWidth(rest) > width) {
    const most = Math.max(1, unitsWithin(rest.slice(0, 4 * width), width));
    if (most === rest.length) break;
    const blank = rest.lastIndexOf(' ', most);
    const end = blank > 0 ? blank : most;
    lines.push(rest.slice(0, end));
    rest = rest.slice(blank > 0 ? end + 1 : end);
  }
  return [...lines, rest];
}

/** `wrapped`, as one text. */
export function wrap(text: string, width: number): string {
  return wrapped(text, width).join('\n');
}

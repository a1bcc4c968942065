import { displayWidth, unitsWithin } from './text-width.ts';

/** Where a word that is too long is best broken: names and paths have these. */
const JOINT = /^[^]*[./:@=,](?=[^./:@=,])/;

/** Lines of at most `width` columns, broken at blanks where there are some, else at the joints of a name or a path. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width || displayWidth(rest) > width) {
    const most = Math.max(1, unitsWithin(rest.slice(0, 4 * width), width));
    if (most === rest.length) break;
    const blank = rest.lastIndexOf(' ', most);
    const end = blank > 0 ? blank : jointBefore(rest, most);
    lines.push(rest.slice(0, end));
    rest = rest.slice(blank > 0 ? end + 1 : end);
  }
  return [...lines, rest];
}

/** Behind the last joint of the first units, unless that would leave most of the line empty. */
function jointBefore(text: string, units: number): number {
  const length = JOINT.exec(text.slice(0, units + 1))?.[0].length ?? 0;
  return length > 0 && length <= units && 3 * length > units ? length : units;
}

/** `wrapped`, as one text. */
export function wrap(text: string, width: number): string {
  return wrapped(text, width).join('\n');
}

// npm run picture: docs/picture.svg, a terminal in which the built tool runs. The commands below really run, on a pseudo terminal
// (script(1), Debian package bsdutils), on the files in examples.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
export const PICTURE = join(root, 'docs/picture.svg');

const COLUMNS = 92;

/** What is typed, and which lines of the answer are left out: an ellipsis takes their place. */
const SCENES = [
  {
    type: 'dktool verify --explain --zone signed.zone from-list.eml',
    leaveOut: /^ {2}(?:tags|key|signed|body hash|header hash|change|message'|charset=)|^ {2}\S{44}$/,
  },
];

/** @returns the picture, as SVG */
export function picture() {
  const lines = SCENES.flatMap(({ type, leaveOut }, index) => [
    ...(index === 0 ? [] : ['']),
    `\u001b[90m$\u001b[39m \u001b[1m${type}\u001b[22m`,
    ...shown(run(type), leaveOut),
  ]);
  return svg(lines.map(runs));
}

/** The lines that a command writes to a terminal. */
function run(line) {
  const command = line.replace(/^dktool/, `'${process.execPath}' '${join(root, 'bin/dktool.js')}'`);
  const { stdout, error } = spawnSync('script', ['-qec', `stty cols ${COLUMNS} rows 50; ${command}`, '/dev/null'], {
    cwd: join(root, 'examples'),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', HOME: '/nonexistent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) throw error;
  return stdout.replace(/\r?\n$/, '').split(/\r?\n/);
}

function shown(lines, leaveOut) {
  if (leaveOut === undefined) return lines;
  const kept = lines.map((line) => (leaveOut.test(plain(line)) ? undefined : line));
  return kept.flatMap((line, i) =>
    line !== undefined ? [line] : kept[i - 1] === undefined ? [] : ['  \u001b[90m…\u001b[39m'],
  );
}

const SGR = /\u001b\[([\d;]*)m/g;
const plain = (line) => line.replace(SGR, '');

/** A line as runs of text with the same look. */
function runs(line) {
  const found = [];
  let [at, column, bold, colour] = [0, 0, false, ''];
  const take = (end) => {
    const text = line.slice(at, end);
    if (text.trim() !== '') found.push({ text, column, look: [bold && 'b', colour].filter(Boolean).join(' ') });
    column += text.length;
  };
  for (const match of line.matchAll(SGR)) {
    take(match.index);
    at = match.index + match[0].length;
    for (const code of match[1].split(';').map(Number)) {
      if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code in COLOURS) colour = COLOURS[code];
      else if (code === 39) colour = '';
      else if (code === 0) [bold, colour] = [false, ''];
      else throw new Error(`the picture cannot show SGR ${code}`);
    }
  }
  take(line.length);
  return found;
}

const COLOURS = { 31: 'r', 32: 'g', 33: 'y', 36: 'c', 90: 'd' };

// Of a character; every run is stretched to it, whatever font the reader has.
const [WIDTH, HEIGHT] = [8, 18];
const [LEFT, TOP] = [16, 50];
/** From the line that letters stand on to the middle of their cell. */
const BASELINE = 4;

function svg(lines) {
  const width = COLUMNS * WIDTH + 2 * LEFT;
  const height = lines.length * HEIGHT + TOP;
  const x = (column) => LEFT + column * WIDTH;
  const y = (row) => TOP + row * HEIGHT;
  const texts = lines.flatMap((line, row) =>
    line.flatMap(({ text, column, look }) =>
      [...text.matchAll(WORDS)].map(({ 0: words, index }) => {
        const style = look === '' ? '' : ` class="${look}"`;
        const length = words.length * WIDTH;
        return `<text x="${x(column + index)}" y="${y(row)}" textLength="${length}"${style}>${escaped(words)}</text>`;
      }),
    ),
  );
  const strokes = lines.flatMap((line, row) =>
    line.flatMap(({ text, column }) =>
      [...text].map((character, i) => {
        const [left, right, up, down] = BOX[character] ?? [];
        const [at, middle] = [x(column + i), y(row) - BASELINE];
        const across =
          left || right ? `M${at + (left ? 0 : WIDTH / 2)} ${middle}h${left && right ? WIDTH : WIDTH / 2}` : '';
        const half = HEIGHT / 2;
        return (
          across + (up || down ? `M${at + WIDTH / 2} ${middle - (up ? half : 0)}v${up && down ? HEIGHT : half}` : '')
        );
      }),
    ),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>dktool in a terminal</title>
<style>
text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;fill:#e6edf3}
.b{font-weight:bold}.r{fill:#ff7b72}.g{fill:#7ee787}.y{fill:#e3b341}.c{fill:#76d9e6}.d{fill:#8b949e}
</style>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="#161b22" stroke="#8b949e"/>
<g fill="#8b949e"><circle cx="20" cy="18" r="5"/><circle cx="38" cy="18" r="5"/><circle cx="56" cy="18" r="5"/></g>
<path d="${joined(strokes.join(''))}" fill="none" stroke="#6e7681"/>
${texts.join('\n')}
</svg>
`;
}

/** Words with a blank between them: what a font may set in its own width without moving what comes after wider gaps. */
const WORDS = /[^\s\u2500-\u257f]+(?: [^\s\u2500-\u257f]+)*/g;

/** Which halves of its cell a box-drawing character crosses: left, right, up, down. */
const BOX = {
  '─': [1, 1, 0, 0],
  '│': [0, 0, 1, 1],
  '┌': [0, 1, 0, 1],
  '┐': [1, 0, 0, 1],
  '└': [0, 1, 1, 0],
  '┘': [1, 0, 1, 0],
  '├': [0, 1, 1, 1],
  '┤': [1, 0, 1, 1],
  '┬': [1, 1, 0, 1],
  '┴': [1, 1, 1, 0],
  '┼': [1, 1, 1, 1],
};

/** Path data with horizontal strokes that meet drawn as one. */
function joined(path) {
  const strokes = [...path.matchAll(/M(\d+) (\d+)([hv])(\d+)/g)].map(([, x, y, way, length]) => {
    return { x: Number(x), y: Number(y), way, length: Number(length) };
  });
  const rows = [];
  for (const stroke of strokes) {
    const last = rows.findLast(({ way }) => way === 'h');
    const meets = stroke.way === 'h' && last?.y === stroke.y && last.x + last.length === stroke.x;
    if (meets) last.length += stroke.length;
    else rows.push(stroke);
  }
  return rows.map(({ x, y, way, length }) => `M${x} ${y}${way}${length}`).join('');
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) writeFileSync(PICTURE, picture());

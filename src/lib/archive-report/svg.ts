/** Bar charts as inline SVG. */
import { escaped } from './escape.ts';

/** Of result words; by class, so that the page can have its own in the dark. */
export const SERIES_CLASSES: Readonly<Record<string, string>> = {
  pass: 'pass',
  none: 'none',
  temperror: 'wait',
  neutral: 'wait',
};

export interface Bar {
  readonly label: string;
  /** The parts of the bar, in order: what they are, and how much. */
  readonly parts: readonly (readonly [string, number])[];
}

const classOf = (name: string) => SERIES_CLASSES[name] ?? 'bad';
const totalOf = ({ parts }: Bar) => parts.reduce((sum, [, count]) => sum + count, 0);
const px = (value: number) => String(Math.round(value * 100) / 100);

function titled(label: string, name: string, count: number, rectangle: string): string {
  return `<g class="${classOf(name)}"><title>${escaped(`${label}: ${count} ${name}`)}</title>${rectangle}</g>`;
}

const [WIDTH, LABEL, ROW] = [760, 300, 22];

/** A row a bar, with its label on the left and its sum behind it. */
export function horizontalBars(bars: readonly Bar[], title: string): string {
  const most = Math.max(1, ...bars.map(totalOf));
  const room = WIDTH - LABEL - 90;
  const rows = bars.map((bar, i) => {
    const y = i * ROW;
    let x = LABEL;
    const parts = bar.parts.map(([name, count]) => {
      const width = (count / most) * room;
      const part = titled(
        bar.label,
        name,
        count,
        `<rect x="${px(x)}" y="${y + 3}" width="${px(width)}" height="${ROW - 6}"/>`,
      );
      x += width;
      return part;
    });
    const label = `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${escaped(clipped(bar.label))}</text>`;
    return `${label}${parts.join('')}<text x="${px(x + 6)}" y="${y + 15}">${totalOf(bar)}</text>`;
  });
  return picture(title, bars.length * ROW, rows.join(''));
}

const [HEIGHT, BOTTOM, LEFT] = [200, 24, 60];

/** A column a bar, the first part at the bottom. */
export function columns(bars: readonly Bar[], title: string): string {
  const most = Math.max(1, ...bars.map(totalOf));
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const every = Math.ceil(bars.length / 12);
  const drawn = bars.map((bar, i) => {
    const x = LEFT + i * step;
    let y = HEIGHT;
    const parts = bar.parts.map(([name, count]) => {
      const height = (count / most) * (HEIGHT - 10);
      y -= height;
      const rectangle = `<rect x="${px(x)}" y="${px(y)}" width="${px(Math.max(0.5, step - 1))}" height="${px(height)}"/>`;
      return titled(bar.label, name, count, rectangle);
    });
    const label = i % every === 0 ? `<text x="${px(x)}" y="${HEIGHT + 16}">${escaped(bar.label)}</text>` : '';
    return parts.join('') + label;
  });
  const axis = `<text x="${LEFT - 6}" y="14" text-anchor="end">${most}</text><text x="${LEFT - 6}" y="${HEIGHT}" text-anchor="end">0</text>`;
  return picture(title, HEIGHT + BOTTOM, axis + drawn.join(''));
}

function picture(title: string, height: number, content: string): string {
  return `<svg role="img" viewBox="0 0 ${WIDTH} ${height}"><title>${escaped(title)}</title>${content}</svg>\n`;
}

/** Characters that fit beside a bar. */
const LONGEST = 44;

function clipped(label: string): string {
  const characters = Array.from(label);
  return characters.length <= LONGEST ? label : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

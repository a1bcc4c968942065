/** The date-time of RFC 5322 section 3.3, with the obsolete forms of section 4.3. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const DATE =
  /^(?:[a-z]{3,9}\s*,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s-]+(\d{2,4})\s+(\d{1,2})\s*:\s*(\d{2})(?:\s*:\s*(\d{2}))?(?:\s+([+-]\d{4}|[a-z]{1,4}))?/i;

/** Hours east of Greenwich. Military zones and names that are not known say nothing, and count as UTC (section 4.3). */
const ZONES: Readonly<Record<string, number>> = {
  edt: -4,
  est: -5,
  cdt: -5,
  cst: -6,
  mdt: -6,
  mst: -7,
  pdt: -7,
  pst: -8,
};

/** Longer than any date with its comments. */
const MAX_LENGTH = 300;

/**
 * @param text what is behind the colon of Date, or behind the last semicolon of Received; latin1, folds included
 * @returns seconds since 1970; `undefined` where it is not a date
 */
export function parseDate(text: string): number | undefined {
  const plain = withoutComments(text.slice(0, MAX_LENGTH)).trim();
  const match = DATE.exec(plain);
  if (match === null) return undefined;
  const [, day, name, year, hour, minute, second, zone] = match;
  const month = MONTHS.indexOf(name!.toLowerCase());
  const [d, h, m, s] = [Number(day), Number(hour), Number(minute), Number(second ?? 0)];
  if (month === -1 || d < 1 || h > 23 || m > 59 || s > 60) return undefined;
  const time = Date.UTC(fullYear(year!), month, d, h, m, s) / 1000;
  if (new Date(Date.UTC(fullYear(year!), month, d)).getUTCDate() !== d) return undefined;
  return time - offsetOf(zone ?? '');
}

/** Section 4.3: two digits are of 1950 to 2049, three are counted from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year < 50 ? 2000 + year : 1900 + year;
  return digits.length === 3 ? 1900 + year : year;
}

/** Seconds east of Greenwich. */
function offsetOf(zone: string): number {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(zone);
  if (match === null) return (ZONES[zone.toLowerCase()] ?? 0) * 3600;
  const seconds = (Number(match[2]) * 60 + Number(match[3])) * 60;
  return match[1] === '-' ? -seconds : seconds;
}

function withoutComments(text: string): string {
  let depth = 0;
  let plain = '';
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) plain += character;
  }
  return plain;
}

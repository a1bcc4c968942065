/** Numbers that options and settings take. */
import { BadValue } from './bad-value.ts';

/** A number of seconds above zero, with fractions. */
export function seconds(text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value > 0 && value <= 86_400)) throw new BadValue('It must be a number of seconds, up to 86400.');
  return value;
}

/** A whole number from 1 to 100. */
export function count(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > 100) throw new BadValue('It must be a whole number from 1 to 100.');
  return value;
}

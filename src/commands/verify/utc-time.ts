/** Seconds since 1970 as people read them; what lies beyond the calendar stays a number. */
export function utcTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace('.000Z', 'Z');
}

/** One line on stderr for each message and each thing that happens: `event key=value ...`, for people and for programs. */
import { diagnostics } from '../../console/terminal/diagnostics.ts';
import { printable } from '../../console/terminal/sanitize.ts';
import { octetsAsText } from '../../lib/syntax/octets.ts';
import type { Context } from '../../console/context.ts';

export type LogValue = string | number | undefined;
export type LogFields = Readonly<Record<string, LogValue>>;

/** How much is logged: `problem` is what somebody has to look at. */
export type LogLevel = 'problem' | 'info';

export interface Log {
  /** @param fields latin1; those without a value are left out */
  readonly write: (level: LogLevel, event: string, fields: LogFields) => void;
}

/** So long that no logger cuts it, and short enough for one write into a pipe. */
const MAX_VALUE = 200;

/** @param quiet leave out all but problems */
export function logTo(context: Pick<Context, 'stderr'>, quiet: boolean): Log {
  const { say } = diagnostics(context);
  return {
    write(level, event, fields) {
      if (quiet && level === 'info') return;
      const pairs = Object.entries(fields).flatMap(([key, value]) =>
        value === undefined || value === '' ? [] : [`${key}=${valueText(value)}`],
      );
      say([event, ...pairs].join(' '));
    },
  };
}

/** Plain words stand as they are, all else in quotes: a value from outside cannot look like another field. */
function valueText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = printable(octetsAsText(value));
  const short = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : text;
  return /^[^\s"=\\]+$/.test(short) ? short : `"${short.replace(/["\\]/g, '\\$&')}"`;
}

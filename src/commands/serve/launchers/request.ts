/** What a launcher of contrib asks of the service: a file of lines, whole once its last line is `end`. */

/** `dktool`: a command line of sign or verify, from contrib/via/dktool-via. */
export type LauncherProgram = (typeof PROGRAMS)[number];

const PROGRAMS = ['dktool-queue', 'dktool-remote', 'dktool'] as const;

export interface LauncherRequest {
  readonly program: LauncherProgram;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** @returns `undefined` where it has not come whole, or is none */
export function parseRequest(text: string): LauncherRequest | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== 'end') return undefined;
  const [name, count = '', ...rest] = lines;
  const program = PROGRAMS.find((one) => one === name);
  if (program === undefined) return undefined;
  if (!/^\d{1,6}$/.test(count) || rest.length < Number(count)) return undefined;
  const args = rest.slice(0, Number(count));
  const pairs = rest
    .slice(args.length)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { program, args, env: Object.fromEntries(pairs) as Record<string, string> };
}

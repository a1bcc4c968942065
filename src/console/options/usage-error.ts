/** What commander finds wrong with a command line, in our own words. */
import type { CommanderError } from 'commander';

export interface UsageError {
  /** Not yet printable: it quotes the command line. */
  readonly sentence: string;
  /** The name that was meant, perhaps. */
  readonly meant: string | undefined;
}

/** What commander says, and how we say it. Values may hold quotes and line ends. */
const SENTENCES: readonly [RegExp, (...parts: string[]) => string][] = [
  [
    /^option '([^']*)' argument '(.*)' is invalid\.(.*)$/s,
    (flags, value, rule) => `${longName(flags)} '${value}'${ruleOf(rule)}`,
  ],
  [
    /^command-argument value '(.*)' is invalid for argument '(.*?)'\.(.*)$/s,
    (value, name, rule) => `${name} '${value}'${ruleOf(rule)}`,
  ],
  [/^option '([^']*)' argument missing$/, (flags) => `${longName(flags)} needs a value: ${valueName(flags)}`],
  [
    /^option '([^']*)' cannot be used with option '([^']*)'$/,
    (one, other) => `${longName(one)} and ${longName(other)} cannot be used together`,
  ],
  [/^unknown option '(.*)'$/s, (name) => `unknown option ${name}`],
  [/^unknown command '(.*)'$/s, (name) => `unknown command ${name}`],
  [
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+)\.$/s,
    (command, most, got) => `${command} takes ${argumentsAtMost(most)}; ${got} were given`,
  ],
  [/^missing required argument '(.*)'$/s, (name) => `missing argument: ${name}`],
];

export function usageError({ message }: Pick<CommanderError, 'message'>): UsageError {
  // The argument that it quotes may hold line ends of its own: only commander's last line is a suggestion.
  const [, reason = '', meant] = /^(?:error: )?(.*?)(?:\n\(Did you mean (.*)\?\))?$/s.exec(message) ?? [];
  for (const [pattern, say] of SENTENCES) {
    const found = pattern.exec(reason);
    if (found !== null) return { sentence: say(...found.slice(1)), meant };
  }
  return { sentence: reason, meant };
}

function argumentsAtMost(count: string): string {
  if (count === '0') return 'no argument';
  return count === '1' ? 'one argument' : `${count} arguments at most`;
}

/** `--key` of `-k, --key <file>`. */
function longName(flags: string): string {
  return /--[\w-]+/.exec(flags)?.[0] ?? flags;
}

function valueName(flags: string): string {
  return /[<[].*$/.exec(flags)?.[0] ?? '<value>';
}

/** ` It must be so.` as `: it must be so`; of choices a sentence. */
function ruleOf(text: string): string {
  const rule = text.trim().replace(/\.$/, '');
  if (rule === '') return ' is not allowed';
  const [, choices] = /^Allowed choices are (.*)$/s.exec(rule) ?? [];
  if (choices === undefined) return `: ${rule[0]!.toLowerCase()}${rule.slice(1)}`;
  const words = choices.split(', ');
  const last = words.pop()!;
  return `: it must be ${words.length === 0 ? last : `${words.join(', ')} or ${last}`}`;
}

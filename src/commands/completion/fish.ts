import type { CommandLine, OptionLine, Value } from './grammar.ts';
import { PRINT_SELECTORS } from './selectors.ts';

/** A script for fish: a file `dktool.fish` in a directory of fish_complete_path, or sourced. */
export function fishCompletion(commands: readonly CommandLine[]): string {
  const lines = commands.flatMap(({ name, summary, options, argument }) => [
    `complete -c dktool -n __dktool_no_command -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) => `complete -c dktool -n '__dktool_command ${name}' ${optionSpec(option)}`),
    ...(argument.kind === 'other' ? [] : [`complete -c dktool -n '__dktool_command ${name}' ${candidates(argument)}`]),
  ]);
  return `# fish completion of dktool, made by: dktool completion fish
function __dktool_command
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; and continue
        test "$word" = "$argv[1]"
        return
    end
    return 1
end
function __dktool_no_command
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; or return 1
    end
end
function __dktool_selectors
    ${PRINT_SELECTORS}
end
complete -c dktool -e
complete -c dktool -f
complete -c dktool -n __dktool_no_command -s V -l version -d 'print the version'
complete -c dktool -n __dktool_no_command -s h -l help -d 'print help'
${lines.join('\n')}
`;
}

function optionSpec({ flags, description, value }: OptionLine): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const then = value === undefined ? [] : ['-r', candidates(value)];
  return [...names, ...then, `-d ${quoted(description)}`].join(' ');
}

function candidates(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `-f -a ${quoted(value.words.join(' '))}`;
    case 'file':
      return '-F';
    case 'directory':
      return "-f -a '(__fish_complete_directories)'";
    case 'selector':
      return "-f -a '(__dktool_selectors)'";
    default:
      return '-f';
  }
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

import type { OptionLine, ProgramLine, Value } from './grammar.ts';
import { PRINT_SELECTORS } from './selectors.ts';

/** A script for fish: a file `dktool.fish` in a directory of fish_complete_path, or sourced. */
export function fishCompletion({ options: globals, commands }: ProgramLine): string {
  const valueFlags = globals.flatMap(({ flags, value }) => (value === undefined ? [] : flags));
  const globalLines = globals.map((option) => `complete -c dktool -n __dktool_no_command ${optionSpec(option)}`);
  const lines = commands.flatMap(({ name, summary, options, argument }) => [
    `complete -c dktool -n __dktool_no_command -a ${name} -d ${quoted(summary)}`,
    ...options.map((option) => `complete -c dktool -n '__dktool_command ${name}' ${optionSpec(option)}`),
    ...(argument.kind === 'other' ? [] : [`complete -c dktool -n '__dktool_command ${name}' ${candidates(argument)}`]),
  ]);
  return `# fish completion of dktool, made by: dktool completion fish
function __dktool_print_command
    set -l is_value no
    for word in (commandline -opc)[2..]
        if test $is_value = yes
            set is_value no
        else if contains -- $word ${valueFlags.join(' ')}
            set is_value yes
        else if not string match -q -- '-*' $word
            echo $word
            return
        end
    end
    return 1
end
function __dktool_command
    __dktool_print_command | string match -q -- $argv[1]
end
function __dktool_no_command
    not __dktool_print_command >/dev/null
end
function __dktool_selectors
    ${PRINT_SELECTORS}
end
complete -c dktool -e
complete -c dktool -f
${[...globalLines, ...lines].join('\n')}
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

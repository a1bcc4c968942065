import type { OptionLine, ProgramLine, Value } from './grammar.ts';
import { PRINT_SELECTORS } from './selectors.ts';

/** A script for zsh: a file `_dktool` in a directory of fpath, or sourced. */
export function zshCompletion({ options: globals, commands }: ProgramLine): string {
  const cases = commands.map(
    ({ name, options, argument }) => `        ${name})
          _arguments -s -S \\
${options.map((option) => `            ${optionSpec(option)} \\`).join('\n')}
            ${quoted(`*:argument:${action(argument)}`)}
          ;;`,
  );
  return `#compdef dktool
# zsh completion of dktool, made by: dktool completion zsh
_dktool_selectors() {
  local -a selectors
  selectors=(\${(f)"$(${PRINT_SELECTORS})"})
  compadd -a selectors
}
_dktool_commands() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _describe -t commands command commands
}
_dktool() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
${globals.map((option) => `    ${optionSpec(option)} \\`).join('\n')}
    '1:command:_dktool_commands' \\
    '*::argument:->arguments'
  case $state in
    arguments)
      curcontext=\${curcontext%:*:*}:dktool-$line[1]:
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _dktool ]]; then
  _dktool "$@"
else
  compdef _dktool dktool
fi
`;
}

/** \`'*'{-k+,--key=}'[a private key]:file:_files'\`: the value in the same word or in the next. */
function optionSpec({ flags, description, value, valueName }: OptionLine): string {
  const spelled = flags.map((flag) => (value === undefined ? flag : flag.startsWith('--') ? `${flag}=` : `${flag}+`));
  const names = spelled.length === 1 ? spelled[0]! : `{${spelled.join(',')}}`;
  const explained = `[${description.replace(/[[\]\\]/g, '\\$&')}]`;
  const then = value === undefined ? '' : `:${valueName.replaceAll(':', '\\:')}:${action(value)}`;
  return `'*'${names}${quoted(explained + then)}`;
}

function action(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'selector':
      return '_dktool_selectors';
    default:
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

import type { ProgramLine, Value } from './grammar.ts';
import { PRINT_SELECTORS } from './selectors.ts';

/** A script for bash 4 and later; it needs nothing of the package bash-completion. */
export function bashCompletion({ options: globals, commands }: ProgramLine): string {
  const globalFlags = globals.flatMap(({ flags }) => flags);
  const globalValues = globals.filter(({ value }) => value !== undefined);
  const values = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((flag) => `${name}:${flag}`).join(' | ')}) ${reply(value)} return ;;`],
    ),
  );
  const lines = commands.map(({ name, options, argument }) => {
    const flags = options.flatMap((option) => option.flags).join(' ');
    return `    ${name}) if [[ $cur == -* ]]; then _dktool_words '${flags}'; else ${reply(argument)} fi ;;`;
  });
  return `# bash completion of dktool, made by: dktool completion bash
_dktool_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_dktool_paths() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}
_dktool_selectors() { _dktool_words "$(${PRINT_SELECTORS})"; }
_dktool() {
  local cur=\${COMP_WORDS[COMP_CWORD]} before=$((COMP_CWORD - 1)) command='' option='' word
  COMPREPLY=()
  # Bash takes --option=value for three words.
  [[ $cur != = ]] || { cur=''; before=$((COMP_CWORD)); }
  [[ \${COMP_WORDS[before]} != = ]] || before=$((before - 1))
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      ${globalValues.flatMap(({ flags }) => flags).join(' | ')}) option=$word ;;
      = | -*) ;;
      *) [[ -n $option ]] || { command=$word; break; }; option='' ;;
    esac
  done
  if [[ -z $command ]]; then
    case $option in
${globalValues.map(({ flags, value }) => `      ${flags.join(' | ')}) ${reply(value!)} ;;`).join('\n')}
      *) _dktool_words '${[...commands.map(({ name }) => name), ...globalFlags].join(' ')}' ;;
    esac
    return
  fi
  case $command:\${COMP_WORDS[before]} in
${values.join('\n')}
  esac
  case $command in
${lines.join('\n')}
  esac
}
complete -F _dktool dktool
`;
}

function reply(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `_dktool_words '${value.words.join(' ')}';`;
    case 'file':
      return '_dktool_paths -f;';
    case 'directory':
      return '_dktool_paths -d;';
    case 'selector':
      return '_dktool_selectors;';
    default:
      return ':;';
  }
}

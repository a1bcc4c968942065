import type { CommandLine, Value } from './grammar.ts';
import { PRINT_SELECTORS } from './selectors.ts';

/** A script for bash 4 and later; it needs nothing of the package bash-completion. */
export function bashCompletion(commands: readonly CommandLine[]): string {
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
  local cur=\${COMP_WORDS[COMP_CWORD]} before=$((COMP_CWORD - 1)) command='' word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || { command=$word; break; }
  done
  if [[ -z $command ]]; then
    _dktool_words '${commands.map(({ name }) => name).join(' ')} --version --help'
    return
  fi
  # Bash takes --option=value for three words.
  [[ $cur != = ]] || { cur=''; before=$((COMP_CWORD)); }
  [[ \${COMP_WORDS[before]} != = ]] || before=$((before - 1))
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

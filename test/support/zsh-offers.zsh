# zsh -f zsh-offers.zsh SCRIPT LINE RESULT: what an interactive zsh that has sourced SCRIPT offers at the end of LINE, a line
# each, into the file RESULT.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "autoload -Uz compinit; compinit -u -D; source ${(q)1}; typed=${(q)2} result=${(q)3}"
zpty -w shell 'compadd() {
  local -a offered
  if (( ! ${@[(I)-[OAD]]} )); then
    builtin compadd -O offered "$@"
    (( $#offered )) && print -rl -- $offered >> $result
  fi
  builtin compadd "$@"
}'
zpty -w shell 'zle -C offer complete-word _main_complete'
# With the next prompt the line is there, as if it had been typed.
zpty -w shell 'zle-line-init() { BUFFER=$typed; CURSOR=$#BUFFER; zle offer; print done > $result.done }; zle -N zle-line-init'
integer tries
until [[ -s $3.done ]] || (( tries++ > 400 )); do sleep 0.05; done
zpty -d shell

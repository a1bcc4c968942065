import { Argument } from 'commander';
import type { CommandModule } from '../command.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { type ProgramLine, programLineOf } from './grammar.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } satisfies Readonly<
  Record<string, (program: ProgramLine) => string>
>;

export const completion: CommandModule = {
  name: 'completion',
  register(program, context, finish) {
    program
      .command('completion')
      .summary('print what makes a shell complete command lines')
      .description('Print a script with which bash, zsh or fish completes the command lines of dktool.')
      .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
      .addHelpText(
        'after',
        `
Examples:
  dktool completion bash > /etc/bash_completion.d/dktool
  dktool completion zsh > "\${fpath[1]}/_dktool"
  dktool completion fish > ~/.config/fish/completions/dktool.fish
  eval "$(dktool completion bash)"          # in ~/.bashrc

Exit status: 0 printed, 100 there is no script for this shell.
Manual: man dktool-completion`,
      )
      .action((shell: keyof typeof SHELLS) => {
        context.stdout.write(SHELLS[shell](programLineOf(program)));
        finish('ok');
      });
  },
};

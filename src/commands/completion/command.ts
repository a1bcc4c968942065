import { Argument } from 'commander';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { CommandModule } from '../command.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { type ProgramLine, programLineOf } from './grammar.ts';
import { zshCompletion } from './zsh.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } satisfies Readonly<
  Record<string, (program: ProgramLine) => string>
>;

const HELP: HelpPage = {
  examples: [
    'dktool completion bash > /etc/bash_completion.d/dktool',
    'dktool completion zsh > "${fpath[1]}/_dktool"',
    'dktool completion fish > ~/.config/fish/completions/dktool.fish',
    'eval "$(dktool completion bash)"          # in ~/.bashrc',
  ],
  common: [],
  exitStatus: '0 printed, 100 wrong command line',
};

export const completion: CommandModule = {
  name: 'completion',
  register(program, context, finish) {
    const command = program
      .command('completion')
      .summary('print a completion script for bash, zsh or fish')
      .description('Print a script that makes bash, zsh or fish complete dktool command lines.')
      .addArgument(new Argument('<shell>', 'shell').choices(Object.keys(SHELLS)));
    setHelpPage(command, HELP).action((shell: keyof typeof SHELLS) => {
      context.stdout.write(SHELLS[shell](programLineOf(program)));
      finish('ok');
    });
  },
};

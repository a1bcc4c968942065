import { CommanderError } from 'commander';
import type { CommandModule } from '../command.ts';
import { showManual } from './manual.ts';

interface HelpOptions {
  readonly man?: true;
}

export const help: CommandModule = {
  name: 'help',
  register(program, context, finish) {
    program
      .command('help')
      .summary('print help for a command')
      .description('Print the help of a command, or with --man its manual page.')
      .argument('[command]', 'a command; with --man any manual page, such as qmail or dktool-queue')
      .option('--man', 'the manual page: on a terminal through man, else its source')
      .addHelpText(
        'after',
        `
Examples:
  dktool help sign
  dktool help sign --man
  dktool help recipes --man | man -l -
  dktool help sign --man > /usr/local/share/man/man1/dktool-sign.1

Exit status: 0 printed, 100 there is no such command or page.
Manual: man dktool-help`,
      )
      .action((topic: string | undefined, options: HelpOptions) => {
        if (options.man) {
          finish(showManual(topic, context));
          return;
        }
        const command = topic === undefined ? program : program.commands.find((one) => one.name() === topic);
        if (command === undefined)
          throw new CommanderError(1, 'commander.unknownCommand', `unknown command '${topic}'`);
        command.outputHelp();
        finish('ok');
      });
  },
};

import { Argument, type Command, CommanderError } from 'commander';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import { helpWidth } from '../../console/options/help-text.ts';
import type { CommandModule } from '../command.ts';
import { showManual } from './manual.ts';
import { topicText } from './topic-text.ts';
import { TOPICS } from './topics.ts';

interface HelpOptions {
  readonly all?: true;
  readonly man?: true;
}

const HELP: HelpPage = {
  examples: [
    'dktool help sign --all',
    'dktool help exit-status',
    'dktool help sign --man',
    'dktool help recipes --man | man -l -',
    'dktool help sign --man > /usr/local/share/man/man1/dktool-sign.1',
  ],
  common: ['all', 'man'],
  notes: `Topics: ${Object.keys(TOPICS).join(', ')}.`,
  exitStatus: '0 printed, 100 there is no such command, topic or page',
};

/** Its choices are offered by completion, and not enforced: with --man it is a page. */
function topicArgument(program: Command): Argument {
  const argument = new Argument('[command|topic]', 'what to explain; with --man a page, such as qmail or dktool-queue');
  argument.argChoices = [...program.commands.map((one) => one.name()), 'help', ...Object.keys(TOPICS)];
  return argument;
}

export const help: CommandModule = {
  name: 'help',
  register(program, context, finish) {
    const command = program
      .command('help')
      .summary('help for a command, or a topic such as dns or exit-status')
      .description(`Print help for a command or a topic. Topics: ${Object.keys(TOPICS).join(', ')}.`)
      .addArgument(topicArgument(program))
      .optionsGroup('Output:')
      .option('--all', 'list every option of the command')
      .option('--man', 'show the manual page: with man on a terminal, else its source');
    setHelpPage(command, HELP).action((topic: string | undefined, options: HelpOptions) => {
      if (options.man) {
        finish(showManual(topic, context));
        return;
      }
      if (topic !== undefined && Object.hasOwn(TOPICS, topic)) {
        context.stdout.write(topicText(TOPICS[topic]!, helpWidth(context.stdout)));
        finish('ok');
        return;
      }
      const asked = topic === undefined ? program : program.commands.find((one) => one.name() === topic);
      if (asked === undefined) throw new CommanderError(1, 'commander.unknownCommand', `unknown command '${topic}'`);
      asked.outputHelp();
      finish('ok');
    });
  },
};

import type { Configuration, Configured } from '../../console/configuration/configuration.ts';
import { LazyConfiguration } from '../../console/configuration/lazy.ts';
import { type Setting, SETTINGS, variableOf } from '../../console/configuration/settings.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { Context } from '../../console/context.ts';
import { jsonLine, printable } from '../../console/terminal/sanitize.ts';
import type { SettingReport } from '../../lib/report/setting.ts';
import type { CommandModule } from '../command.ts';

interface ConfigOptions {
  readonly json?: true;
}

const HELP: HelpPage = {
  examples: [
    'dktool config',
    'dktool --config-file ./dktool.conf config',
    "dktool config --json | jq -r 'select(.value != null) | .name'",
  ],
  common: ['json'],
  exitStatus: '0 shown, 100 wrong command line, 111 a file cannot be read or has a mistake in it',
};

export const config: CommandModule = {
  name: 'config',
  register(program, context, finish) {
    const command = program
      .command('config')
      .summary('show the settings and where each comes from')
      .description('Show each setting, its value, and the file or variable it comes from.')
      .optionsGroup('Output:')
      .option('--json', 'one JSON object per setting');
    setHelpPage(command, HELP).action((options: ConfigOptions) => {
      const file = program.getOptionValue('configFile') as string | undefined;
      show(new LazyConfiguration(context).get(file), options, context);
      finish('ok');
    });
  },
};

function show(configuration: Configuration, { json }: ConfigOptions, context: Context): void {
  const lines = SETTINGS.map((setting) => {
    const configured = configuration.get(setting.name);
    return json ? jsonLine(settingReport(setting, configured)) : `${asLine(setting, configured)}\n`;
  });
  context.stdout.write(lines.join(''));
}

const NAME_WIDTH = Math.max(...SETTINGS.map(({ name }) => name.length));

function asLine(setting: Setting, configured: Configured | undefined): string {
  const name = setting.name.padEnd(NAME_WIDTH);
  if (configured === undefined) return `${name}  not set: ${setting.meaning} (${variableOf(setting)})`;
  const { texts, source, lines } = configured;
  const where = lines === undefined ? source : `${source}, line ${lines.join(', ')}`;
  return printable(`${name}  ${texts.join(' ')}  (${where})`);
}

function settingReport({ name, separator }: Setting, configured: Configured | undefined): SettingReport {
  const { texts = [], source = null, lines = null } = configured ?? {};
  const list = configured === undefined ? null : texts;
  return { name, value: separator === undefined ? (texts[0] ?? null) : list, source, lines };
}

import type { Context } from '../../console/context.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { Outcome } from '../../console/outcome.ts';
import type { CommandModule } from '../command.ts';
import { add } from './add.ts';
import { importFiles } from './import.ts';
import { exportKeyring, list } from './list.ts';
import { type Action, addKeyringOptions, checkKeyringOptions, type KeyringOptions } from './options.ts';

const HELP: HelpPage = {
  examples: [
    'dktool keyring add --keyring keys -d example.com -s 2026a',
    'dktool keyring import --keyring keys --seen 2019-03-01 example.com.zone',
    'dktool verify --keyring keys --at received old.mbox',
    'dktool keyring list --keyring keys example.com',
    'dktool keyring add --keyring keys -d example.com -s 2019a -k published.pem --disclosed 2021-05-01',
  ],
  common: ['keyring', 'domain', 'selector', 'key', 'record', 'seen', 'disclosed', 'format', 'output', 'json'],
  notes: `
A keyring holds key records of any domains and when each was seen, so that mail can be verified after its keys have left
DNS. dktool verify --keyring FILE --keyring-add adds to it too.`,
  exitStatus:
    '0 done, 2 nothing found, 100 wrong command line or input, 111 DNS failed, a file cannot be written, or the keyring is damaged; try again later',
};

export const keyring: CommandModule = {
  name: 'keyring',
  register(program, context, finish) {
    const command = program
      .command('keyring')
      .summary('keep key records after they have left DNS')
      .description('List, add, import or export the key records of a keyring.');
    setHelpPage(addKeyringOptions(command), HELP).action(
      async (action: Action, args: string[], options: KeyringOptions) => {
        const path = checkKeyringOptions(command, action, args);
        finish(await run(action, path, args, options, context));
      },
    );
  },
};

function run(
  action: Action,
  path: string,
  args: readonly string[],
  options: KeyringOptions,
  context: Context,
): Promise<Outcome> | Outcome {
  if (action === 'list') return list(path, args, options, context);
  if (action === 'add') return add(path, options, context);
  if (action === 'import') return importFiles(path, args, options, context);
  return exportKeyring(path, args, options, context);
}

import type { Context, ServiceProcess } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { DktoolError } from '../../lib/errors.ts';
import { type HelpPage, setHelpPage } from '../../console/options/help-page.ts';
import type { CommandModule } from '../command.ts';
import { checkConfiguration } from './check.ts';
import { settingsOf } from './configuration.ts';
import { addServeOptions, checkServeOptions, type ServeCommandOptions } from './options.ts';
import { serveUntilStopped } from './service.ts';

const HELP: HelpPage = {
  examples: [
    'dktool serve --milter inet:8891@127.0.0.1 --verify --user dktool',
    'dktool serve --config /etc/opendkim.conf --user opendkim',
    'dktool serve --config /etc/opendkim.conf --check',
    "dktool serve --milter inet:8891@127.0.0.1 --both --key-path '/etc/domainkeys/%/default'",
    'dktool serve --milter sign=unix:/run/dktool/sign --milter verify=unix:/run/dktool/verify --key-table /etc/dkim/keys',
  ],
  common: [
    'milter',
    'sign',
    'verify',
    'both',
    'config',
    'key-path',
    'key-table',
    'internal-hosts',
    'auth-results',
    'check',
  ],
  notes: `
Mail of authenticated senders and internal hosts is signed; other mail is verified and gets an Authentication-Results
field. Nothing is rejected without --reject; any fault is a temporary failure. SOCKET is unix:PATH, inet:PORT@HOST
or inet6:PORT@HOST, and sign=, verify= or both= may precede it.`,
  exitStatus:
    '0 stopped by a signal, or --check found nothing, 1 --check found something, 100 wrong command line, 111 a key, a socket or a file cannot be used',
};

export const serve: CommandModule = {
  name: 'serve',
  register(program, context, finish) {
    const command = program
      .command('serve')
      .summary('sign and verify for mail servers: a milter that stays')
      .description('Sign and verify for mail servers, as a milter.');
    setHelpPage(addServeOptions(command), HELP).action(async (options: ServeCommandOptions) => {
      checkServeOptions(command);
      finish(await run(options, context));
    });
  },
};

async function run(options: ServeCommandOptions, context: Context): Promise<Outcome> {
  const service = (await context.service?.()) ?? noService();
  const settings = settingsOf(options, service.inherited);
  if (options.check) return checkConfiguration(settings, service, context);
  await serveUntilStopped(settings, service, context);
  return 'ok';
}

function noService(): ServiceProcess {
  throw new DktoolError('socket-unusable', 'this program cannot run as a service', { kind: 'temporary' });
}

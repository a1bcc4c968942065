import { spfCheck } from '../../commands/spf-check/command.ts';
import { run } from './run.ts';

run([{ name: 'spf-check', load: () => Promise.resolve(spfCheck) }]);

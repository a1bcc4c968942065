import { spfCheck } from '../../commands/spf-check.ts';
import { run } from './run.ts';

run([{ name: 'spf-check', load: () => Promise.resolve(spfCheck) }]);

import { verify } from '../../commands/verify/command.ts';
import { run } from './run.ts';

run([{ name: 'verify', load: () => Promise.resolve(verify) }]);

import { sign } from '../../commands/sign/command.ts';
import { run } from './run.ts';

run([{ name: 'sign', load: () => Promise.resolve(sign) }]);

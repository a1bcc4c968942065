import { sign } from '../../commands/sign.ts';
import { run } from './run.ts';

run([{ name: 'sign', load: () => Promise.resolve(sign) }]);

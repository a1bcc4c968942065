import { COMMANDS } from '../../commands/index.ts';
import { run } from './run.ts';

run(COMMANDS);

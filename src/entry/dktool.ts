import { runCompiled } from './run-compiled.ts';
import { programFor } from './run-which.ts';

runCompiled(programFor(process.argv.slice(2)));

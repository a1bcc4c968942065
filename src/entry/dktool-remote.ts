import { runCompiled } from './run-compiled.ts';

runCompiled('dktool-remote');

import { runCompiled } from './run-compiled.ts';

runCompiled('dktest');

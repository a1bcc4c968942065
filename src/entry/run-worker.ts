/** A thread of `verify --jobs` begins here. */
import { runCompiled } from './run-compiled.ts';

runCompiled('worker');
